//! `/Groups` where many clients, or several tenants, are at it; conversations with one client are in `golden/`.
#![expect(clippy::unwrap_used, reason = "a helper of the tests ends the test")]

use std::collections::BTreeSet;
use std::thread;

use rollcall_suite::{Answer, Client, Service};
use serde_json::{Value as Json, json};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

fn user(scim: &Client, name: &str) -> String {
    let body = json!({"schemas": [USER], "userName": name});
    scim.post("/Users", &body).expect(201).id()
}

fn group(scim: &Client, name: &str, members: &[&str]) -> String {
    scim.post("/Groups", &body(name, members)).expect(201).id()
}

fn body(name: &str, members: &[&str]) -> Json {
    let members: Vec<Json> = members.iter().map(|id| json!({"value": id})).collect();
    json!({"schemas": [GROUP], "displayName": name, "members": members})
}

fn patch(scim: &Client, group: &str, operation: Json) -> Answer {
    let body = json!({"schemas": [PATCH_OP], "Operations": [operation]});
    scim.patch(&format!("/Groups/{group}"), &body)
}

/// The ids of a group's members.
fn members(scim: &Client, group: &str) -> BTreeSet<String> {
    let group = scim.get(&format!("/Groups/{group}")).expect(200).json();
    let members = group["members"].as_array().cloned().unwrap_or_default();
    let id = |member: &Json| member["value"].as_str().unwrap().to_owned();
    members.iter().map(id).collect()
}

/// Sends a request for each of the ids, all at once.
fn for_each(ids: &[String], request: impl Fn(usize, &String) -> Answer + Sync) {
    thread::scope(|scope| {
        for (number, id) in ids.iter().enumerate() {
            let request = &request;
            scope.spawn(move || request(number, id).expect(200));
        }
    });
}

#[test]
fn twenty_clients_that_change_the_members_lose_nobody() {
    let service = Service::start();
    let scim = service.scim();
    let ids: Vec<String> = (0..20).map(|n| user(&scim, &format!("u{n}"))).collect();
    let guides = group(&scim, "Guides", &[]);
    for_each(&ids, |_, id| {
        let add = json!({"op": "add", "path": "members", "value": [{"value": id}]});
        patch(&scim, &guides, add)
    });
    assert_eq!(members(&scim, &guides), ids.iter().cloned().collect());
    let shown = scim.get(&format!("/Groups/{guides}")).json();
    assert_eq!(shown["meta"]["version"], "W/\"21\"", "each is a change");

    // Half of them go, in both ways, while others come back, who never went.
    for_each(&ids, |number, id| {
        let one = json!([{"value": id}]);
        patch(
            &scim,
            &guides,
            match number % 4 {
                0 => json!({"op": "remove", "path": "members", "value": one}),
                2 => json!({"op": "remove", "path": format!("members[value eq \"{id}\"]")}),
                _ => json!({"op": "add", "path": "members", "value": one}),
            },
        )
    });
    let stay = ids.iter().skip(1).step_by(2).cloned().collect();
    assert_eq!(members(&scim, &guides), stay);
    let shown = scim.get(&format!("/Groups/{guides}")).json();
    assert_eq!(shown["meta"]["version"], "W/\"31\"");
    for (number, id) in ids.iter().enumerate() {
        let shown = scim.get(&format!("/Users/{id}?attributes=groups")).json();
        let groups = shown["groups"].as_array().map_or(0, Vec::len);
        assert_eq!(groups, number % 2, "{shown}");
    }
}

#[test]
fn a_member_that_goes_while_it_is_added_is_in_no_group() {
    let service = Service::start();
    let scim = service.scim();
    let ids: Vec<String> = (0..10).map(|n| user(&scim, &format!("u{n}"))).collect();
    let guides = group(&scim, "Guides", &[]);
    thread::scope(|scope| {
        for id in &ids {
            let (scim, guides) = (&scim, &guides);
            scope.spawn(move || {
                let add = json!({"op": "add", "path": "members", "value": [{"value": id}]});
                let added = patch(scim, guides, add);
                assert!([200, 400].contains(&added.status), "{}", added.text);
            });
            scope.spawn(move || scim.delete(&format!("/Users/{id}")).expect(204));
        }
    });
    assert_eq!(members(&scim, &guides), BTreeSet::new());
    let shown = scim.get(&format!("/Groups/{guides}")).expect(200).json();
    assert!(shown.get("members").is_none(), "{shown}");
}

#[test]
fn nobody_of_another_tenant_can_be_a_member() {
    let service = Service::start();
    let (ours, theirs) = (service.scim(), service.scim());
    let (our, their) = (user(&ours, "a"), user(&theirs, "a"));
    let guides = group(&ours, "Guides", &[&our]);
    let foreign = group(&theirs, "Guides", &[&their]);
    for stranger in [&their, &foreign] {
        let value = json!([{"value": stranger}]);
        let both = [our.as_str(), stranger];
        for answer in [
            patch(
                &ours,
                &guides,
                json!({"op": "add", "path": "members", "value": value}),
            ),
            patch(
                &ours,
                &guides,
                json!({"op": "replace", "path": "members", "value": value}),
            ),
            ours.put(&format!("/Groups/{guides}"), &body("Guides", &both)),
            ours.post("/Groups", &body("Others", &both)),
        ] {
            let detail = answer.expect_error(400, Some("invalidValue"));
            assert!(detail.contains(stranger), "{detail}");
        }
        let none = patch(
            &ours,
            &guides,
            json!({"op": "remove", "path": "members", "value": value}),
        );
        drop(none.expect(200));
        let filter = format!("members eq \"{stranger}\"");
        let found = ours.filter("/Groups", &filter, "").expect(200).json();
        assert_eq!(found["totalResults"], 0);
    }
    assert_eq!(members(&ours, &guides), [our].into());
    assert_eq!(members(&theirs, &foreign), [their].into());
}

#[test]
fn a_query_over_all_types_and_a_bulk_request_stay_inside() {
    let service = Service::start();
    let (ours, theirs) = (service.scim(), service.scim());
    let their = user(&theirs, "victim");
    let foreign = group(&theirs, "Guides", &[&their]);
    user(&ours, "a");
    let all = json!({"schemas": [SEARCH]});
    for answer in [ours.get("/"), ours.post("/.search", &all)] {
        let found = answer.expect(200).json();
        assert_eq!(found["totalResults"], 1, "{found}");
    }
    let before = theirs.get("/").expect(200).json();
    let rename = json!({"schemas": [PATCH_OP], "Operations": [{"op": "replace", "path": "displayName", "value": "x"}]});
    let operations = json!([
        {"method": "DELETE", "path": format!("/Users/{their}")},
        {"method": "PATCH", "path": format!("/Groups/{foreign}"), "data": rename},
        {"method": "PUT", "path": format!("/Groups/{foreign}"), "data": body("x", &[])},
    ]);
    let bulk = json!({"schemas": [BULK], "Operations": operations});
    let results = ours.post("/Bulk", &bulk).expect(200).json();
    for result in results["Operations"].as_array().unwrap() {
        assert_eq!(result["status"], "404", "{results}");
    }
    assert_eq!(theirs.get("/").expect(200).json(), before);
}
