//! Access tokens at the admin API: whoever has one administers people as far as the tenant's policies permit.

use std::cell::RefCell;
use std::rc::Rc;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use pollster::block_on;
use rollcall_edge::admin;
use rollcall_service::limits::{LimitSettings, Rate};
use rollcall_service::{Config, Ctx, Tenant, TenantName};
use rollcall_store::TenantChange;
use rollcall_store::rusqlite::File;
use serde_json::{Value as Json, json};

use crate::calls::{Opaque, revoke, scim_request};
use crate::enforce::Broken;
use crate::policies::publish;
use crate::resource::Bound;
use crate::world::{Answer, MASTER, World, basic_of, config, machine, with};

const HERE: &str = "/admin/v1/tenants/default";
const OPERATOR: &str = "the operator's";
const INVALID: &str = "Bearer realm=\"admin\", error=\"invalid_token\"";

/// A tenant that enforces its policies. Ann is there; Ben and Bob were deleted, and are kept.
struct Delegates {
    world: World,
    ctx: Ctx<File>,
    ann: String,
    ben: String,
    bob: String,
}

fn settings() -> Config {
    Config {
        admin_token: Some(OPERATOR.to_owned()),
        ..config(Some(MASTER))
    }
}

impl Delegates {
    fn new() -> Self {
        let world = World::new();
        let scope = json!("admin:people scim:read");
        world.client("c", &with(machine(), "scope", scope));
        world.configure(&TenantChange {
            retention_days: Some(30),
            ..TenantChange::default()
        });
        let [ann, ben, bob] = ["ann", "ben", "bob"].map(|name| world.person(name));
        let hr = rollcall_service::admin::create_token(&world.ctx, "default", "hr", None);
        let hr = format!("Bearer {}", block_on(hr).unwrap().secret);
        for id in [&ben, &bob] {
            let delete = ("DELETE", &*format!("/scim/v2/Users/{id}"));
            let gone = scim_request(&world.ctx, delete, &[("authorization", &hr)], &Json::Null);
            assert_eq!(gone.status, 204, "{gone:?}");
        }
        let delegates = Self {
            ctx: world.instance(settings()),
            world,
            ann,
            ben,
            bob,
        };
        delegates.enforce(true);
        delegates
    }

    fn enforce(&self, enforce_policies: bool) {
        self.world.configure(&TenantChange {
            enforce_policies: Some(enforce_policies),
            ..TenantChange::default()
        });
    }

    /// A token of the client's own.
    fn token(&self) -> String {
        self.world.access_token("c", &[("scope", "admin:people")])
    }

    fn send(&self, token: &str, (method, path): (&str, &str)) -> Answer {
        let authorization = format!("Bearer {token}");
        let headers = [("authorization", &*authorization)];
        send(&self.ctx, &headers, (method, &format!("{HERE}{path}")))
    }

    /// All that there is to do, with its action, with whom, and how a refusal names that.
    fn acts(&self) -> [(&'static str, String, &'static str, String, String); 4] {
        let Self { ann, ben, bob, .. } = self;
        let user = |id: &str| (format!("User::{id}"), format!("User `{id}`"));
        let act = |action, method, path: String, (with, named): (String, String)| {
            (
                action,
                with,
                method,
                path,
                format!("`{action}` with {named}"),
            )
        };
        let all = ("ResourceType::User".to_owned(), "User".to_owned());
        [
            act("admin:list", "GET", "/deleted".to_owned(), all),
            act(
                "admin:revoke",
                "POST",
                format!("/users/{ann}/revoke"),
                user(ann),
            ),
            act(
                "admin:restore",
                "POST",
                format!("/deleted/{ben}/restore"),
                user(ben),
            ),
            act(
                "admin:purge",
                "DELETE",
                format!("/deleted/{bob}"),
                user(bob),
            ),
        ]
    }

    /// Who did what to people since there were so many entries in the change log.
    fn done(&self, from: usize) -> Vec<[String; 3]> {
        let log = self.world.changes().into_iter().skip(from);
        log.filter(|change| change.resource_type == "User")
            .map(|change| [change.actor, change.operation, change.resource])
            .collect()
    }

    fn changes(&self) -> usize {
        self.world.changes().len()
    }
}

fn send(ctx: &Ctx<File>, headers: &[(&str, &str)], (method, path): (&str, &str)) -> Answer {
    let request = Request::builder().method(method).uri(path);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    let request = request.body(Full::new(Bytes::new())).unwrap();
    crate::world::read(block_on(admin::handle(ctx, request)))
}

