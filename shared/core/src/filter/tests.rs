use serde_json::{Value, json};

use super::*;
use crate::schema::{Attribute, ResourceType};
use crate::{ScimType, Timestamp};

fn user() -> ResourceType {
    ResourceType::user()
}

#[track_caller]
fn prints(text: &str, expected: &str) {
    let filter = Filter::parse(text).unwrap();
    assert_eq!(filter.to_string(), expected);
    assert_eq!(Filter::parse(expected).unwrap(), filter);
}

#[track_caller]
fn fails(text: &str, expected: &str) {
    let error = Filter::parse(text).unwrap_err();
    assert_eq!(
        (error.status, error.scim_type),
        (400, Some(ScimType::InvalidFilter))
    );
    assert!(error.detail.contains(expected), "{}", error.detail);
}

#[test]
fn ok_the_examples_of_the_rfc() {
    for text in [
        r#"userName eq "bjensen""#,
        r#"name.familyName co "O'Malley""#,
        r#"userName sw "J""#,
        r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J""#,
        "title pr",
        r#"meta.lastModified gt "2011-05-13T04:42:34Z""#,
        r#"meta.lastModified ge "2011-05-13T04:42:34Z""#,
        r#"meta.lastModified lt "2011-05-13T04:42:34Z""#,
        r#"meta.lastModified le "2011-05-13T04:42:34Z""#,
        r#"title pr and userType eq "Employee""#,
        r#"title pr or userType eq "Intern""#,
        r#"schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User""#,
        r#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#,
        r#"userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")"#,
        r#"userType eq "Employee" and emails[type eq "work" and value co "@example.com"]"#,
        r#"emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]"#,
    ] {
        prints(text, text);
        Filter::parse(text).unwrap().bind(&user()).unwrap();
    }
    prints(
        r#"userType eq "E" and (emails.type eq "work")"#,
        r#"userType eq "E" and emails.type eq "work""#,
    );
}

