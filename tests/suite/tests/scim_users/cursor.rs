//! Pages by cursor (RFC 9865); whole conversations are in `golden/rfc9865_*.json`.

use rollcall_suite::{Answer, Client};
use serde_json::{Value as Json, json};

use crate::{create, names, tenant};

/// Users with equal, missing and multiple values.
fn people(scim: &Client) {
    for (name, title, emails) in [
        ("frank", "b", json!([{"value": "z@example.com"}])),
        ("carol", "", json!([])),
        (
            "erin",
            "B",
            json!([{"value": "m@example.com"}, {"value": "a@example.com", "primary": true}]),
        ),
        ("alice", "a", json!([])),
        ("grace", "", json!([{"value": "c@example.com"}])),
        ("dave", "b", json!([])),
        ("bob", "", json!([{"value": "b@example.com"}])),
    ] {
        create(
            scim,
            json!({"userName": name, "title": title, "emails": emails}),
        );
    }
}

/// A page by cursor, in whose answer no index is.
#[track_caller]
fn page(scim: &Client, query: &str, cursor: &str) -> (Answer, Option<String>, Option<String>) {
    let answer = scim
        .get(&format!("/Users?{query}&cursor={cursor}"))
        .expect(200);
    let body = answer.json();
    assert!(body.get("startIndex").is_none(), "{body}");
    let listed = body["Resources"].as_array().unwrap().len();
    assert_eq!(body["itemsPerPage"], listed);
    let text = |name: &str| {
        body.get(name)
            .map(|cursor| cursor.as_str().unwrap().to_owned())
    };
    (answer, text("previousCursor"), text("nextCursor"))
}

#[test]
fn every_list_can_be_walked_to_its_end_and_back() {
    let (_service, scim) = tenant();
    people(&scim);
    for query in [
        "filter=userName+pr",
        "sortBy=userName",
        "sortBy=userName&sortOrder=descending",
        "sortBy=title",
        "sortBy=title&sortOrder=descending",
        "sortBy=emails",
        "sortBy=emails&sortOrder=descending",
        "sortBy=meta.created&sortOrder=descending",
        "sortBy=title&filter=not+(emails+pr)",
    ] {
        let all = names(&scim.get(&format!("/Users?{query}")).expect(200));
        for count in [1, 2, 3, all.len(), all.len() + 1] {
            walk(&scim, &format!("{query}&count={count}"), count, &all);
        }
    }
}

/// Demands these names, page by page, forwards and backwards.
#[track_caller]
fn walk(scim: &Client, query: &str, count: usize, all: &[String]) {
    let pages: Vec<&[String]> = all.chunks(count).collect();
    let mut cursor = String::new();
    let mut back = None;
    for (number, expected) in pages.iter().enumerate() {
        let (answer, previous, next) = page(scim, query, &cursor);
        assert_eq!(&names(&answer), expected, "page {number} of {query}");
        assert_eq!(answer.json()["totalResults"], all.len(), "{query}");
        assert_eq!(previous.is_some(), number > 0, "page {number} of {query}");
        assert_eq!(
            next.is_some(),
            number + 1 < pages.len(),
            "page {number} of {query}"
        );
        back = previous;
        cursor = next.unwrap_or_default();
    }
    for expected in pages.iter().rev().skip(1) {
        let (answer, previous, next) = page(scim, query, &back.unwrap_or_default());
        assert_eq!(&names(&answer), expected, "back in {query}");
        assert!(next.is_some(), "back in {query}");
        back = previous;
    }
    assert_eq!(back, None, "nothing is before the first page of {query}");
}

/// RFC 9865 §2: "This value may only contain characters from the unreserved character set".
#[test]
fn a_cursor_needs_no_encoding_and_cannot_be_changed() {
    let (_service, scim) = tenant();
    people(&scim);
    let query = "sortBy=userName&count=3";
    let (_, _, next) = page(&scim, query, "");
    let cursor = next.unwrap();
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    assert!(cursor.bytes().all(unreserved), "{cursor}");
    // The last character may have bits that mean nothing.
    for at in 0..cursor.len() - 1 {
        let mut forged = cursor.clone();
        let other = if &cursor[at..=at] == "A" { "B" } else { "A" };
        forged.replace_range(at..=at, other);
        refused(&scim, query, &forged);
    }
    refused(&scim, query, &cursor[1..]);
    refused(&scim, query, &cursor[..cursor.len() / 2]);
    refused(&scim, query, &format!("{cursor}{cursor}"));
    page(&scim, query, &cursor);
}

#[track_caller]
fn refused(scim: &Client, query: &str, cursor: &str) {
    let answer = scim.get(&format!("/Users?{query}&cursor={cursor}"));
    assert_eq!(answer.status, 400, "{cursor}: {}", answer.text);
    answer.expect_error(400, Some("invalidCursor"));
}

#[test]
fn a_cursor_is_the_tenants_own() {
    let (service, scim) = tenant();
    let other = service.scim();
    people(&scim);
    people(&other);
    let (_, _, next) = page(&scim, "count=3", "");
    let cursor = next.unwrap();
    refused(&other, "count=3", &cursor);
    page(&scim, "count=3", &cursor);
}

#[test]
fn a_count_of_0_asks_for_the_total_alone() {
    let (_service, scim) = tenant();
    people(&scim);
    for count in ["0", "-1"] {
        let body = scim
            .get(&format!("/Users?cursor&count={count}"))
            .expect(200)
            .json();
        assert_eq!(body["totalResults"], 7);
        assert_eq!(body["itemsPerPage"], 0);
        assert_eq!(body["Resources"], json!([]));
    }
}

#[test]
fn without_a_cursor_the_index_is_the_method() {
    let (_service, scim) = tenant();
    people(&scim);
    for query in ["", "?count=3", "?startIndex=4&count=3"] {
        let body: Json = scim.get(&format!("/Users{query}")).expect(200).json();
        assert!(body["startIndex"].is_number(), "{body}");
        assert!(body.get("nextCursor").is_none() && body.get("previousCursor").is_none());
    }
}