/// Demands a problem of this status, with a challenge that begins so if there is to be one.
#[track_caller]
fn refused(answer: &Answer, status: u16, challenge: Option<&str>) {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
    let said = answer.header("www-authenticate");
    match challenge {
        None => assert_eq!(said, None),
        Some(challenge) => assert!(said.unwrap().starts_with(challenge), "{said:?}"),
    }
}

#[track_caller]
fn is_denied(answer: &Answer, denied: &str) {
    // It is not about the token.
    refused(answer, 403, None);
    let expected = format!("the policies do not permit {denied}");
    assert_eq!(answer.json["detail"], expected);
}

/// Each needs its own action, and no other; the change log names who did it.
#[test]
fn each_act_needs_its_action() {
    let d = Delegates::new();
    let token = d.token();
    let acts = d.acts();
    let before = d.changes();
    for (own, _, method, path, denied) in &acts {
        let others = acts.iter().filter(|(other, ..)| other != own);
        let others = others.map(|(action, ..)| format!("* {action} *\n"));
        publish(
            &d.world,
            &format!("{}* scim:* *", others.collect::<String>()),
        );
        is_denied(&d.send(&token, (method, path)), denied);
    }
    assert_eq!(d.done(before), Vec::<[String; 3]>::new());
    for (action, with, method, path, _) in &acts {
        publish(&d.world, &format!("Client::c {action} {with}"));
        let answer = d.send(&token, (method, path));
        assert!(answer.status < 300, "{action} {answer:?}");
        if *action == "admin:list" {
            let shown = answer.json["deleted"].as_array().unwrap();
            assert_eq!(shown.len(), 2);
        }
    }
    let entry = |operation: &str, id: &str| ["client:c", operation, id].map(str::to_owned);
    let expected = [
        entry("revoke", &d.ann),
        entry("restore", &d.ben),
        entry("purge", &d.bob),
    ];
    assert_eq!(d.done(before), expected);
}

/// The person behind a token goes before its client, in policies and in the change log.
#[test]
fn who_asks_is_whoever_is_behind_the_token() {
    let d = Delegates::new();
    let draft = Opaque {
        scope: "admin:people",
        ..Opaque::default()
    };
    let token = d.world.opaque("c", Some(&d.ann), &draft);
    let purge = ("DELETE", &*format!("/deleted/{}", d.bob));
    publish(&d.world, "Client::c * *");
    is_denied(
        &d.send(&token, purge),
        &format!("`admin:purge` with User `{}`", d.bob),
    );
    publish(&d.world, &format!("User::{} admin:* *", d.ann));
    let before = d.changes();
    assert_eq!(d.send(&token, purge).status, 204);
    let actor = format!("user:{}", d.ann);
    assert_eq!(d.done(before), [[actor, "purge".into(), d.bob.clone()]]);
    // Whoever is deactivated has no access any more.
    publish(&d.world, "* * *");
    d.world.deactivate(&d.ann);
    refused(&d.send(&token, ("GET", "/deleted")), 401, Some(INVALID));
    let restore = ("POST", &*format!("/deleted/{}/restore", d.ben));
    refused(&d.send(&token, restore), 401, Some(INVALID));
    assert_eq!(d.done(before).last().unwrap()[1], "patch");
}

#[test]
fn err_without_the_setting_no_access_token_is_good_for_anything() {
    let d = Delegates::new();
    publish(&d.world, "* * *");
    d.enforce(false);
    let token = d.token();
    let before = d.changes();
    for (_, _, method, path, _) in &d.acts() {
        let answer = d.send(&token, (method, path));
        refused(&answer, 403, None);
        let detail = answer.json["detail"].as_str().unwrap();
        assert!(detail.contains("`enforcePolicies`"), "{detail}");
    }
    assert_eq!(d.done(before), Vec::<[String; 3]>::new());
    d.enforce(true);
    assert_eq!(d.send(&token, ("GET", "/deleted")).status, 200);
}

