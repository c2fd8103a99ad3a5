//! People who administer others, with a token that they are behind.

use rollcall_suite::{Answer, Client};
use serde_json::{Value as Json, json};
use ureq::http::Method;

use crate::trusted::Trusting;
use crate::world::{Machine, World, issued, machine, with};

/// A tenant where those with the title may administer people.
struct Office {
    trusting: Trusting,
    clients: [Machine; 2],
}

impl Office {
    fn new() -> Self {
        let trusting = Trusting::new();
        let world = &trusting.world;
        let rule =
            "permit(principal is User, action, resource) when { principal.title == \"HR\" };";
        let policies = json!({"policies": rule});
        world.admin.post("/policies", &policies).expect(201);
        let jwt = with(machine(), "scope", json!("admin:people"));
        let opaque = with(jwt.clone(), "tokenFormat", json!("opaque"));
        let clients = [world.client(&jwt), world.client(&opaque)];
        Self { trusting, clients }
    }

    fn world(&self) -> &World {
        &self.trusting.world
    }

    fn configure(&self, settings: &Json) {
        self.world().admin.patch("", settings).expect(200);
    }

    /// A person with a title, by id.
    fn person(&self, name: &str, title: &str) -> String {
        let schema = "urn:ietf:params:scim:schemas:core:2.0:User";
        let body = json!({"schemas": [schema], "userName": name, "title": title});
        self.world().scim.post("/Users", &body).expect(201).id()
    }

    /// What the change log has of people.
    fn changes(&self) -> Vec<Json> {
        let all = self.world().changes().into_iter();
        all.filter(|change| change["resourceType"] == "User")
            .collect()
    }

    /// The admin API with tokens of either kind that this person is behind.
    fn admins(&self, name: &str) -> [Client; 2] {
        [0, 1].map(|at| {
            let token = issued(&self.trusting.exchange(&self.clients[at], name, &[]));
            self.world().admin.with_token(Some(&token))
        })
    }
}

fn revoke(admin: &Client, id: &str) -> Answer {
    admin.send(&Method::POST, &format!("/users/{id}/revoke"), &[], None)
}

#[test]
fn a_person_administers_others_until_they_are_deactivated() {
    let office = Office::new();
    let (hanna, ida) = (office.person("hanna", "HR"), office.person("ida", "IT"));
    let (hr, it) = (office.admins("hanna"), office.admins("ida"));
    office.configure(&json!({"enforcePolicies": true}));
    for admin in &it {
        let refused = revoke(admin, &hanna).expect(403);
        assert!(refused.text.contains("`admin:revoke`"), "{}", refused.text);
    }
    for admin in &hr {
        admin.get("/deleted").expect(200);
        revoke(admin, &ida).expect(204);
        let last = office.changes().pop().unwrap();
        assert_eq!(last["actor"], format!("user:{hanna}"));
        assert_eq!(
            (&last["operation"], &last["id"]),
            (&json!("revoke"), &json!(ida))
        );
    }
    // Ida's tokens are dead now.
    for admin in &it {
        revoke(admin, &hanna).expect(401);
    }
    office.configure(&json!({"enforcePolicies": false}));
    office.world().deactivate(&hanna);
    office.configure(&json!({"enforcePolicies": true}));
    let before = office.changes().len();
    for admin in &hr {
        revoke(admin, &ida).expect(401);
        admin.get("/deleted").expect(401);
    }
    assert_eq!(office.changes().len(), before);
}

#[test]
fn err_when_the_policies_cannot_be_asked_nothing_is_done() {
    let office = Office::new();
    office.person("hanna", "HR");
    let ida = office.person("ida", "IT");
    let hr = office.admins("hanna");
    office.configure(&json!({"enforcePolicies": true}));
    let world = office.world();
    world.sql(
        "UPDATE policy SET policies = 'damaged' WHERE tenant = (SELECT id FROM tenant WHERE name = ?1)",
    );
    let before = office.changes().len();
    for admin in &hr {
        let refused = revoke(admin, &ida).expect(503);
        assert!(
            refused.text.contains("the policies cannot be asked"),
            "{}",
            refused.text
        );
        admin.get("/deleted").expect(503);
    }
    assert_eq!(office.changes().len(), before);
    revoke(&world.admin, &ida).expect(204);
}
