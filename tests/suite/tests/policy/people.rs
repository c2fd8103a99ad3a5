//! Principals come straight from the SCIM store.

use serde_json::json;

use crate::{ENTERPRISE, Fixture, PATCH_OP, question};

#[test]
fn a_person_is_known_by_id_and_by_user_name_in_any_case() {
    let fixture = Fixture::with_policies();
    let id = fixture.user("Anna@example.com", &json!({}));
    let owned = json!({"owner": {"type": "User", "id": id}});
    for name in [id.as_str(), "Anna@example.com", "ANNA@EXAMPLE.COM"] {
        fixture.check(&question(name, "read", &owned), None);
    }
    fixture.check(&question("bert", "read", &owned), Some("subject_unknown"));
}

#[test]
fn groups_count_directly_and_through_others_and_at_once() {
    let fixture = Fixture::with_policies();
    let id = fixture.user("anna", &json!({}));
    let asked = question("anna", "read", &json!({}));
    fixture.check(&asked, Some("not_permitted"));
    let inner = fixture.group("Interns", &[&id]);
    fixture.check(&asked, Some("not_permitted"));
    let staff = fixture.group("Staff", &[&inner]);
    fixture.check(&asked, None);
    fixture.scim.delete(&format!("/Groups/{staff}")).expect(204);
    fixture.check(&asked, Some("not_permitted"));

    let by_id = format!("permit(principal in Group::\"{inner}\", action, resource);");
    fixture.publish(&by_id, &json!(null));
    fixture.check(&asked, None);
    let operation = json!({"op": "remove", "path": format!("members[value eq \"{id}\"]")});
    let body = json!({"schemas": [PATCH_OP], "Operations": [operation]});
    fixture
        .scim
        .patch(&format!("/Groups/{inner}"), &body)
        .expect(200);
    fixture.check(&asked, Some("not_permitted"));
}

#[test]
fn whoever_is_deactivated_or_deleted_is_nobody_at_once() {
    let fixture = Fixture::with_policies();
    let id = fixture.user("anna", &json!({"active": true}));
    let asked = question("anna", "read", &json!({"public": true}));
    fixture.check(&asked, None);
    fixture.set(&id, "active", &json!(false));
    fixture.check(&asked, Some("subject_inactive"));
    fixture.check(&question(&id, "read", &json!({})), Some("subject_inactive"));
    fixture.set(&id, "active", &json!(true));
    fixture.check(&asked, None);
    fixture.scim.delete(&format!("/Users/{id}")).expect(204);
    fixture.check(&asked, Some("subject_unknown"));
}

#[test]
fn what_scim_says_of_a_person_goes_before_what_the_caller_says() {
    let fixture = Fixture::new();
    let policies = r#"
        permit(principal, action == Action::"sell", resource) when { principal.department == "Sales" };
        permit(principal, action == Action::"enter", resource) when { principal.ip == "10.0.0.1" };"#;
    fixture.publish(policies, &json!(null));
    fixture.user("anna", &json!({ENTERPRISE: {"department": "Sales"}}));
    fixture.user("bert", &json!({}));
    let ask = |name: &str, action: &str, properties| {
        let mut asked = question(name, action, &json!({}));
        asked["subject"]["properties"] = properties;
        asked
    };
    fixture.check(&ask("anna", "sell", json!({})), None);
    fixture.check(&ask("anna", "sell", json!({"department": "IT"})), None);
    fixture.check(
        &ask("bert", "sell", json!({"department": "Sales"})),
        Some("not_permitted"),
    );
    fixture.check(&ask("bert", "enter", json!({"ip": "10.0.0.1"})), None);
    fixture.check(
        &ask("bert", "enter", json!({"ip": "10.0.0.2"})),
        Some("not_permitted"),
    );
}

#[test]
fn people_can_be_resources_and_groups_can_be_subjects() {
    let fixture = Fixture::with_policies();
    let boss = fixture.user("boss", &json!({}));
    fixture.user("anna", &json!({ENTERPRISE: {"manager": {"value": boss}}}));
    let mut asked = question("boss", "read", &json!({}));
    asked["resource"] = json!({"type": "user", "id": "anna"});
    fixture.check(&asked, None);
    asked["resource"]["id"] = json!("boss");
    fixture.check(&asked, Some("not_permitted"));

    let group = fixture.group("Readers", &[]);
    let mut asked = question("x", "read", &json!({"public": true}));
    asked["subject"] = json!({"type": "group", "id": group});
    fixture.check(&asked, None);
    asked["subject"]["id"] = json!("Readers");
    fixture.check(&asked, Some("subject_unknown"));
    asked["subject"] = json!({"type": "robot", "id": "1"});
    fixture.check(&asked, Some("subject_type_unsupported"));
}

#[test]
fn no_tenant_sees_the_people_or_policies_of_another() {
    let fixture = Fixture::with_policies();
    let other = Fixture::new();
    fixture.user("anna", &json!({}));
    let asked = question("anna", "read", &json!({"public": true}));
    fixture.check(&asked, None);
    other.check(&asked, Some("no_policies"));
    other.publish(crate::POLICIES, &json!(crate::SCHEMA));
    other.check(&asked, Some("subject_unknown"));
}
