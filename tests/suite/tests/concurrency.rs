//! Many clients at once: nothing is there twice, and nothing is lost.
#![expect(clippy::unwrap_used, reason = "a helper of the tests ends the test")]

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

use rollcall_suite::{Answer, Client, Service};
use serde_json::{Value as Json, json};
use ureq::http::Method;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const CLIENTS: usize = 20;

/// Has as many clients send a request each, all at the same moment.
fn at_once(clients: usize, request: impl Fn(usize) -> Answer + Sync) -> Vec<Answer> {
    let barrier = Barrier::new(clients);
    let one = |number| {
        barrier.wait();
        request(number)
    };
    thread::scope(|scope| {
        let one = &one;
        let threads: Vec<_> = (0..clients)
            .map(|number| scope.spawn(move || one(number)))
            .collect();
        let join = |thread: thread::ScopedJoinHandle<'_, Answer>| thread.join().unwrap();
        threads.into_iter().map(join).collect()
    })
}

fn count(answers: &[Answer], status: u16) -> usize {
    let with = answers.iter().filter(|answer| answer.status == status);
    with.count()
}

fn patch(scim: &Client, path: &str, headers: &[(&str, &str)], operation: &Json) -> Answer {
    let schema = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
    let body = json!({"schemas": [schema], "Operations": [operation]});
    scim.send_json(&Method::PATCH, path, headers, &body)
}

fn create(scim: &Client, name: &str) -> String {
    let body = json!({"schemas": [USER], "userName": name});
    format!("/Users/{}", scim.post("/Users", &body).expect(201).id())
}

#[test]
fn of_twenty_that_create_the_same_name_one_succeeds() {
    let service = Service::start();
    for round in 0..5 {
        let scim = service.scim();
        // Names that differ in case are the same name.
        let answers = at_once(CLIENTS, |number| {
            let name = if number % 2 == 0 { "babs" } else { "BABS" };
            scim.post("/Users", &json!({"schemas": [USER], "userName": name}))
        });
        assert_eq!(count(&answers, 201), 1, "round {round}: {answers:?}");
        assert_eq!(count(&answers, 409), CLIENTS - 1, "round {round}");
        let all = scim.get("/Users").expect(200).json();
        assert_eq!(all["totalResults"], 1);
        for answer in answers {
            if answer.status == 201 {
                assert_eq!(answer.id(), all["Resources"][0]["id"]);
            } else {
                let detail = answer.expect_error(409, Some("uniqueness"));
                assert!(detail.contains("userName"), "{detail}");
            }
        }
    }
}

#[test]
fn of_twenty_that_rename_to_the_same_name_one_succeeds() {
    let service = Service::start();
    let scim = service.scim();
    let users: Vec<String> = (0..CLIENTS)
        .map(|number| create(&scim, &format!("user-{number}")))
        .collect();
    let answers = at_once(CLIENTS, |number| {
        let operation = json!({"op": "replace", "path": "userName", "value": "Same"});
        patch(&scim, &users[number], &[], &operation)
    });
    assert_eq!(count(&answers, 200), 1, "{answers:?}");
    assert_eq!(count(&answers, 409), CLIENTS - 1, "{answers:?}");
    let found = scim.filter("/Users", "userName eq \"same\"", "").json();
    assert_eq!(found["totalResults"], 1);
}

/// Twenty operations that do not touch each other, and where their value is to be found afterwards.
fn operations() -> Vec<(Json, &'static str)> {
    let mut operations: Vec<(Json, &str)> = [
        ("displayName", "/displayName"),
        ("nickName", "/nickName"),
        ("title", "/title"),
        ("userType", "/userType"),
        ("externalId", "/externalId"),
        ("locale", "/locale"),
        ("name.familyName", "/name/familyName"),
        ("name.givenName", "/name/givenName"),
    ]
    .into_iter()
    .map(|(path, place)| {
        (
            json!({"op": "replace", "path": path, "value": place}),
            place,
        )
    })
    .collect();
    for attribute in ["employeeNumber", "costCenter"] {
        let path = format!("{ENTERPRISE}:{attribute}");
        operations.push((json!({"op": "add", "path": path, "value": attribute}), ""));
    }
    for number in 0..5 {
        let email = json!([{"value": format!("{number}@example.com"), "type": "work"}]);
        operations.push((json!({"op": "add", "path": "emails", "value": email}), ""));
        let phone = json!({"phoneNumbers": [{"value": format!("+1{number}")}]});
        operations.push((json!({"op": "add", "value": phone}), ""));
    }
    operations
}

