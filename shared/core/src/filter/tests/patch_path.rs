use super::*;

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
