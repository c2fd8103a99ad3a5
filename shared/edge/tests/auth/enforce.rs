//! Policies at the SCIM endpoints: whoever may do something by the token alone may not do it against them.

use std::cell::RefCell;
use std::rc::Rc;

use pollster::block_on;
use rollcall_service::{Answer as Later, Ctx, Guard, Ruling, admin};
use rollcall_store::TenantChange;
use rollcall_store::rusqlite::File;
use serde_json::{Value as Json, json};

use crate::calls::{Opaque, revoke, scim_request};
use crate::policies::publish;
use crate::world::{Answer, MASTER, World, basic_of, config};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// A tenant that enforces its policies, with a provisioning token of the name `hr`.
struct Guarded {
    world: World,
    hr: String,
}

impl Guarded {
    fn new() -> Self {
        let world = World::new();
        world.machine("c");
        let issued = block_on(admin::create_token(&world.ctx, "default", "hr", None)).unwrap();
        let guarded = Self {
            world,
            hr: issued.secret,
        };
        guarded.enforce(true);
        guarded
    }

    fn enforce(&self, enforce_policies: bool) {
        self.world.configure(&TenantChange {
            enforce_policies: Some(enforce_policies),
            ..TenantChange::default()
        });
    }

    fn publish(&self, policies: &str) {
        publish(&self.world, policies);
    }

    fn send(&self, token: &str, what: (&str, &str), body: &Json) -> Answer {
        send(&self.world.ctx, token, what, body)
    }

    /// Demands that the provisioning token may do this, or not.
    #[track_caller]
    fn check(&self, what: (&str, &str), body: &Json, denied: Option<&str>) -> Answer {
        let answer = self.send(&self.hr, what, body);
        match denied {
            None => assert!(answer.status < 300, "{what:?} {answer:?}"),
            Some(denied) => is_denied(&answer, denied),
        }
        answer
    }

    fn changes(&self) -> usize {
        self.world.changes().len()
    }
}

fn send(ctx: &Ctx<File>, token: &str, what: (&str, &str), body: &Json) -> Answer {
    let authorization = format!("Bearer {token}");
    scim_request(ctx, what, &[("authorization", &authorization)], body)
}

#[track_caller]
fn is_denied(answer: &Answer, denied: &str) {
    assert_eq!(answer.status, 403, "{answer:?}");
    assert_eq!(answer.json["status"], "403");
    let detail = answer.json["detail"].as_str().unwrap();
    assert_eq!(detail, format!("the policies do not permit {denied}"));
    // It is not about the token.
    assert_eq!(answer.header("www-authenticate"), None);
}

fn user(name: &str) -> Json {
    json!({"schemas": [USER], "userName": name})
}

fn rename(value: &str) -> Json {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "displayName", "value": value}],
    })
}

fn search() -> Json {
    json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]})
}

/// Who may create people may not put one in the place of another, and bring them back so.
#[test]
fn a_create_that_would_replace_someone_needs_that_action_too() {
    let g = Guarded::new();
    g.world.configure(&TenantChange {
        restore_on_create: Some(true),
        ..TenantChange::default()
    });
    g.publish("* * *");
    let users = ("POST", "/scim/v2/Users");
    let created = g.check(users, &user("anna"), None);
    let id = created.json["id"].as_str().unwrap();
    let inactive = json!({"schemas": [USER], "userName": "anna", "active": false});
    let one = format!("/scim/v2/Users/{id}");
    g.check(("PUT", &one), &inactive, None);
    let before = g.changes();
    g.publish("* scim:create *");
    let denied = format!("`scim:replace` with User `{id}`");
    g.check(users, &user("anna"), Some(&denied));
    assert_eq!(g.changes(), before + 1, "the upload alone");
    g.publish(&format!("* scim:create *\n* scim:replace User::{id}"));
    let restored = g.check(users, &user("anna"), None);
    assert_eq!(restored.json["id"], id);
    assert_eq!(restored.json["active"], true);
}

/// Permits everything, and brings a person back while it is asked whether they may be replaced.
struct Meanwhile(Ctx<File>, String);

