//! Bulk requests whose operations refer to later ones and to each other, and long ones.

use serde_json::{Value as Json, json};

use crate::service::{Answer, Service, related};
use crate::steps::Kind;

const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

fn user(name: &str) -> Json {
    let schemas = ["urn:ietf:params:scim:schemas:core:2.0:User"];
    let data = json!({"schemas": schemas, "userName": name});
    json!({"method": "POST", "path": "/Users", "bulkId": name, "data": data})
}

/// A group, with the ids or the `bulkId`s of its members.
fn group(name: &str, members: &[&str]) -> Json {
    let schemas = ["urn:ietf:params:scim:schemas:core:2.0:Group"];
    let members: Vec<Json> = members.iter().map(|id| json!({"value": id})).collect();
    let data = json!({"schemas": schemas, "displayName": name, "members": members});
    json!({"method": "POST", "path": "/Groups", "bulkId": name, "data": data})
}

fn count(service: &Service, kind: Kind) -> u64 {
    service.search(&[kind], None).total
}

fn statuses(answers: &[Answer]) -> Vec<u16> {
    answers.iter().map(|answer| answer.status).collect()
}

/// The version and the ids of the members of what an operation has created.
#[track_caller]
fn members(service: &Service, answer: &Answer) -> (u64, Vec<String>) {
    let filter = format!("id eq \"{}\"", answer.id.as_deref().unwrap());
    let results = service.search(&[Kind::Group], Some(filter));
    let (_, found) = &results.resources[0];
    let (version, members) = (found.version, related(found));
    assert_eq!(answer.version, Some(version));
    let ids = members
        .iter()
        .map(|member| member["value"].as_str().unwrap().to_owned());
    (version, ids.collect())
}

fn ids(answers: &[Answer], which: &[usize]) -> Vec<String> {
    which
        .iter()
        .map(|which| answers[*which].id.clone().unwrap())
        .collect()
}

#[test]
fn an_operation_may_refer_to_a_later_one() {
    let service = Service::new();
    let answers = service.bulk(
        &[
            group("a", &["bulkId:u", "bulkId:b"]),
            group("b", &["bulkId:u"]),
            user("u"),
        ],
        None,
    );
    assert_eq!(statuses(&answers), [201, 201, 201]);
    assert_eq!(members(&service, &answers[0]), (1, ids(&answers, &[2, 1])));
    assert_eq!(members(&service, &answers[1]), (1, ids(&answers, &[2])));
}

#[test]
fn groups_that_refer_to_each_other_are_created_together() {
    let service = Service::new();
    let operations = [
        user("u"),
        group("a", &["bulkId:b", "bulkId:u"]),
        group("b", &["bulkId:a"]),
        group("c", &["bulkId:c"]),
    ];
    let answers = service.bulk(&operations, None);
    assert_eq!(statuses(&answers), [201, 201, 201, 201]);
    let (_, of_a) = members(&service, &answers[1]);
    assert_eq!(of_a, ids(&answers, &[0, 2]));
    let (_, of_b) = members(&service, &answers[2]);
    assert_eq!(of_b, ids(&answers, &[1]));
    let (_, of_c) = members(&service, &answers[3]);
    assert_eq!(of_c, ids(&answers, &[3]));
}

#[test]
fn of_a_circle_that_fails_nothing_is_left_and_the_others_stay() {
    let service = Service::new();
    let operations = [
        user("u"),
        group("a", &["bulkId:b"]),
        group("b", &["bulkId:a", NOBODY]),
        group("c", &["bulkId:u"]),
    ];
    let answers = service.bulk(&operations, None);
    assert_eq!(statuses(&answers), [201, 409, 400, 201]);
    assert_eq!(
        (count(&service, Kind::User), count(&service, Kind::Group)),
        (1, 1)
    );
    assert_eq!(members(&service, &answers[3]), (1, ids(&answers, &[0])));
}

#[test]
fn a_long_request_is_kept_but_for_what_fails() {
    let service = Service::new();
    // Every tenth name is taken already.
    let name = |number: usize| {
        if number % 10 == 9 {
            "u0".to_owned()
        } else {
            format!("u{number}")
        }
    };
    let mut operations: Vec<Json> = (0..450).map(|number| user(&name(number))).collect();
    for (number, operation) in operations.iter_mut().enumerate() {
        operation["bulkId"] = number.to_string().into();
    }
    let answers = service.bulk(&operations, None);
    for (number, answer) in answers.iter().enumerate() {
        let expected = if number % 10 == 9 { 409 } else { 201 };
        assert_eq!(answer.status, expected);
    }
    assert_eq!((answers.len(), count(&service, Kind::User)), (450, 405));
}

#[test]
fn too_many_errors_end_a_request_and_what_came_before_is_kept() {
    let service = Service::new();
    let taken = |number: &str| {
        let mut taken = user("u");
        taken["bulkId"] = number.into();
        taken
    };
    let operations = [user("u"), taken("1"), user("v"), taken("2"), user("w")];
    let answers = service.bulk(&operations, Some(2));
    assert_eq!(statuses(&answers), [201, 409, 201, 409]);
    assert_eq!(count(&service, Kind::User), 2);
}
