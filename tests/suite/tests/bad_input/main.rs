//! What the service makes of bad input: the standard's error, which says what to change, and a store as it was.
#![expect(clippy::unwrap_used, reason = "a helper of the tests ends the test")]

mod body;
mod bulk;
mod credentials;
mod headers;
mod methods;
mod patch;
mod query;
mod resource;
mod search;

use rollcall_suite::{Answer, Client, Service};
use serde_json::{Value as Json, json};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

const INVALID_SYNTAX: Option<&str> = Some("invalidSyntax");
const INVALID_VALUE: Option<&str> = Some("invalidValue");
const INVALID_PATH: Option<&str> = Some("invalidPath");
const INVALID_FILTER: Option<&str> = Some("invalidFilter");

/// The largest body, in bytes.
const MAX_BODY: usize = 1024 * 1024;

/// A tenant with a user, who must be the same after whatever is sent.
struct Fixture {
    service: Service,
    scim: Client,
    /// The user's path.
    path: String,
    before: Json,
}

impl Fixture {
    fn new() -> Self {
        let service = Service::start();
        let scim = service.scim();
        let created = scim.post(
            "/Users",
            &user(json!({
                "userName": "babs",
                "name": {"familyName": "Jensen"},
                "emails": [{"value": "babs@example.com", "type": "work"}],
            })),
        );
        let path = format!("/Users/{}", created.expect(201).id());
        let before = everyone(&scim);
        assert_eq!(before["totalResults"], 1);
        Self {
            service,
            scim,
            path,
            before,
        }
    }

    /// Demands that the store is as it was.
    #[track_caller]
    fn unchanged(&self) {
        assert_eq!(everyone(&self.scim), self.before);
    }

    /// Demands this error with a detail that has `hint` in it, and that the store is as it was.
    #[track_caller]
    fn refused(&self, answer: Answer, status: u16, scim_type: Option<&str>, hint: &str) {
        let detail = answer.expect_error(status, scim_type);
        assert!(detail.contains(hint), "`{hint}` is not in `{detail}`");
        assert!(detail.len() < 500, "a long detail: {detail}");
        self.unchanged();
    }
}

/// All users, whole, with their versions.
fn everyone(scim: &Client) -> Json {
    scim.get("/Users?count=500").expect(200).json()
}

/// A user's representation: the attributes with `schemas`.
fn user(mut attributes: Json) -> Json {
    attributes["schemas"] = json!([USER]);
    attributes
}
