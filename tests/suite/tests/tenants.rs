//! Tenants do not see each other, whatever a client of one tries.
#![expect(clippy::unwrap_used, reason = "a helper of the tests ends the test")]

use rollcall_suite::{Answer, Client, Service};
use serde_json::{Value as Json, json};
use ureq::http::Method;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

fn user(name: &str) -> Json {
    json!({
        "schemas": [USER],
        "userName": name,
        "externalId": format!("external-{name}"),
        "displayName": "The same for all",
        "emails": [{"value": format!("{name}@example.com"), "type": "work"}],
    })
}

fn create(scim: &Client, name: &str) -> String {
    let created = scim.post("/Users", &user(name)).expect(201);
    format!("/Users/{}", created.id())
}

fn everyone(scim: &Client) -> Json {
    scim.get("/Users").expect(200).json()
}

fn names(page: &Answer) -> Vec<String> {
    let page = page.json();
    let resources = page["Resources"].as_array().unwrap();
    assert_eq!(page["totalResults"], resources.len(), "{page}");
    let name = |user: &Json| user["userName"].as_str().unwrap().to_owned();
    resources.iter().map(name).collect()
}

/// What a client can do with a user.
fn attempts(scim: &Client, path: &str) -> Vec<Answer> {
    let operation = json!({"op": "replace", "path": "displayName", "value": "changed"});
    let patch = json!({"schemas": [PATCH_OP], "Operations": [operation]});
    let star = [("if-match", "*")];
    let version = [("if-match", "W/\"1\"")];
    vec![
        scim.get(path),
        scim.send(&Method::GET, path, &[("if-none-match", "*")], None),
        scim.put(path, &user("changed")),
        scim.patch(path, &patch),
        scim.send_json(&Method::PATCH, path, &star, &patch),
        scim.send_json(&Method::PATCH, path, &version, &patch),
        scim.delete(path),
        scim.send(&Method::DELETE, path, &star, None),
        scim.send(&Method::DELETE, path, &version, None),
    ]
}

#[test]
fn a_token_of_one_tenant_is_refused_in_every_other() {
    let service = Service::start();
    let (ours, theirs) = (service.scim(), service.scim());
    let default = service.scim_of("default");
    let path = create(&theirs, "victim");
    let before = everyone(&theirs);
    for stranger in [&ours, &default] {
        let crossed = theirs.with_token(stranger.token.as_deref());
        for answer in attempts(&crossed, &path) {
            drop(answer.expect_error(401, None));
        }
        for path in [
            "/Users",
            "/Users?filter=userName+eq+%22victim%22",
            "/Schemas",
            "/nonsense",
        ] {
            drop(crossed.get(path).expect_error(401, None));
        }
        drop(
            crossed
                .post("/Users", &user("intruder"))
                .expect_error(401, None),
        );
        let search = json!({"schemas": [SEARCH]});
        drop(
            crossed
                .post("/Users/.search", &search)
                .expect_error(401, None),
        );
    }
    let crossed = default.with_token(theirs.token.as_deref());
    drop(crossed.get("/Users").expect_error(401, None));
    assert_eq!(everyone(&theirs), before);
}

#[test]
fn an_id_of_another_tenant_is_nobody() {
    let service = Service::start();
    let (ours, theirs) = (service.scim(), service.scim());
    let path = create(&theirs, "victim");
    let before = everyone(&theirs);
    let unknown = "/Users/01890a5d-ac96-774b-bcce-b302099a8057";
    for (answer, nobody) in attempts(&ours, &path)
        .into_iter()
        .zip(attempts(&ours, unknown))
    {
        // There is no telling them apart.
        let id = path.rsplit('/').next().unwrap();
        let nobody = nobody.expect_error(404, None);
        let expected = nobody.replace(unknown.rsplit('/').next().unwrap(), id);
        assert_eq!(answer.expect_error(404, None), expected);
    }
    assert_eq!(everyone(&theirs), before);
}

#[test]
fn no_way_out_of_an_address_leads_into_another_tenant() {
    let service = Service::start();
    let (mine, other) = (service.tenant(), service.tenant());
    let (ours, theirs) = (service.scim_of(&mine), service.scim_of(&other));
    let path = create(&theirs, "victim");
    let before = everyone(&theirs);
    let id = path.rsplit('/').next().unwrap();
    for path in [
        format!("/Users/../../../{other}/scim/v2/Users/{id}"),
        format!("/Users/..%2f..%2f..%2f{other}%2fscim%2fv2%2fUsers%2f{id}"),
        format!("/../../../t/{other}/scim/v2/Users/{id}"),
        format!("/Users/%2e%2e/%2e%2e/%2e%2e/{other}/scim/v2/Users/{id}"),
        format!("/Users/{other}/{id}"),
        format!("/Users/{id}%00"),
        format!("/Users/{id}' OR '1'='1").replace(' ', "%20"),
    ] {
        for method in [Method::GET, Method::DELETE] {
            drop(ours.send(&method, &path, &[], None).expect_error(404, None));
        }
    }
    assert_eq!(everyone(&theirs), before);
}

