use super::*;

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
    let entra = format!("emails[{}].value pr", terms(MAX_FILTER_TERMS - 1));
    let printed = Filter::parse(&entra).unwrap().to_string();
    assert!(Filter::parse(&printed).is_ok());
    fails(&terms(MAX_FILTER_TERMS + 1), "more than 256 comparisons");
}
