//! The examples in `docs/policies.md` are policies.

use serde_json::json;

use crate::Fixture;

const DOCS: &str = include_str!("../../../../docs/policies.md");

/// The indented texts of the document that begin with a schema.
fn examples() -> Vec<String> {
    let mut examples = vec![String::new()];
    for line in DOCS.lines() {
        let is_part = line.starts_with("    ") || line.is_empty();
        let text = line.strip_prefix("    ").unwrap_or_default();
        match examples.last_mut() {
            Some(last) if is_part => last.push_str(&format!("{text}\n")),
            _ => examples.push(String::new()),
        }
    }
    examples.retain(|text| text.trim_start().starts_with("entity "));
    examples
}

#[test]
fn the_examples_fit_their_schemas() {
    let fixture = Fixture::new();
    let examples = examples();
    assert_eq!(examples.len(), 3);
    for example in examples {
        let (schema, policies) = example.split_at(example.find("@id").unwrap());
        let body = json!({"schema": schema, "policies": policies});
        let checked = fixture.admin.post("/policies/validate", &body);
        assert_eq!(
            checked.expect(200).json()["warnings"],
            json!([]),
            "{example}"
        );
    }
}