#[test]
fn lists_filters_counts_and_searches_stay_inside() {
    let service = Service::start();
    let (ours, theirs) = (service.scim(), service.scim());
    for name in ["babs", "anna"] {
        create(&ours, name);
    }
    let victim = create(&theirs, "victim");
    for name in ["zoe", "adam", "eve"] {
        create(&theirs, name);
    }
    let id = victim.rsplit('/').next().unwrap();
    assert_eq!(names(&ours.get("/Users")), ["babs", "anna"]);
    assert_eq!(names(&ours.get("/Users?sortBy=userName")), ["anna", "babs"]);
    assert_eq!(ours.get("/Users?count=0").json()["totalResults"], 2);
    for (filter, expected) in [
        ("userName pr".to_owned(), &["babs", "anna"][..]),
        ("not (userName eq \"x\")".to_owned(), &["babs", "anna"]),
        (
            "displayName eq \"The same for all\"".to_owned(),
            &["babs", "anna"],
        ),
        ("displayName co \"same\"".to_owned(), &["babs", "anna"]),
        (
            "emails.value ew \"@example.com\"".to_owned(),
            &["babs", "anna"],
        ),
        ("emails[value sw \"b\"]".to_owned(), &["babs"]),
        ("userName sw \"a\"".to_owned(), &["anna"]),
        (
            "meta.created gt \"2000-01-01T00:00:00Z\"".to_owned(),
            &["babs", "anna"],
        ),
        ("userName eq \"victim\"".to_owned(), &[]),
        ("externalId eq \"external-victim\"".to_owned(), &[]),
        (format!("id eq \"{id}\""), &[]),
        (format!("meta.location co \"{id}\""), &[]),
        (
            format!("userName eq \"victim\" or id eq \"{id}\" or not (title pr)"),
            &["babs", "anna"],
        ),
    ] {
        assert_eq!(
            names(&ours.filter("/Users", &filter, "")),
            expected,
            "{filter}"
        );
        let body = json!({"schemas": [SEARCH], "filter": filter});
        assert_eq!(
            names(&ours.post("/Users/.search", &body)),
            expected,
            "{filter}"
        );
        let counted = ours.filter("/Users", &filter, "&count=0").json();
        assert_eq!(counted["totalResults"], expected.len(), "{filter}");
    }
    let all = json!({"schemas": [SEARCH]});
    assert_eq!(names(&ours.post("/Users/.search", &all)), ["babs", "anna"]);
}

#[test]
fn the_same_names_in_two_tenants_are_different_people() {
    let service = Service::start();
    let (ours, theirs) = (service.scim(), service.scim());
    let (our, their) = (create(&ours, "babs"), create(&theirs, "babs"));
    assert_ne!(our, their);
    drop(
        ours.post("/Users", &user("BABS"))
            .expect_error(409, Some("uniqueness")),
    );
    drop(ours.put(&our, &user("renamed")).expect(200));
    ours.delete(&our).expect(204);
    drop(theirs.get(&their).expect(200));
    assert_eq!(
        names(&theirs.filter("/Users", "userName eq \"babs\"", "")),
        ["babs"]
    );
    assert_eq!(names(&ours.get("/Users")), Vec::<String>::new());
    create(&ours, "babs");
}

#[test]
fn locations_name_their_own_tenant() {
    let service = Service::start();
    let tenant = service.tenant();
    let scim = service.scim_of(&tenant);
    let created = scim.post("/Users", &user("babs")).expect(201);
    let expected = format!(
        "{}/t/{tenant}/scim/v2/Users/{}",
        service.base_url,
        created.id()
    );
    assert_eq!(created.header("location"), Some(expected.as_str()));
    let schemas = scim.get("/Schemas").expect(200).json();
    for schema in schemas["Resources"].as_array().unwrap() {
        let location = schema["meta"]["location"].as_str().unwrap();
        assert!(location.starts_with(&scim.base), "{location}");
    }
}

#[test]
fn the_default_tenant_is_the_same_at_both_of_its_addresses() {
    let service = Service::own();
    let root = service.scim_of("default");
    let mut named = root.clone();
    named.base = format!("{}/t/default/scim/v2", service.base_url);
    let path = create(&root, "babs");
    // What it says of itself is the short address.
    let user = root.get(&path).expect(200).json();
    assert_eq!(named.get(&path).expect(200).json(), user);
    let location = format!("{}/scim/v2{path}", service.base_url);
    assert_eq!(user["meta"]["location"], location);
    assert_eq!(everyone(&named), everyone(&root));
    drop(
        named
            .post("/Users", &self::user("BABS"))
            .expect_error(409, Some("uniqueness")),
    );
    let stranger = service.scim();
    drop(
        named
            .with_token(stranger.token.as_deref())
            .get("/Users")
            .expect_error(401, None),
    );
    named.delete(&path).expect(204);
    drop(root.get(&path).expect_error(404, None));
}

#[test]
fn a_deleted_tenant_takes_everything_along_and_no_one_else() {
    let service = Service::start();
    let (goes, stays) = (service.tenant(), service.tenant());
    let (ours, theirs) = (service.scim_of(&goes), service.scim_of(&stays));
    let second = service.scim_of(&goes);
    let path = create(&ours, "babs");
    create(&theirs, "babs");
    let before = everyone(&theirs);
    service
        .admin()
        .delete(&format!("/tenants/{goes}"))
        .expect(204);

    for scim in [&ours, &second] {
        drop(scim.get(&path).expect_error(401, None));
        drop(scim.get("/Users").expect_error(401, None));
        drop(scim.post("/Users", &user("x")).expect_error(401, None));
    }
    assert_eq!(everyone(&theirs), before);

    // A tenant of the same name is a new one.
    service
        .admin()
        .post("/tenants", &json!({"name": goes}))
        .expect(201);
    drop(ours.get("/Users").expect_error(401, None));
    let tokens = service.admin().get(&format!("/tenants/{goes}/tokens"));
    assert_eq!(tokens.expect(200).json(), json!({"tokens": []}));
    let again = service.scim_of(&goes);
    assert_eq!(names(&again.get("/Users")), Vec::<String>::new());
    drop(again.get(&path).expect_error(404, None));
    create(&again, "babs");
    assert_eq!(
        names(&again.filter("/Users", "userName eq \"babs\"", "")),
        ["babs"]
    );
    assert_eq!(everyone(&theirs), before);
}
