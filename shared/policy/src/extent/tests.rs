use super::*;
use crate::schema::KnownSchema;

/// What is read of a schema: nothing, or why not.
#[track_caller]
fn check(text: &str, expected: Option<&str>) {
    // Half of a component's stack.
    let text = text.to_owned();
    let read = std::thread::Builder::new()
        .stack_size(512 * 1024)
        .spawn(move || {
            let read = KnownSchema::read(&text);
            read.map(|_| ())
                .map_err(|findings| findings[0].message.clone())
        })
        .unwrap()
        .join()
        .unwrap();
    match (read, expected) {
        (Ok(()), None) => {}
        (Err(message), Some(part)) => assert!(message.contains(part), "{part}: {message}"),
        (read, _) => panic!("{read:?}, and not {expected:?}"),
    }
}

fn each(count: usize, declaration: impl Fn(usize) -> String) -> String {
    (0..count).map(declaration).collect()
}

/// Common types of two attributes each, of which each but the first is of the one before.
fn doubled(count: usize) -> String {
    let types = each(count, |n| match n {
        0 => "type T0 = { a: Long, b: Long };".to_owned(),
        n => format!("type T{n} = {{ a: T{0}, b: T{0} }};", n - 1),
    });
    format!("{types} entity User {{ a: T{} }};", count - 1)
}

fn chain(count: usize, keyword: &str) -> String {
    each(count, |n| match n {
        0 => format!("{keyword} x0;"),
        n => format!("{keyword} x{n} in [x{}];", n - 1),
    })
}

#[test]
fn ok_what_people_write() {
    check(&doubled(8), None);
    for keyword in ["entity", "action"] {
        check(&chain(MAX_DECLARATIONS, keyword), None);
    }
    let name = "type Name = { first: String, last: String };";
    let attributes = each(19, |n| format!("a{n}: String, "));
    let many = each(300, |n| {
        format!("entity E{n} {{ {attributes} name: Name, others: Set<E0> }};")
    });
    check(&format!("{name}{many}"), None);
    let aliases = each(300, |n| {
        format!("type T{n} = {{ a: String, b: Set<User> }};")
    });
    check(&format!("entity User;{aliases}"), None);
    let names = |prefix: &str, count| {
        let names: Vec<String> = (0..count).map(|n| format!("{prefix}{n}")).collect();
        names.join(", ")
    };
    let actions = format!(
        "namespace App {{ entity {}; action {} appliesTo {{
            principal: [A0, A1, A2], resource: [{}], context: {{ ip: ipaddr, mfa: Bool }} }}; }}",
        names("A", 200),
        names("act", 300),
        names("A", 10)
    );
    check(&actions, None);
    let qualified = each(300, |n| {
        let attributes = each(20, |n| format!("a{n}: App::Sub::E0, "));
        format!("entity E{n} {{ {attributes} }};")
    });
    check(&format!("namespace App::Sub {{ {qualified} }}"), None);
    // Groups may be in each other.
    check("entity A in [B]; entity B in [A, B];", None);
    // No namespace is one for its name.
    check(
        &format!(
            "entity namespaces {{ {} }};",
            each(300, |n| format!("a{n}: Long, "))
        ),
        None,
    );
}

#[test]
fn err_common_types_that_are_too_large_where_they_are_named() {
    let too_many = Some("more than 10000 attributes");
    check(&doubled(13), too_many);
    check(&doubled(24), too_many);
    check(&format!("namespace App {{ {} }}", doubled(24)), too_many);
    let common: Vec<String> = (1..24)
        .map(|n| format!(r#""T{n}": {{"type": "Record", "attributes": {{"a": {{"type": "T{0}"}}, "b": {{"type": "EntityOrCommon", "name": "T{0}"}}}}}}"#, n - 1))
        .collect();
    let json = format!(
        r#"{{"App": {{"entityTypes": {{}}, "actions": {{}}, "commonTypes": {{
            "T0": {{"type": "Record", "attributes": {{"a": {{"type": "Long"}}}}}}, {} }}}}}}"#,
        common.join(",")
    );
    check(&json, too_many);
    let wide = each(1000, |n| format!("a{n}: Long, "));
    check(&format!("type Wide = {{ {wide} }};"), None);
    let used = each(10, |n| format!("entity E{n} {{ w: Wide }};"));
    check(&format!("type Wide = {{ {wide} }}; {used}"), too_many);
}

#[test]
fn err_attributes_and_lists_that_are_copied_to_many_names() {
    let names: Vec<String> = (0..400).map(|n| format!("A{n}")).collect();
    let attributes = each(100, |n| format!("a{n}: Long, "));
    let declaration = format!("entity {} {{ {attributes} }};", names.join(","));
    let too_many = Some("more than 20000 members of lists and attributes");
    for text in [
        declaration.clone(),
        format!("namespace App {{ {declaration} }}"),
        format!("namespace App {{ entity A; }} {declaration}"),
        format!("@a namespace entity {{ {declaration} }}"),
        format!("entity {} in [{0}];", names.join(",")),
    ] {
        assert!(of_text(&text).is_some(), "{text}");
        check(&text, too_many);
    }
    check(
        &format!("entity A {{ {} }};", "a:A,".repeat(60_000)),
        too_many,
    );
}

#[test]
fn err_types_that_nest_too_deep() {
    let nested = |count| {
        let types = each(count, |n| match n {
            0 => "type T0 = Long;".to_owned(),
            n => format!("type T{n} = {{ a: T{} }};", n - 1),
        });
        format!("entity User {{ a: T{} }}; {types}", count - 1)
    };
    let too_deep = Some("types nest deeper than 32");
    check(&nested(16), None);
    check(&nested(17), too_deep);
    check(&nested(5000), too_deep);
    check("type A = { a: B, b: B }; type B = Set<A>;", too_deep);
    let aliases = each(5000, |n| format!("type T{} = T{n};", n + 1));
    check(&format!("type T0 = Long; {aliases}"), too_deep);
}

#[test]
fn err_more_declarations_than_may_be_in_each_other() {
    for (keyword, what) in [("entity", "501 entity types"), ("action", "501 actions")] {
        check(&chain(MAX_DECLARATIONS + 1, keyword), Some(what));
    }
    check(&chain(5000, "entity"), Some("5000 entity types"));
}

#[test]
fn err_actions_that_apply_to_too_much() {
    let names: Vec<String> = (0..101).map(|n| format!("E{n}")).collect();
    let names = names.join(", ");
    let text = format!(
        "entity {names}; action a appliesTo {{ principal: [{names}], resource: [{names}] }};"
    );
    check(&text, Some("10201 pairs"));
}

#[test]
fn the_place_is_where_it_is_too_much() {
    let text = doubled(24);
    let Err(findings) = KnownSchema::read(&text) else {
        panic!("it is read");
    };
    assert!(findings[0].position.is_some(), "{findings:?}");
}
