//! Policies at the SCIM endpoints, through the components. Which request needs which action is tested natively, in
//! `shared/edge/tests/auth/enforce.rs`.

use rollcall_suite::Answer;
use serde_json::{Value as Json, json};

use crate::tokens::Machine;
use crate::{Fixture, GROUP, PATCH_OP, USER};

const RULES: &str = r#"
@id("token")
permit(principal is ProvisioningToken, action, resource);

@id("readers")
permit(principal is Client, action == Action::"scim:read", resource is User)
unless { resource has groupNames && resource.groupNames.contains("Admins") };

@id("rename-staff")
permit(principal is Client, action == Action::"scim:update", resource is User)
when { resource has groupNames && resource.groupNames.contains("Staff") };
"#;

const TYPES: &str = r#"
entity Group;
entity User in [Group] { userName?: String, groupNames?: Set<String> };
entity Client, ProvisioningToken, ResourceType;
action "scim:read", "scim:replace", "scim:update", "scim:delete" appliesTo {
    principal: [User, Client, ProvisioningToken], resource: [User, Group]
};
action "scim:list", "scim:create" appliesTo {
    principal: [User, Client, ProvisioningToken], resource: [ResourceType]
};
"#;

impl Fixture {
    #[track_caller]
    pub fn enforce(&self, on: bool) {
        let body = json!({"enforcePolicies": on});
        let shown = self.admin.patch("", &body).expect(200).json();
        assert_eq!(shown["enforcePolicies"], on);
    }
}

fn rename(value: &str) -> Json {
    let operation = json!({"op": "replace", "path": "displayName", "value": value});
    json!({"schemas": [PATCH_OP], "Operations": [operation]})
}

#[track_caller]
fn denied(answer: Answer, action: &str) {
    let answer = answer.expect(403);
    assert_eq!(answer.header("content-type"), Some("application/scim+json"));
    let error = answer.json();
    let detail = error["detail"].as_str().unwrap();
    let start = format!("the policies do not permit `{action}` with ");
    assert!(detail.starts_with(&start), "{detail}");
}

#[test]
fn a_clients_requests_are_held_against_the_policies() {
    let fixture = Fixture::new();
    let anna = fixture.user("anna", &json!({}));
    let root = fixture.user("root", &json!({}));
    let staff = fixture.group("Staff", &[&anna]);
    fixture.group("Admins", &[&root]);
    let machine = Machine::new(&fixture, "scim:read scim:write");
    let scim = fixture.scim.with_token(Some(&machine.token("")));
    let (anna, root) = (format!("/Users/{anna}"), format!("/Users/{root}"));
    let staff = format!("/Groups/{staff}");
    scim.get(&root).expect(200);

    fixture.enforce(true);
    denied(scim.get(&anna), "scim:read");
    denied(fixture.scim.get(&anna), "scim:read");
    fixture.publish(RULES, &json!(TYPES));
    scim.get(&anna).expect(200);
    denied(scim.get(&root), "scim:read");
    denied(scim.get(&staff), "scim:read");
    denied(scim.get("/Users"), "scim:list");
    denied(scim.get("/Groups"), "scim:list");
    denied(scim.get("/?count=1"), "scim:list");
    scim.patch(&anna, &rename("Anna")).expect(200);
    denied(scim.patch(&root, &rename("Root")), "scim:update");
    denied(scim.delete(&anna), "scim:delete");
    let user = json!({"schemas": [USER], "userName": "bert"});
    denied(scim.post("/Users", &user), "scim:create");
    let group = json!({"schemas": [GROUP], "displayName": "Bert's"});
    denied(scim.post("/Groups", &group), "scim:create");
    // The provisioning token may do it all, and the policies follow what it does.
    let outside = json!({"op": "remove", "path": "members"});
    let body = json!({"schemas": [PATCH_OP], "Operations": [outside]});
    fixture.scim.patch(&staff, &body).expect(200);
    denied(scim.patch(&anna, &rename("Anne")), "scim:update");
    fixture.scim.get("/?count=1").expect(200);
    scim.get("/ServiceProviderConfig").expect(200);

    fixture.enforce(false);
    scim.get(&root).expect(200);
    scim.get("/Users").expect(200);
}

#[test]
fn a_bulk_request_is_done_if_all_of_it_is_permitted() {
    let fixture = Fixture::new();
    let anna = fixture.user("anna", &json!({}));
    let root = fixture.user("root", &json!({}));
    fixture.group("Staff", &[&anna]);
    fixture.publish(RULES, &json!(TYPES));
    fixture.enforce(true);
    let machine = Machine::new(&fixture, "scim:read scim:write");
    let scim = fixture.scim.with_token(Some(&machine.token("")));
    let patch = |id: &str, name: &str| json!({"method": "PATCH", "path": format!("/Users/{id}"), "data": rename(name)});
    let bulk = |operations: Json| {
        let schema = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
        scim.post(
            "/Bulk",
            &json!({"schemas": [schema], "Operations": operations}),
        )
    };
    denied(
        bulk(json!([patch(&anna, "Anna"), patch(&root, "Root")])),
        "scim:update",
    );
    let shown = fixture.scim.get(&format!("/Users/{anna}")).json();
    assert_eq!(shown["displayName"], Json::Null);
    bulk(json!([patch(&anna, "Anna")])).expect(200);
    let shown = fixture.scim.get(&format!("/Users/{anna}")).json();
    assert_eq!(shown["displayName"], "Anna");
    // As many operations as there may be.
    let many: Vec<Json> = (0..1000).map(|n| patch(&anna, &n.to_string())).collect();
    bulk(json!(many)).expect(200);
}

/// No address from outside leads to what the SCIM components ask.
#[test]
fn err_nobody_outside_asks_for_the_components() {
    let fixture = Fixture::new();
    let root = rollcall_suite::Client::new(fixture.service.base_url.clone(), None);
    for path in [
        "/enforce",
        "/access/v1/enforce",
        "/access/v1/../../enforce",
        "/access/v1/..%2f..%2fenforce",
        "/t/default/access/v1/enforce",
        "/admin/v1/tenants/default/policies/../../../../../enforce",
    ] {
        let answer = root.post(path, &json!(["default", ["token", []], null, null, []]));
        assert!(
            [401, 404].contains(&answer.status),
            "{path}: {}",
            answer.status
        );
    }
}
