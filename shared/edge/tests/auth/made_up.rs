//! Who makes names of tenants up has no more requests from an address than who doesn't.

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use pollster::block_on;
use rollcall_edge::auth;
use rollcall_edge::policy::{self, PolicyCache};
use rollcall_service::auth::has_chores;
use rollcall_service::limits::{LimitSettings, Rate};
use rollcall_service::{Config, Ctx, TenantName, admin};
use rollcall_store::Tenant;
use rollcall_store::rusqlite::File;
use serde_json::Value as Json;

use crate::calls::scim_request;
use crate::toy::Toy;
use crate::world::{MASTER, World, basic_of, config, token};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");
const HERE: (&str, &str) = ("spin-client-addr", "192.0.2.1:53412");
const THERE: (&str, &str) = ("spin-client-addr", "192.0.2.2:53412");

/// A world with the tenants `acme` and `other` beside the default one, and an instance where an address has three
/// requests a minute.
fn world() -> (World, Ctx<File>) {
    let world = World::new();
    world.machine("c");
    for name in ["acme", "other"] {
        let tenant = Tenant::new(TenantName::parse(name).unwrap(), world.now());
        block_on(world.store.create_tenant(&tenant)).unwrap();
    }
    let instance = world.instance(Config {
        limits: LimitSettings {
            address: Rate::parse("3/1m").unwrap(),
            ..LimitSettings::default()
        },
        ..config(Some(MASTER))
    });
    (world, instance)
}

/// Asks a tenant's authorization server for a token.
fn ask(ctx: &Ctx<File>, from: (&str, &str), tenant: &str) -> u16 {
    let headers = [from, ("authorization", &*basic_of("c"))];
    token(ctx, &format!("/t/{tenant}/oauth/token"), &headers, &[GRANT]).status
}

/// Asks for people with a provisioning token.
fn list(ctx: &Ctx<File>, from: (&str, &str), tenant: &str, token: &str) -> u16 {
    let authorization = format!("Bearer {token}");
    let headers = [from, ("authorization", &*authorization)];
    let path = format!("/t/{tenant}/scim/v2/Users");
    scim_request(ctx, ("GET", &path), &headers, &Json::Null).status
}

fn names() -> impl Iterator<Item = String> {
    (0..8).map(|n| format!("made-up-{n}"))
}

#[test]
fn names_that_were_made_up_count_together() {
    let (world, ctx) = world();
    let made_up = names().map(|name| ask(&ctx, HERE, &name));
    let made_up: Vec<u16> = made_up.collect();
    assert_eq!(made_up, [404, 404, 404, 429, 429, 429, 429, 429]);
    // Nor is the store asked after the answer, for the change log.
    assert_eq!(has_chores(&ctx), None);
    assert_eq!(ask(&ctx, THERE, "made-up-0"), 404);
    world.pass(20);
    assert_eq!(
        [ask(&ctx, HERE, "more"), ask(&ctx, HERE, "and-more")],
        [404, 429]
    );
}

#[test]
fn at_the_scim_endpoints_at_registration_and_at_policies_too() {
    let (_world, ctx) = world();
    let expected = [401, 401, 401, 429, 429, 429, 429, 429];
    let scim = names().map(|name| list(&ctx, HERE, &name, "a-token"));
    assert_eq!(scim.collect::<Vec<_>>(), expected);

    let post = |path: String| {
        let request = Request::post(path)
            .header(HERE.0, HERE.1)
            .header("content-type", "application/json")
            .header("authorization", "Bearer a-token");
        request.body(Full::new(Bytes::from_static(b"{}"))).unwrap()
    };
    let register = |name| {
        let request = post(format!("/t/{name}/oauth/register"));
        block_on(auth::register(&ctx, request)).status().as_u16()
    };
    assert_eq!(names().map(register).collect::<Vec<_>>(), expected);

    let cache = PolicyCache::<Toy>::default();
    let evaluate = |name| {
        let request = post(format!("/t/{name}/access/v1/evaluation"));
        block_on(policy::handle(&ctx, &cache, request))
            .status()
            .as_u16()
    };
    assert_eq!(names().map(evaluate).collect::<Vec<_>>(), expected);
}

/// Tenants share nothing: what is sent to one, right or wrong, takes nothing from another.
#[test]
fn tenants_that_there_are_keep_budgets_of_their_own() {
    let (world, ctx) = world();
    let issue = |tenant| block_on(admin::create_token(&world.ctx, tenant, "test", None));
    let token = issue("other").unwrap().secret;
    let wrong = || list(&ctx, HERE, "acme", "a-token");
    assert_eq!([wrong(), wrong(), wrong(), wrong()], [401, 401, 401, 429]);
    assert_eq!(
        [ask(&ctx, HERE, "made-up-1"), ask(&ctx, HERE, "made-up-2")],
        [404, 404]
    );
    let right = || list(&ctx, HERE, "other", &token);
    assert_eq!([right(), right(), right(), right()], [200, 200, 200, 429]);
    assert_eq!(
        [ask(&ctx, HERE, "made-up-3"), ask(&ctx, HERE, "made-up-4")],
        [404, 429]
    );
}

/// One who makes names up takes nothing from tenants at the same address that the instance knows.
#[test]
fn who_is_known_goes_on_beside_one_who_makes_names_up() {
    let (world, ctx) = world();
    let issued = block_on(admin::create_token(&world.ctx, "acme", "test", None));
    let token = issued.unwrap().secret;
    assert_eq!(list(&ctx, HERE, "acme", &token), 200);
    // Known by a refusal, too.
    assert_eq!(list(&ctx, HERE, "other", "a-token"), 401);
    for name in names() {
        list(&ctx, HERE, &name, &token);
    }
    assert_eq!(list(&ctx, HERE, "made-up", &token), 429);
    assert_eq!(list(&ctx, HERE, "acme", &token), 200);
    assert_eq!(list(&ctx, HERE, "other", "a-token"), 401);
    assert_eq!(list(&ctx, HERE, "default", "a-token"), 401);
}