#[test]
fn ok_names_and_operators_in_any_case() {
    prints(r#"Username Eq "john""#, r#"Username eq "john""#);
    prints(
        "title PR AND nickName Pr OR NOT (active eq TRUE)",
        "title pr and nickName pr or not (active eq true)",
    );
}

#[test]
fn ok_and_binds_before_or_and_both_are_flat() {
    let parsed = Filter::parse("a pr or b pr and c pr or (d pr or e pr)").unwrap();
    let Filter::Or(filters) = parsed else {
        panic!("not an or")
    };
    assert_eq!(filters.len(), 4);
    assert!(matches!(&filters[1], Filter::And(inner) if inner.len() == 2));
    prints(
        "(a pr or b pr) and (c pr and d pr)",
        "(a pr or b pr) and c pr and d pr",
    );
    prints("((((a pr))))", "a pr");
}

#[test]
fn ok_not_needs_parentheses_with_or_without_a_space() {
    prints("not(a pr)", "not (a pr)");
    prints("not \t (not (a pr))", "not (not (a pr))");
    prints(r#"not eq "x""#, r#"not eq "x""#);
    prints("not pr", "not pr");
    fails(
        "not a pr",
        "at byte 4: expected `(` after `not`, found `a pr`",
    );
}

#[test]
fn ok_entras_value_path_with_a_sub_attribute() {
    prints(
        r#"emails[type eq "work"].value eq "x""#,
        r#"emails[type eq "work" and value eq "x"]"#,
    );
    prints(
        r#"emails[type eq "a" or type eq "b"].value pr"#,
        r#"emails[(type eq "a" or type eq "b") and value pr]"#,
    );
}

#[test]
fn ok_literals() {
    prints(r#"a eq "\u00e9\n\"\\\/""#, r#"a eq "é\n\"\\/""#);
    prints("a eq -1.5e3", "a eq -1500.0");
    prints("a eq 9223372036854775807", "a eq 9223372036854775807");
    prints("a eq 0", "a eq 0");
    prints("a eq Null", "a eq null");
    prints(r#"a eq"x""#, r#"a eq "x""#);
    prints(" a\teq\n\"x\" ", r#"a eq "x""#);
}

#[test]
fn err_says_where_and_what_was_expected() {
    fails("", "at byte 0: expected an attribute, found its end");
    fails("userName", "at byte 8: expected an operator");
    fails(
        "userName regex \"x\"",
        "at byte 9: expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr), found `regex",
    );
    fails(
        "userName eq",
        "at byte 11: expected a string in double quotes",
    );
    fails(
        "userName eq 'x'",
        "at byte 12: expected a string in double quotes, a number, true, false or null",
    );
    fails("userName eq x", "at byte 12");
    fails(
        "userName eq \"x",
        "at byte 12: expected a string that ends in a double quote",
    );
    fails(
        "userName eq \"\\x\"",
        "at byte 12: expected a string as JSON writes it",
    );
    fails("userName eq \"\\u0000\"", "without U+0000");
    fails("a eq 1e999", "at byte 5: expected a number");
    fails("a eq 01", "at byte 5: expected a number");
    fails(
        "a pr b pr",
        "at byte 5: expected `and`, `or` or the end, found `b pr`",
    );
    fails(
        "(a pr",
        "at byte 5: expected `and`, `or` or `)`, found its end",
    );
    fails(
        "a pr)",
        "at byte 4: expected `and`, `or` or the end, found `)`",
    );
    fails("a pr and", "at byte 8: expected an attribute");
    fails(
        "emails[type eq \"work\"",
        "at byte 21: expected `and`, `or` or `]`",
    );
    fails("emails[]", "at byte 7: expected an attribute");
    fails("emails[a[b pr]]", "at byte 8: expected an operator");
    fails("emails[a pr].", "at byte 13: expected a sub-attribute name");
    fails("emails[a pr].value", "at byte 18: expected an operator");
    fails("urn:a:2.0 pr", "at byte 6: expected an attribute name");
    fails("name..x pr", "at byte 5: expected a sub-attribute name");
    fails("é pr", "at byte 0: expected an attribute, found `é pr`");
    fails("a eq \"é\" x", "at byte 10");
}

#[test]
fn err_over_a_limit() {
    fails(
        &format!("a eq \"{}\"", "x".repeat(MAX_FILTER_LENGTH)),
        "8199 bytes long; the limit is 8192",
    );
    let nested = |depth: usize| format!("{}a pr{}", "(".repeat(depth), ")".repeat(depth));
    prints(&nested(MAX_FILTER_DEPTH), "a pr");
    fails(&nested(MAX_FILTER_DEPTH + 1), "nests deeper than 32");
    fails(&"(".repeat(MAX_FILTER_LENGTH), "nests deeper than 32");
    fails(&"not(".repeat(2000), "nests deeper than 32");
    let terms = |count: usize| vec!["a pr"; count].join(" or ");
    assert!(Filter::parse(&terms(MAX_FILTER_TERMS)).is_ok());
    fails(&terms(MAX_FILTER_TERMS + 1), "more than 256 comparisons");
}

#[track_caller]
fn path_prints(text: &str) {
    assert_eq!(PatchPath::parse(text).unwrap().to_string(), text);
}

#[track_caller]
fn path_fails(text: &str, expected: &str) {
    let error = PatchPath::parse(text).unwrap_err();
    assert_eq!(
        (error.status, error.scim_type),
        (400, Some(ScimType::InvalidPath))
    );
    assert!(error.detail.contains(expected), "{}", error.detail);
}

#[test]
fn ok_patch_paths() {
    path_prints("members");
    path_prints("name.familyName");
    path_prints(r#"addresses[type eq "work"]"#);
    path_prints(r#"members[value eq "2819c223-7f76-453a-919d-413861904646"].displayName"#);
    path_prints(
        r#"urn:ietf:params:scim:schemas:extension:x:2.0:User:things[a eq "1" or not (b pr)].c"#,
    );
    path_prints("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User");
    assert_eq!(
        PatchPath::parse("urn:x:2.0").unwrap(),
        PatchPath::Schema("urn:x:2.0".to_owned())
    );
}

#[test]
fn err_patch_paths() {
    path_fails(
        "",
        "the path is not valid at byte 0: expected an attribute, found its end",
    );
    path_fails("name.", "at byte 5: expected a sub-attribute name");
    path_fails("emails[", "at byte 7: expected an attribute");
    path_fails("emails[0]", "at byte 7: expected an attribute name");
    path_fails(
        "emails[type eq \"work\"]value",
        "at byte 22: expected the end",
    );
    path_fails(
        "emails[type eq \"work\"].a.b",
        "at byte 24: expected the end",
    );
    path_fails("a b", "at byte 2: expected `[`, `.` or the end");
    path_fails("urn:x:2.0[a pr]", "at byte 6: expected an attribute name");
    path_fails("/name/givenName", "at byte 0: expected an attribute name");
    path_fails(&"a".repeat(10_000), "limit is 8192");
}

#[track_caller]
fn bind_fails(text: &str, expected: &str) {
    let rt = user();
    let error = Filter::parse(text).unwrap().bind(&rt).unwrap_err();
    assert_eq!(
        (error.status, error.scim_type),
        (400, Some(ScimType::InvalidFilter)),
        "{error}"
    );
    assert!(error.detail.contains(expected), "{}", error.detail);
}

#[test]
fn err_bind_says_what_to_write() {
    bind_fails("nope eq 1", "`nope` is not an attribute of User");
    bind_fails("name.nope pr", "`name.nope` is not an attribute of User");
    bind_fails(
        "emails[nope pr]",
        "`nope` is not a sub-attribute of `emails`",
    );
    bind_fails(
        "emails[emails.type pr]",
        "inside the brackets write the name of one alone",
    );
    bind_fails(
        "userName[value pr]",
        "`userName` has no sub-attributes to select by",
    );
    bind_fails("active gt true", "`gt` does not apply to `active`");
    bind_fails("active co \"t\"", "`co` does not apply to `active`");
    bind_fails("x509Certificates.value gt \"TQ==\"", "`gt` does not apply");
    bind_fails(
        "meta.created sw \"2026\"",
        "`sw` does not apply to `meta.created`",
    );
    bind_fails(
        "active eq \"yes\"",
        "`active` is compared with true or false",
    );
    bind_fails(
        "userName eq 5",
        "`userName` is compared with a string; write \"5\" in double quotes",
    );
    bind_fails(
        "meta.created gt \"yesterday\"",
        "such as \"2026-01-02T03:04:05Z\"",
    );
    bind_fails("userName gt null", "`gt` does not apply to null");
    bind_fails(
        "name eq \"x\"",
        "`name` is complex; name a sub-attribute, such as `name.formatted`",
    );
}

#[test]
fn err_what_is_never_returned_cannot_be_found_out() {
    for text in [
        "password eq \"x\"",
        "password pr",
        "not (PASSWORD sw \"x\")",
        "password eq null",
    ] {
        let error = Filter::parse(text).unwrap().bind(&user()).unwrap_err();
        assert_eq!(
            (error.status, error.scim_type),
            (403, Some(ScimType::Sensitive))
        );
    }
}

#[test]
fn bind_resolves_a_bare_complex_attribute_to_its_value() {
    let rt = user();
    let key = |text: &str| match Filter::parse(text).unwrap().bind(&rt).unwrap() {
        Bound::Compare(target, _, _) | Bound::Present(target) => target.key(),
        other => panic!("{other:?}"),
    };
    assert_eq!(key("EMAILS eq \"x\""), "emails.value");
    assert_eq!(key("emails pr"), "emails");
    assert_eq!(key("emails eq null"), "emails");
    let manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";
    assert_eq!(
        key(&format!("{manager} eq \"x\"")),
        format!("{manager}.value")
    );
}

/// The User of RFC 7643 §8.3, rendered, in excerpts.
fn barbara() -> Value {
    json!({
        "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
        ],
        "id": "2819c223-7F76-453a-919d-413861904646",
        "externalId": "Bjensen",
        "userName": "BJensen@Example.com",
        "name": {"formatted": "Ms. Barbara J Jensen, III", "familyName": "Jensen"},
        "nickName": "",
        "emails": [
            {"value": "bjensen@example.com", "type": "work", "primary": true},
            {"value": "babs@jensen.org", "type": "home"}
        ],
        "phoneNumbers": [{"type": "work"}],
        "ims": [],
        "title": null,
        "active": true,
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "employeeNumber": "701984",
            "manager": {"value": "26118915", "displayName": "John Smith"}
        },
        "meta": {
            "resourceType": "User",
            "created": "2010-01-23T04:56:22Z",
            "lastModified": "2011-05-13T04:42:34.5Z"
        }
    })
}

#[track_caller]
fn check(text: &str, expected: bool) {
    let rt = user();
    let bound = Filter::parse(text).unwrap().bind(&rt).unwrap();
    assert_eq!(
        matches(&bound, barbara().as_object().unwrap()),
        expected,
        "{text}"
    );
}

#[test]
fn text_compares_without_case_unless_it_is_case_exact() {
    check(r#"userName eq "bjensen@example.COM""#, true);
    check(r#"userName sw "BJ""#, true);
    check(r#"userName co "@EXAMPLE""#, true);
    check(r#"userName ew ".com""#, true);
    check(r#"userName ew ".co""#, false);
    check(r#"userName gt "BJENSEN""#, true);
    check(r#"userName lt "c""#, true);
    check(r#"userName le "bjensen@example.com""#, true);
    check(r#"externalId eq "bjensen""#, false);
    check(r#"externalId eq "Bjensen""#, true);
    check(r#"id eq "2819c223-7f76-453a-919d-413861904646""#, false);
    check(
        r#"schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user""#,
        true,
    );
}

#[test]
fn one_value_of_many_is_enough() {
    check(r#"emails eq "babs@jensen.org""#, true);
    check(
        r#"emails.type eq "work" and emails.value eq "babs@jensen.org""#,
        true,
    );
    check(
        r#"emails[type eq "work" and value eq "babs@jensen.org"]"#,
        false,
    );
    check(r#"emails[type eq "home" and value ew "ORG"]"#, true);
    check(r#"emails[type eq "home"].value eq "babs@jensen.org""#, true);
    check(r#"emails[not (primary eq true)]"#, true);
    check(r#"emails[primary eq "True"].value sw "b""#, true);
    check(
        r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq "26118915""#,
        true,
    );
    check(
        r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager[value sw "2"]"#,
        true,
    );
}

#[test]
fn ne_matches_a_value_that_differs_or_none_at_all() {
    check(r#"emails.type ne "work""#, true);
    check(r#"userName ne "bjensen@example.com""#, false);
    check(r#"title ne "x""#, true);
    check(r#"ims.type ne "x""#, true);
    check(r#"phoneNumbers.value ne "x""#, true);
    check(r#"phoneNumbers[value ne "x"]"#, true);
    check(r#"ims[value ne "x"]"#, false);
    check(r#"emails.primary ne true"#, false);
    check(r#"emails[primary ne true]"#, true);
}

#[test]
fn presence_is_having_a_value() {
    for (text, expected) in [
        ("nickName pr", true),
        ("title pr", false),
        ("ims pr", false),
        ("name pr", true),
        ("name.givenName pr", false),
        ("phoneNumbers pr", true),
        ("phoneNumbers.value pr", false),
        ("title eq null", true),
        ("title ne null", false),
        ("emails ne null", true),
        ("ims eq null", true),
        ("emails[display eq null]", true),
        ("emails[primary eq null]", true),
        ("name[givenName eq null and familyName ne null]", true),
        ("profileUrl eq null or active pr", true),
    ] {
        check(text, expected);
    }
}

#[test]
fn an_empty_text_is_a_part_of_every_value() {
    check(r#"nickName eq """#, true);
    check(r#"nickName sw """#, true);
    check(r#"userName co """#, true);
    check(r#"title co """#, false);
    check(r#"title ew """#, false);
}

#[test]
fn a_date_time_compares_as_an_instant() {
    check(r#"meta.created eq "2010-01-23T06:56:22+02:00""#, true);
    check(r#"meta.lastModified gt "2011-05-13T04:42:34Z""#, true);
    check(r#"meta.lastModified le "2011-05-13T04:42:34.500Z""#, true);
    check(
        r#"meta.lastModified ne "2011-05-13T04:42:34.500000Z""#,
        false,
    );
    check(
        r#"meta.lastModified lt "2011-05-13T04:42:34.500001Z""#,
        true,
    );
}

#[test]
fn not_and_or_are_boolean() {
    check(r#"not (userName eq "x")"#, true);
    check("active eq true and not (active eq false)", true);
    check("active eq false or active eq \"TRUE\"", true);
    check("title pr or nickName pr and active eq true", true);
    check("(title pr or nickName pr) and active eq false", false);
}

#[test]
fn an_attribute_that_the_type_lacks_has_no_value_in_a_query_over_all_types() {
    let rt = user();
    let lenient = |text: &str| {
        let bound = Filter::parse(text).unwrap().bind_lenient(&rt).unwrap();
        matches(&bound, barbara().as_object().unwrap())
    };
    assert!(!lenient("members pr"));
    assert!(!lenient("members eq \"x\""));
    assert!(lenient("members ne \"x\""));
    assert!(lenient("members eq null"));
    assert!(!lenient("members ne null"));
    assert!(!lenient("members[value eq \"x\"]"));
    assert!(lenient("not (members pr)"));
    assert!(lenient("members pr or active eq true"));
    assert!(
        Filter::parse("emails[nope pr]")
            .unwrap()
            .bind_lenient(&rt)
            .is_err()
    );
    assert!(
        Filter::parse("password pr")
            .unwrap()
            .bind_lenient(&rt)
            .is_err()
    );
}

/// A type with numbers and a simple multi-valued attribute, as a custom schema may have.
fn gadget() -> ResourceType {
    let mut rt = ResourceType::group();
    let attributes = json!([
        {"name": "size", "type": "integer"},
        {"name": "weight", "type": "decimal"},
        {"name": "tags", "multiValued": true},
        {"name": "seen", "type": "dateTime", "multiValued": true}
    ]);
    let attributes: Vec<Attribute> = serde_json::from_value(attributes).unwrap();
    rt.schema.attributes.extend(attributes);
    rt
}

#[track_caller]
fn check_gadget(text: &str, resource: &Value, expected: bool) {
    let rt = gadget();
    let bound = Filter::parse(text).unwrap().bind(&rt).unwrap();
    assert_eq!(
        matches(&bound, resource.as_object().unwrap()),
        expected,
        "{text}"
    );
}

#[test]
fn numbers_compare_exactly_across_kinds() {
    let big = json!({"size": 9_007_199_254_740_993_i64, "weight": 1.5});
    check_gadget("size gt 9007199254740992", &big, true);
    check_gadget("size gt 9007199254740992.0", &big, true);
    check_gadget("size eq 9007199254740992.0", &big, false);
    check_gadget("size lt 1e300", &big, true);
    check_gadget("size gt -1e300", &big, true);
    check_gadget("size lt 18446744073709551615", &big, true);
    check_gadget("weight gt 1", &big, true);
    check_gadget("weight lt 2", &big, true);
    check_gadget("weight eq 1.50", &big, true);
    check_gadget("weight ne 1.5", &big, false);
    let whole = json!({"size": 5, "weight": -2});
    check_gadget("size eq 5.0", &whole, true);
    check_gadget("size lt 5.5", &whole, true);
    check_gadget("weight eq -2.0", &whole, true);
    check_gadget("weight gt -2.5", &whole, true);
}

#[test]
fn a_simple_multi_valued_attribute_is_selected_by_value() {
    let resource = json!({"tags": ["Red", "green"], "seen": ["2026-01-02T03:04:05Z"]});
    check_gadget(r#"tags eq "red""#, &resource, true);
    check_gadget(r#"tags ne "red""#, &resource, true);
    check_gadget(r#"tags[value sw "g" and value ew "n"]"#, &resource, true);
    check_gadget(r#"tags[value sw "g" and value ew "d"]"#, &resource, false);
    check_gadget(
        r#"seen[value gt "2026-01-02T04:04:05+02:00"]"#,
        &resource,
        true,
    );
    check_gadget("tags pr", &json!({"tags": []}), false);
}

#[test]
fn a_value_of_another_type_is_passed_over() {
    check_gadget("size eq 5", &json!({"size": "5"}), false);
    check_gadget("size ne 5", &json!({"size": "5"}), true);
    check_gadget(
        r#"seen gt "2026-01-02T03:04:05Z""#,
        &json!({"seen": ["never"]}),
        false,
    );
}

#[test]
fn operands_are_folded_and_typed() {
    let rt = user();
    let operand = |text: &str| match Filter::parse(text).unwrap().bind(&rt).unwrap() {
        Bound::Compare(_, _, operand) => operand,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        operand("userName eq \"ÀB\""),
        Operand::Text("àb".to_owned())
    );
    assert_eq!(
        operand("externalId eq \"AB\""),
        Operand::Text("AB".to_owned())
    );
    assert_eq!(
        operand("profileUrl eq \"AB\""),
        Operand::Text("AB".to_owned())
    );
    assert_eq!(operand("active eq \"False\""), Operand::Boolean(false));
    let time = Timestamp::parse("2026-01-02T03:04:05Z").unwrap();
    assert_eq!(
        operand("meta.created gt \"2026-01-02T03:04:05Z\""),
        Operand::Time(time)
    );
}