impl Guard for Meanwhile {
    fn rule(&self, question: String) -> Later<'_, Result<Ruling, String>> {
        if question.contains("scim:replace") {
            let first = json!({"schemas": [USER], "userName": "anna", "title": "first"});
            let answer = send(&self.0, &self.1, ("POST", "/scim/v2/Users"), &first);
            assert_eq!(answer.status, 200, "{answer:?}");
        }
        Box::pin(async { Ok(Ruling::Permitted) })
    }
}

/// Two create the same person at once: one brings them back, and what that has written is not written over.
#[test]
fn err_a_create_of_who_was_brought_back_a_moment_ago() {
    let g = Guarded::new();
    g.world.configure(&TenantChange {
        restore_on_create: Some(true),
        ..TenantChange::default()
    });
    g.publish("* * *");
    let inactive = json!({"schemas": [USER], "userName": "anna", "active": false});
    let created = g.check(("POST", "/scim/v2/Users"), &inactive, None);
    let other = g.world.instance(config(Some(MASTER)));
    let meanwhile = Meanwhile(other, g.hr.clone());
    let instance = g.world.instance(config(Some(MASTER)));
    let instance = instance.with_guard(meanwhile);
    let second = json!({"schemas": [USER], "userName": "anna", "title": "second"});
    let answer = send(&instance, &g.hr, ("POST", "/scim/v2/Users"), &second);
    assert_eq!(answer.status, 409, "{answer:?}");
    let one = format!("/scim/v2/Users/{}", created.json["id"].as_str().unwrap());
    let found = g.check(("GET", &one), &Json::Null, None);
    assert_eq!(found.json["title"], "first");
}

/// Each request needs its own action, and no other.
#[test]
fn each_request_needs_its_action() {
    let g = Guarded::new();
    g.publish("* * *");
    let created = g.check(("POST", "/scim/v2/Users"), &user("anna"), None);
    let id = created.json["id"].as_str().unwrap();
    let one = format!("/scim/v2/Users/{id}");
    let put = user("anna");
    let null = Json::Null;
    let of_anna = format!("User::{id}");
    let of_users = "ResourceType::User";
    let users = "/scim/v2/Users";
    let me = |action: &str| format!("`{action}` with User `{id}`");
    let all = |action: &str| format!("`{action}` with User");
    let cases = [
        (
            "scim:list",
            of_users,
            ("GET", users),
            &null,
            all("scim:list"),
        ),
        (
            "scim:list",
            of_users,
            ("POST", "/scim/v2/Users/.search"),
            &search(),
            all("scim:list"),
        ),
        ("scim:read", &of_anna, ("GET", &one), &null, me("scim:read")),
        (
            "scim:replace",
            &of_anna,
            ("PUT", &one),
            &put,
            me("scim:replace"),
        ),
        (
            "scim:update",
            &of_anna,
            ("PATCH", &one),
            &rename("Anna"),
            me("scim:update"),
        ),
        (
            "scim:create",
            of_users,
            ("POST", users),
            &user("bert"),
            all("scim:create"),
        ),
        (
            "scim:delete",
            &of_anna,
            ("DELETE", &one),
            &null,
            me("scim:delete"),
        ),
    ];
    for (own, _, what, body, denied) in &cases {
        // All but its own.
        let others = cases.iter().filter(|(other, ..)| other != own);
        let others = others.map(|(action, ..)| format!("* {action} *\n"));
        g.publish(&others.collect::<String>());
        let before = g.changes();
        g.check(*what, body, Some(denied));
        assert_eq!(g.changes(), before, "{what:?}");
    }
    for (own, with, what, body, _) in &cases {
        g.publish(&format!("ProvisioningToken::hr {own} {with}"));
        g.check(*what, body, None);
    }
}

#[test]
fn a_query_over_all_types_lists_each() {
    let g = Guarded::new();
    let root = ("GET", "/scim/v2/?count=1");
    let denied = "`scim:list` with Group";
    g.publish("* scim:list ResourceType::User");
    g.check(root, &Json::Null, Some(denied));
    g.check(("POST", "/scim/v2/.search"), &search(), Some(denied));
    g.publish("* scim:list ResourceType::User\n* scim:list ResourceType::Group");
    g.check(root, &Json::Null, None);
    g.check(("POST", "/scim/v2/.search"), &search(), None);
}