#[test]
fn twenty_patches_of_one_user_are_all_there_and_each_has_a_version() {
    let service = Service::start();
    let scim = service.scim();
    let operations = operations();
    assert_eq!(operations.len(), CLIENTS);
    for round in 0..3 {
        let path = create(&scim, &format!("user-{round}"));
        let answers = at_once(CLIENTS, |number| {
            patch(&scim, &path, &[], &operations[number].0)
        });
        let mut tags = BTreeSet::new();
        for answer in answers {
            let answer = answer.expect(200);
            tags.insert(answer.header("etag").unwrap().to_owned());
        }
        let expected: BTreeSet<String> = (2..=21).map(|number| format!("W/\"{number}\"")).collect();
        assert_eq!(tags, expected);

        let user = scim.get(&path).expect(200).json();
        assert_eq!(user["meta"]["version"], "W/\"21\"");
        for (operation, place) in operations.iter().filter(|(_, place)| !place.is_empty()) {
            assert_eq!(
                user.pointer(place),
                Some(&json!(place)),
                "{operation}: {user}"
            );
        }
        assert_eq!(user[ENTERPRISE]["employeeNumber"], "employeeNumber");
        assert_eq!(user[ENTERPRISE]["costCenter"], "costCenter");
        for (attribute, expected) in [
            (
                "emails",
                [
                    "0@example.com",
                    "1@example.com",
                    "2@example.com",
                    "3@example.com",
                    "4@example.com",
                ],
            ),
            ("phoneNumbers", ["+10", "+11", "+12", "+13", "+14"]),
        ] {
            let elements = user[attribute].as_array().unwrap();
            let values: BTreeSet<&str> = elements
                .iter()
                .map(|element| element["value"].as_str().unwrap())
                .collect();
            assert_eq!(values, BTreeSet::from(expected));
            assert_eq!(elements.len(), expected.len());
            // The index, too, has each of them.
            for value in expected {
                let filter = format!("{attribute}.value eq \"{value}\"");
                let found = scim.filter("/Users", &filter, "&count=0").json();
                assert_eq!(found["totalResults"], round + 1, "{filter}");
            }
        }
    }
}

#[test]
fn of_twenty_patches_with_the_same_if_match_one_succeeds() {
    let service = Service::start();
    let scim = service.scim();
    for round in 0..5 {
        let path = create(&scim, &format!("user-{round}"));
        let answers = at_once(CLIENTS, |number| {
            let operation = json!({"op": "replace", "path": "title", "value": format!("{number}")});
            patch(&scim, &path, &[("if-match", "W/\"1\"")], &operation)
        });
        assert_eq!(count(&answers, 200), 1, "{answers:?}");
        assert_eq!(count(&answers, 412), CLIENTS - 1, "{answers:?}");
        let user = scim.get(&path).expect(200).json();
        assert_eq!(user["meta"]["version"], "W/\"2\"");
        for answer in answers {
            if answer.status == 200 {
                assert_eq!(answer.json(), user);
            } else {
                answer.expect_error(412, None);
            }
        }
    }
}

#[test]
fn of_twenty_that_delete_a_user_one_succeeds() {
    let service = Service::start();
    let scim = service.scim();
    let path = create(&scim, "goes");
    let answers = at_once(CLIENTS, |_| scim.delete(&path));
    assert_eq!(count(&answers, 204), 1, "{answers:?}");
    assert_eq!(count(&answers, 404), CLIENTS - 1, "{answers:?}");
    assert_eq!(scim.get("/Users").json()["totalResults"], 0);
}
