//! `POST /access/v1/evaluations`.

use serde_json::{Value as Json, json};

use crate::{Fixture, question, refused};

/// The decisions of a batch, as `true` and `false`.
#[track_caller]
fn decisions(fixture: &Fixture, body: &Json) -> Vec<bool> {
    let answer = fixture.ask("evaluations", body).expect(200).json();
    assert_eq!(
        answer.as_object().map(serde_json::Map::len),
        Some(1),
        "{answer}"
    );
    let decisions = answer["evaluations"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    decisions
        .iter()
        .filter_map(|one| one["decision"].as_bool())
        .collect()
}

/// A question about three documents, of which the second is not public.
fn three(semantic: Option<&str>) -> Json {
    let document = |id: &str, public: bool| json!({"resource": {"type": "document", "id": id, "properties": {"public": public}}});
    let mut body = json!({
        "subject": {"type": "user", "id": "anna"},
        "action": {"name": "read"},
        "evaluations": [document("1", true), document("2", false), document("3", true)],
    });
    if let Some(semantic) = semantic {
        body["options"] = json!({"evaluations_semantic": semantic});
    }
    body
}

#[test]
fn answers_come_in_the_order_of_the_questions_up_to_where_the_semantic_ends() {
    let fixture = Fixture::with_policies();
    fixture.user("anna", &json!({}));
    for (semantic, expected) in [
        (None, vec![true, false, true]),
        (Some("execute_all"), vec![true, false, true]),
        (Some("deny_on_first_deny"), vec![true, false]),
        (Some("permit_on_first_permit"), vec![true]),
    ] {
        assert_eq!(
            decisions(&fixture, &three(semantic)),
            expected,
            "{semantic:?}"
        );
    }
    refused(
        fixture.ask("evaluations", &three(Some("first"))),
        400,
        "use execute_all",
    );
}

#[test]
fn questions_may_be_about_many_people() {
    let fixture = Fixture::with_policies();
    let anna = fixture.user("anna", &json!({}));
    fixture.user("bert", &json!({"active": false}));
    let owned = json!({"owner": {"type": "User", "id": anna}});
    let mut body = question("anna", "read", &owned);
    body["evaluations"] = json!([
        {},
        {"subject": {"type": "user", "id": "bert"}},
        {"subject": {"type": "user", "id": "nobody"}},
        {"subject": {"type": "user", "id": anna}},
        {"subject": {"type": "user", "id": "anna"}, "action": {"name": "fly"}},
    ]);
    assert_eq!(
        decisions(&fixture, &body),
        [true, false, false, true, false]
    );
    let full = json!({"evaluations": vec![question("anna", "read", &owned); 100]});
    assert_eq!(decisions(&fixture, &full), [true; 100]);
}

#[test]
fn without_questions_in_an_array_it_is_one() {
    let fixture = Fixture::with_policies();
    fixture.user("anna", &json!({}));
    let mut body = question("anna", "read", &json!({"public": true}));
    assert_eq!(
        fixture.ask("evaluations", &body).expect(200).json(),
        json!({"decision": true})
    );
    body["evaluations"] = json!([]);
    assert_eq!(
        fixture.ask("evaluations", &body).expect(200).json(),
        json!({"decision": true})
    );
}