/// An instance that remembers settings of before asks by those of now, in a bulk request as in any other.
#[test]
fn what_is_enforced_now_counts_for_a_bulk_request() {
    let g = Guarded::new();
    g.enforce(false);
    let list = ("GET", "/scim/v2/Users");
    assert_eq!(g.send(&g.hr, list, &Json::Null).status, 200);
    g.publish("* scim:list *");
    g.enforce(true);
    let before = g.changes();
    let post = json!({"method": "POST", "path": "/Users", "bulkId": "1", "data": user("bert")});
    let bulk = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [post],
    });
    g.check(
        ("POST", "/scim/v2/Bulk"),
        &bulk,
        Some("`scim:create` with User"),
    );
    assert_eq!(g.changes(), before);
}

/// One operation that is not permitted, and none is done.
#[test]
fn each_operation_of_a_bulk_request_is_checked() {
    let g = Guarded::new();
    g.publish("* * *");
    let created = g.check(("POST", "/scim/v2/Users"), &user("anna"), None);
    let id = created.json["id"].as_str().unwrap();
    let path = format!("/Users/{id}");
    let post = json!({"method": "POST", "path": "/Users", "bulkId": "1", "data": user("bert")});
    let group = json!({"schemas": [GROUP], "displayName": "g"});
    let group = json!({"method": "POST", "path": "/Groups", "bulkId": "2", "data": group});
    let patch = json!({"method": "PATCH", "path": path, "data": rename("Anna")});
    let put = json!({"method": "PUT", "path": path, "data": user("anna")});
    let delete = json!({"method": "DELETE", "path": path});
    let bulk = |operations: &[&Json]| {
        json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations,
        })
    };
    let to_bulk = ("POST", "/scim/v2/Bulk");
    let users = "ResourceType::User";
    let anna = format!("User::{id}");
    for (operation, action, with, denied) in [
        (
            &group,
            "scim:create",
            "ResourceType::Group",
            "Group".to_owned(),
        ),
        (&patch, "scim:update", &*anna, format!("User `{id}`")),
        (&put, "scim:replace", &anna, format!("User `{id}`")),
        (&delete, "scim:delete", &anna, format!("User `{id}`")),
    ] {
        g.publish(&format!("* scim:create {users}"));
        let before = g.changes();
        let denied = format!("`{action}` with {denied}");
        g.check(to_bulk, &bulk(&[&post, operation]), Some(&denied));
        assert_eq!(g.changes(), before);
        g.publish(&format!("* {action} {with}"));
        g.check(to_bulk, &bulk(&[operation]), None);
    }
    // Where nothing is done, nothing is asked.
    let unknown = json!({"method": "DELETE", "path": "/Robots/1"});
    let answer = g.check(to_bulk, &bulk(&[&unknown]), None);
    assert_eq!(answer.json["Operations"][0]["status"], "404");
}

/// The person behind a token goes before its client; a client has its id, a provisioning token its name.
#[test]
fn who_asks_is_whoever_is_behind_the_token() {
    let g = Guarded::new();
    g.publish("* * *");
    let anna = g.world.person("anna");
    let draft = Opaque {
        scope: "scim:read scim:me:read",
        ..Opaque::default()
    };
    let opaque = g.world.opaque("c", Some(&anna), &draft);
    let own = Opaque { seed: 12, ..draft };
    let own_opaque = g.world.opaque("c", None, &own);
    let jwt = g.world.access_token("c", &[]);
    let list = ("GET", "/scim/v2/Users");
    let may = |token: &str| g.send(token, list, &Json::Null).status == 200;
    let all = || [&g.hr, &jwt, &own_opaque, &opaque].map(|token| may(token));
    assert_eq!(all(), [true; 4]);
    g.publish("ProvisioningToken::hr * *");
    assert_eq!(all(), [true, false, false, false]);
    g.publish("Client::c * *");
    assert_eq!(all(), [false, true, true, false]);
    g.publish(&format!("User::{anna} * *"));
    assert_eq!(all(), [false, false, false, true]);
    g.publish("ProvisioningToken::it * *\nClient::d * *\nUser::bert * *");
    assert_eq!(all(), [false; 4]);

    let me = ("GET", "/scim/v2/Me");
    let denied = g.send(&opaque, me, &Json::Null);
    is_denied(&denied, &format!("`scim:read` with User `{anna}`"));
    g.publish(&format!("User::{anna} scim:read User::{anna}"));
    assert_eq!(g.send(&opaque, me, &Json::Null).status, 200);
}

