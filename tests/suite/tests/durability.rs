//! What was answered stays, whatever happens to the host. These tests always run the native host.
#![expect(clippy::unwrap_used, reason = "a helper of the tests ends the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc;
use std::thread;

use rollcall_suite::{Answer, Client, Process, Service};
use serde_json::{Value as Json, json};
use ureq::http::Method;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const CREATES: usize = 1000;
const CLIENTS: usize = 8;
/// The host is killed when so many creates have been answered.
const ANSWERED: usize = 400;

fn body(name: &str) -> Json {
    json!({
        "schemas": [USER],
        "userName": name,
        "displayName": format!("The {name}"),
        "emails": [{"value": format!("{name}@example.com"), "type": "work"}],
    })
}

/// Creates users until all are there or no answer comes, and reports each that was answered.
fn provision(scim: &Client, client: usize, answered: &mpsc::Sender<(String, String)>) {
    for number in (client..CREATES).step_by(CLIENTS) {
        let name = format!("user-{number}");
        let headers = [("content-type", "application/scim+json")];
        let body = body(&name).to_string();
        let sent = scim.try_send(&Method::POST, "/Users", &headers, Some(body.as_bytes()));
        let Ok(answer) = sent else { return };
        answered.send((name, answer.expect(201).id())).unwrap();
    }
}

/// All users by name with their ids, page by page.
fn list(scim: &Client) -> BTreeMap<String, String> {
    let mut users = BTreeMap::new();
    let mut listed = 0;
    loop {
        let page = scim.get(&format!("/Users?startIndex={}&count=300", listed + 1));
        let page = page.expect(200).json();
        let resources = page["Resources"].as_array().unwrap();
        listed += resources.len();
        for user in resources {
            let text = |name: &str| user[name].as_str().unwrap().to_owned();
            assert_eq!(user["displayName"], format!("The {}", text("userName")));
            users.insert(text("userName"), text("id"));
        }
        if resources.is_empty() {
            assert_eq!(page["totalResults"], listed);
            assert_eq!(users.len(), listed, "a name is there twice");
            return users;
        }
    }
}

fn found(answer: &Answer) -> Vec<Json> {
    let page = answer.json();
    let resources = page["Resources"].as_array().unwrap();
    assert_eq!(page["totalResults"], resources.len());
    resources.iter().map(|user| user["id"].clone()).collect()
}

#[test]
fn every_create_that_was_answered_survives_kill_9() {
    let state = tempfile::tempdir().unwrap();
    let process = Process::start(state.path());
    let scim = process.service.scim_of("default");

    let (sender, receiver) = mpsc::channel();
    let mut answered = BTreeMap::new();
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (scim, sender) = (&scim, sender.clone());
            scope.spawn(move || provision(scim, client, &sender));
        }
        drop(sender);
        answered.extend(receiver.iter().take(ANSWERED));
        process.kill();
        answered.extend(receiver.iter());
    });
    assert!(
        (ANSWERED..CREATES).contains(&answered.len()),
        "the host was killed after {} creates",
        answered.len()
    );

    let process = Process::start(state.path());
    let scim = Client::new(process.service.scim_base("default"), scim.token.clone());
    for (name, id) in &answered {
        let user = scim.get(&format!("/Users/{id}")).expect(200).json();
        assert_eq!(user["userName"], *name);
    }
    let listed = list(&scim);
    let lost: BTreeSet<_> = answered
        .iter()
        .filter(|(name, id)| listed.get(*name) != Some(id))
        .collect();
    assert!(lost.is_empty(), "not listed: {lost:?}");
    // At most one create of each client was written, but not answered any more.
    assert!(
        listed.len() <= answered.len() + CLIENTS,
        "{} listed",
        listed.len()
    );
    // Documents, index and unique names agree about who is there and who isn't.
    for number in 0..CREATES {
        let name = format!("user-{number}");
        let there: Vec<Json> = listed.get(&name).map(|id| json!(id)).into_iter().collect();
        let by_name = scim.filter("/Users", &format!("userName eq \"{name}\""), "");
        assert_eq!(found(&by_name), there, "{name}");
    }
    for number in 0..CREATES {
        let name = format!("user-{number}");
        let status = if listed.contains_key(&name) { 409 } else { 201 };
        scim.post("/Users", &body(&name)).expect(status);
    }
    let emails = scim.filter("/Users", "emails.value ew \"@example.com\"", "&count=0");
    assert_eq!(emails.json()["totalResults"], CREATES);
    assert_eq!(list(&scim).len(), CREATES);
}

#[test]
fn users_tenants_and_tokens_survive_a_restart() {
    let state = tempfile::tempdir().unwrap();
    let service = Service::in_folder(state.path());
    let tenant = service.tenant();
    let scim = service.scim_of(&tenant);
    let created = scim.post("/Users", &body("babs")).expect(201).json();
    let users = scim.get("/Users").expect(200).json();
    let tenants = service.admin().get("/tenants").expect(200).json();
    let before = service.base_url.clone();
    service.stop();
    let gone = scim.try_send(&Method::GET, "/Users", &[], None);
    assert!(gone.is_err(), "it still answers at {before}");

    let service = Service::in_folder(state.path());
    assert_eq!(service.admin().get("/tenants").expect(200).json(), tenants);
    let again = Client::new(service.scim_base(&tenant), scim.token.clone());
    // Only the address has changed.
    let moved = |json: &Json| json.to_string().replace(&before, &service.base_url);
    assert_eq!(
        again.get("/Users").expect(200).json().to_string(),
        moved(&users)
    );
    let path = format!("/Users/{}", created["id"].as_str().unwrap());
    assert_eq!(
        again.get(&path).expect(200).json().to_string(),
        moved(&created)
    );
    again
        .post("/Users", &body("BABS"))
        .expect_error(409, Some("uniqueness"));
}
