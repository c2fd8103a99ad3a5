use super::*;
use crate::Timestamp;

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
