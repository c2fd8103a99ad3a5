//! `/Users` and discovery, as RFC 7643 and RFC 7644 have them; what particular clients send is in `golden/`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper of the tests ends the test"
)]

mod create;
mod cursor;
mod delete;
mod discovery;
mod etag;
mod filter;
mod head;
mod page;
mod patch;
mod patch_paths;
mod projection;
mod put;
mod sort;
mod strict;

use rollcall_suite::{Answer, Client, Service};
use serde_json::{Value as Json, json};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// A tenant without users, and what keeps it running.
fn tenant() -> (Service, Client) {
    let service = Service::start();
    let scim = service.scim();
    (service, scim)
}

/// A user's representation: the attributes with `schemas`.
fn user(mut attributes: Json) -> Json {
    attributes["schemas"] = json!([USER]);
    attributes
}

#[track_caller]
fn create(scim: &Client, attributes: Json) -> Answer {
    scim.post("/Users", &user(attributes)).expect(201)
}

fn path_of(user: &Answer) -> String {
    format!("/Users/{}", user.id())
}

fn patch(scim: &Client, path: &str, operations: &Json) -> Answer {
    let schema = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
    scim.patch(
        path,
        &json!({"schemas": [schema], "Operations": operations}),
    )
}

/// The userNames on a page, in its order.
#[track_caller]
fn names(page: &Answer) -> Vec<String> {
    let page = page.json();
    let resources = page["Resources"].as_array().unwrap();
    let name = |resource: &Json| resource["userName"].as_str().unwrap().to_owned();
    resources.iter().map(name).collect()
}
