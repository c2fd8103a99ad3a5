//! Types that no schema of the RFC has.

use super::*;

#[track_caller]
fn check_custom(body: Value, expected: Option<&str>) {
    let mut all = json!({"schemas": [USER_SCHEMA], "userName": "b"});
    all.as_object_mut()
        .unwrap()
        .extend(body.as_object().unwrap().clone());
    let accepted = accept(all.as_object().unwrap().clone(), &custom(), Mode::Compat);
    match (accepted, expected) {
        (Ok(_), None) => {}
        (Err(error), Some(expected)) => assert!(error.detail.contains(expected), "{error}"),
        (other, _) => panic!("{other:?}"),
    }
}

#[test]
fn numbers_and_dates() {
    check_custom(
        json!({"count": -5, "weight": 1.5, "since": "2026-01-02T03:04:05+01:00"}),
        None,
    );
    check_custom(json!({"weight": 7}), None);
    check_custom(
        json!({"count": 1.0}),
        Some("`count` expects a whole number"),
    );
    check_custom(
        json!({"count": u64::MAX}),
        Some("`count` expects a whole number of at most 64 bits"),
    );
    check_custom(
        json!({"count": "5"}),
        Some("`count` expects a whole number"),
    );
    check_custom(json!({"weight": "5"}), Some("`weight` expects a number"));
    check_custom(
        json!({"since": "2026-01-02"}),
        Some("`since` expects a date and time such as"),
    );
    check_custom(
        json!({"since": format!("2026-01-02T03:04:05.{}Z", "0".repeat(5_000))}),
        Some("`since` is 5021 bytes long; the limit is 4096"),
    );
    check_custom(
        json!({"keys": [{"value": ""}]}),
        Some("`keys.value` is required"),
    );
    check_custom(
        json!({"keys": [{"value": "a"}, {"seen": "now", "x": 1}]}),
        None,
    );
}

#[test]
fn a_required_extension_must_be_there() {
    let mut rt = ResourceType::user();
    rt.extensions[0].required = true;
    let body = json!({"schemas": [USER_SCHEMA], "userName": "b"});
    let error = accept(body.as_object().unwrap().clone(), &rt, Mode::Compat).unwrap_err();
    assert!(
        error.detail.contains("enterprise:2.0:User` is required"),
        "{error}"
    );
}