#[test]
fn err_without_the_scope() {
    let d = Delegates::new();
    publish(&d.world, "* * *");
    let token = d.world.access_token("c", &[("scope", "scim:read")]);
    let insufficient = "Bearer realm=\"admin\", error=\"insufficient_scope\"";
    for (_, _, method, path, _) in &d.acts() {
        let answer = d.send(&token, (method, path));
        refused(&answer, 403, Some(insufficient));
        let said = answer.header("www-authenticate").unwrap();
        assert!(said.ends_with("scope=\"admin:people\""), "{said}");
    }
    // It is said only to who has a live token.
    let headers = [("authorization", &*basic_of("c"))];
    revoke(&d.world.ctx, &headers, &[("token", &token)]);
    refused(&d.send(&token, ("GET", "/deleted")), 401, Some(INVALID));
}

#[test]
fn err_a_token_for_someone_else() {
    let d = Delegates::new();
    publish(&d.world, "* * *");
    let list = ("GET", "/deleted");
    let of = |resource: &str| d.world.access_token("c", &[("resource", resource)]);
    let ours = of(&format!("https://id.example{HERE}"));
    assert_eq!(d.send(&ours, list).status, 200);
    let others = ["https://api.example/", "https://id.example/scim/v2"].map(of);
    for token in others {
        refused(&d.send(&token, list), 401, Some(INVALID));
    }
    for bad in ["a.b.c", "rc_at_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        refused(&d.send(bad, list), 401, Some(INVALID));
    }
    // What is no access token is not the operator's either.
    let hr = rollcall_service::admin::create_token(&d.world.ctx, "default", "it", None);
    for bad in [&*block_on(hr).unwrap().secret, "a guess"] {
        let answer = d.send(bad, list);
        refused(&answer, 401, Some("Bearer realm=\"admin\""));
        assert_eq!(
            answer.header("www-authenticate"),
            Some("Bearer realm=\"admin\"")
        );
    }
    // It opens the tenant that it was issued by.
    let acme = TenantName::parse("acme").unwrap();
    let tenant = Tenant::new(acme.clone(), d.world.now());
    block_on(d.world.store.create_tenant(&tenant)).unwrap();
    let opaque = Opaque {
        scope: "admin:people",
        ..Opaque::default()
    };
    let opaque = d.world.opaque("c", None, &opaque);
    for token in [&d.token(), &opaque] {
        assert_eq!(d.send(token, list).status, 200);
        let authorization = format!("Bearer {token}");
        let headers = [("authorization", &*authorization)];
        for tenant in ["acme", "nobody", "No-Name"] {
            let path = format!("/admin/v1/tenants/{tenant}/deleted");
            let answer = send(&d.ctx, &headers, ("GET", &path));
            refused(&answer, 401, Some("Bearer realm=\"admin\""));
        }
    }
}

#[test]
fn err_everything_else_is_the_operators() {
    let d = Delegates::new();
    publish(&d.world, "* * *");
    let token = d.token();
    let ben = format!("/deleted/{}", d.ben);
    for what in [
        ("GET", ""),
        ("DELETE", ""),
        ("GET", "/clients"),
        ("GET", "/changes"),
        ("POST", "/tokens"),
        ("POST", "/suspend"),
        ("GET", "/nothing"),
        ("POST", "/clients/c/revoke"),
        ("POST", "/deleted"),
        ("GET", &ben),
    ] {
        let answer = d.send(&token, what);
        refused(&answer, 401, Some("Bearer realm=\"admin\""));
        assert_eq!(
            answer.header("www-authenticate"),
            Some("Bearer realm=\"admin\"")
        );
    }
    // Where the admin API is off, it is off for all.
    let off = d.world.instance(config(Some(MASTER)));
    let authorization = format!("Bearer {token}");
    let list = ("GET", &*format!("{HERE}/deleted"));
    let answer = send(&off, &[("authorization", &authorization)], list);
    refused(&answer, 404, None);
}