/// Policies take away, and give nothing that the token has not.
#[test]
fn a_token_that_is_dead_or_too_small_is_told_so() {
    let g = Guarded::new();
    g.publish("* * *");
    let list = ("GET", "/scim/v2/Users");
    assert_eq!(g.send("unknown", list, &Json::Null).status, 401);
    let read = g.world.access_token("c", &[("scope", "scim:read")]);
    assert_eq!(g.send(&read, list, &Json::Null).status, 200);
    let create = ("POST", "/scim/v2/Users");
    let answer = g.send(&read, create, &user("anna"));
    assert_eq!(answer.status, 403);
    assert!(
        answer
            .header("www-authenticate")
            .unwrap()
            .contains("insufficient_scope")
    );
    let headers = [("authorization", &*basic_of("c"))];
    revoke(&g.world.ctx, &headers, &[("token", &read)]);
    for policies in ["* * *", "Nobody::x * *"] {
        g.publish(policies);
        assert_eq!(g.send(&read, list, &Json::Null).status, 401, "{policies}");
    }
}

/// The setting holds for the next request, on an instance that has served the tenant, too.
#[test]
fn the_setting_and_the_policies_hold_at_once() {
    let g = Guarded::new();
    let list = ("GET", "/scim/v2/Users");
    let denied = Some("`scim:list` with User");
    // Without policies, nothing is permitted.
    g.check(list, &Json::Null, denied);
    for _ in 0..3 {
        g.publish("* scim:list *");
        g.check(list, &Json::Null, None);
        g.publish("* scim:read *");
        g.check(list, &Json::Null, denied);
        g.enforce(false);
        g.check(list, &Json::Null, None);
        g.enforce(true);
        g.check(list, &Json::Null, denied);
    }
    // What the service says of itself is for everyone who has a token.
    g.check(("GET", "/scim/v2/ServiceProviderConfig"), &Json::Null, None);
}

/// What is asked of it is kept, and the answer is none.
pub struct Broken(pub Rc<RefCell<Vec<String>>>);

impl Guard for Broken {
    fn rule(&self, question: String) -> Later<'_, Result<Ruling, String>> {
        self.0.borrow_mut().push(question);
        Box::pin(async { Err("in a test".to_owned()) })
    }
}

#[test]
fn err_without_an_answer_nothing_is_done() {
    let g = Guarded::new();
    g.publish("* * *");
    let asked = Rc::new(RefCell::new(Vec::new()));
    let instance = g.world.instance(config(Some(MASTER)));
    let instance = instance.with_guard(Broken(Rc::clone(&asked)));
    let before = g.changes();
    let bulk = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [{"method": "POST", "path": "/Users", "bulkId": "1", "data": user("bert")}],
    });
    let requests = [
        (("GET", "/scim/v2/Users"), Json::Null),
        (("POST", "/scim/v2/Users"), user("anna")),
        (("POST", "/scim/v2/Bulk"), bulk),
        (("GET", "/scim/v2/"), Json::Null),
    ];
    for (what, body) in &requests {
        let answer = send(&instance, &g.hr, *what, body);
        assert_eq!(answer.status, 503, "{what:?} {answer:?}");
        assert_eq!(answer.header("retry-after"), Some("1"));
    }
    assert_eq!(g.changes(), before);
    assert_eq!(asked.borrow().len(), requests.len());
    // Where the tenant does not want it, nobody is asked.
    g.enforce(false);
    asked.borrow_mut().clear();
    for (what, body) in &requests {
        let answer = send(&instance, &g.hr, *what, body);
        assert!(answer.status < 300, "{what:?} {answer:?}");
    }
    // The instance went by its memory once, and then looked.
    assert_eq!(asked.borrow().len(), 1);
}
