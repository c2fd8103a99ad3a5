//! Initial access tokens, and the sweep that forgets them.

use serde_json::{Value as Json, json};

use crate::{Fixture, problem, text};

#[test]
fn a_token_is_shown_once_and_deleted() {
    let fixture = Fixture::new();
    let admin = &fixture.admin;
    let path = "/initial-access-tokens";
    let body = json!({"name": "partners", "uses": 3, "expires_at": "2090-01-01T00:00:00Z"});
    let mut issued = admin.post(path, &body).expect(201).json();
    let token = issued.as_object_mut().unwrap().remove("token").unwrap();
    assert!(token.as_str().unwrap().starts_with("rc_ia_"));
    assert_eq!(
        (&issued["name"], &issued["uses"]),
        (&json!("partners"), &json!(3))
    );
    let listed = admin.get(path).expect(200);
    assert!(!listed.text.contains("rc_ia_"), "{}", listed.text);
    assert_eq!(listed.json()["tokens"], json!([issued]));
    let any = admin.post(path, &json!({"name": "any"})).expect(201).json();
    assert_eq!(
        (&any["uses"], &any["expires_at"]),
        (&Json::Null, &Json::Null)
    );
    for (body, hint) in [
        (json!({"name": ""}), "`name` must have"),
        (json!({"name": "x", "uses": 0}), "`uses` must be"),
        (
            json!({"name": "x", "uses": "1"}),
            "give a number of clients",
        ),
        (
            json!({"name": "x", "expires_at": "2001-01-01T00:00:00Z"}),
            "has passed",
        ),
        (
            json!({"name": "x", "expires": "x"}),
            "`expires` is not known here",
        ),
    ] {
        problem(admin.post(path, &body), 400, hint);
    }
    let one = format!("{path}/{}", text(&issued, "id"));
    admin.delete(&one).expect(204);
    problem(admin.delete(&one), 404, "has no initial access token");
}

#[test]
fn a_sweep_answers_whether_there_is_more() {
    let fixture = Fixture::new();
    let swept = fixture.service.admin().post("/sweep", &json!({}));
    assert!(swept.expect(200).json()["more"].is_boolean());
}
