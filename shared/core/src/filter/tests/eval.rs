use serde_json::{Value, json};

use super::*;

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