#[test]
fn a_bound_token_needs_its_proof() {
    let d = Delegates::new();
    publish(&d.world, "* admin:list *");
    let bound = Bound::new(&d.world);
    let proof = |jti: &str, more: &[(&str, Json)]| {
        let here = json!(format!("https://id.example{HERE}/deleted"));
        let own = [("jti", json!(jti)), ("htu", here)];
        bound.proof(&d.world, &[&own, more].concat())
    };
    let ask = |scheme: &str, proof: &str, what: (&str, &str)| {
        let authorization = format!("{scheme} {}", bound.token);
        let headers = [("authorization", &*authorization), ("dpop", proof)];
        send(&d.ctx, &headers, (what.0, &format!("{HERE}{}", what.1)))
    };
    let list = ("GET", "/deleted");
    let first = proof("1", &[]);
    let ok = ask("DPoP", &first, list);
    assert_eq!(ok.status, 200, "{ok:?}");
    assert!(ok.header("dpop-nonce").is_some());
    let invalid = "DPoP realm=\"admin\", error=\"invalid_dpop_proof\"";
    // A replay, a proof for another address, and none.
    refused(&ask("DPoP", &first, list), 401, Some(invalid));
    let elsewhere = proof("2", &[("htu", json!("https://id.example/scim/v2/Users"))]);
    refused(&ask("DPoP", &elsewhere, list), 401, Some(invalid));
    refused(&ask("Bearer", &proof("3", &[]), list), 401, Some(INVALID));
    let bare = proof("4", &[("nonce", Json::Null)]);
    let asked = ask("DPoP", &bare, list);
    refused(
        &asked,
        401,
        Some("DPoP realm=\"admin\", error=\"use_dpop_nonce\""),
    );
    assert!(asked.header("dpop-nonce").is_some());
    // A refusal has the next nonce, too.
    let path = format!("/deleted/{}", d.bob);
    let purge = [
        ("htm", json!("DELETE")),
        ("htu", json!(format!("https://id.example{HERE}{path}"))),
    ];
    let denied = ask("DPoP", &proof("5", &purge), ("DELETE", &path));
    is_denied(&denied, &format!("`admin:purge` with User `{}`", d.bob));
    assert!(denied.header("dpop-nonce").is_some());
}

#[test]
fn err_without_an_answer_nothing_is_done() {
    let d = Delegates::new();
    publish(&d.world, "* * *");
    let asked = Rc::new(RefCell::new(Vec::new()));
    let broken = Broken(Rc::clone(&asked));
    let instance = d.world.instance(settings()).with_guard(broken);
    let authorization = format!("Bearer {}", d.token());
    let before = d.changes();
    for (_, _, method, path, _) in &d.acts() {
        let headers = [("authorization", &*authorization)];
        let answer = send(&instance, &headers, (method, &format!("{HERE}{path}")));
        refused(&answer, 503, None);
    }
    assert_eq!(asked.borrow().len(), 4);
    assert_eq!(d.done(before), Vec::<[String; 3]>::new());
    // For the operator nobody is asked.
    let operator = format!("Bearer {OPERATOR}");
    for (_, _, method, path, _) in &d.acts() {
        let headers = [("authorization", &*operator)];
        let answer = send(&instance, &headers, (method, &format!("{HERE}{path}")));
        assert!(answer.status < 300, "{answer:?}");
    }
    assert_eq!(asked.borrow().len(), 4);
    let actors: Vec<_> = d
        .done(before)
        .into_iter()
        .map(|[actor, ..]| actor)
        .collect();
    assert_eq!(actors, ["admin", "admin", "admin"]);
}

/// A bad access token is as good a guess as another; one that lacks a nonce, or may not do this, is none.
#[test]
fn bad_tokens_are_limited_as_wrong_tokens_of_the_operator_are() {
    let d = Delegates::new();
    publish(&d.world, "* scim:* *");
    let instance = d.world.instance(Config {
        admin_limits: LimitSettings {
            failures: Rate::parse("2/1m").unwrap(),
            ..LimitSettings::default()
        },
        ..settings()
    });
    let list = ("GET", &*format!("{HERE}/deleted"));
    let ask = |scheme: &str, token: &str, proof: &str| {
        let authorization = format!("{scheme} {token}");
        let from = ("spin-client-addr", "192.0.2.1:53412");
        let headers = [("authorization", &*authorization), ("dpop", proof), from];
        send(&instance, &headers, list).status
    };
    let bound = Bound::new(&d.world);
    let here = json!(format!("https://id.example{HERE}/deleted"));
    for jti in ["1", "2", "3"] {
        assert_eq!(ask("Bearer", &d.token(), ""), 403);
        let bare = [
            ("jti", json!(jti)),
            ("htu", here.clone()),
            ("nonce", Json::Null),
        ];
        let bare = bound.proof(&d.world, &bare);
        assert_eq!(ask("DPoP", &bound.token, &bare), 401);
    }
    assert_eq!(ask("Bearer", "a.b.c", ""), 401);
    assert_eq!(ask("DPoP", &bound.token, ""), 401);
    assert_eq!(ask("Bearer", &d.token(), ""), 429);
    assert_eq!(ask("Bearer", OPERATOR, ""), 429);
}
