//! `/admin/v1`: tenants, their provisioning tokens, what they have defined and whom they have deleted; and of their
//! authorization servers the clients, keys and trusted issuers.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of the tests ends the test"
)]

mod access;
mod changes;
mod clients;
mod custom_type;
mod deleted;
mod extensions;
mod fit;
mod initial_tokens;
mod issuers;
mod keys;
mod requests;
mod resource_types;
mod schemas;
mod settings;
mod tenants;
mod tokens;

use rollcall_suite::{Answer, Client, Service, encode};
use serde_json::{Value as Json, json};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const UNIQUENESS: Option<&str> = Some("uniqueness");

/// The core schema of devices.
const DEVICE: &str = "urn:example:scim:2.0:Device";

/// A tenant, and clients of its two APIs.
struct Fixture {
    service: Service,
    tenant: String,
    admin: Client,
    scim: Client,
}

impl Fixture {
    fn new() -> Self {
        let service = Service::start();
        let tenant = service.tenant();
        let mut admin = service.admin();
        admin.base = format!("{}/tenants/{tenant}", admin.base);
        Self {
            scim: service.scim_of(&tenant),
            tenant,
            admin,
            service,
        }
    }

    /// A tenant that has devices with these attributes.
    #[track_caller]
    fn with_devices(attributes: &Json) -> Self {
        let fixture = Self::new();
        let schema = json!({"id": DEVICE, "name": "Device", "attributes": attributes});
        fixture.admin.post("/schemas", &schema).expect(201);
        let device = json!({"name": "Device", "endpoint": "/Devices", "schema": DEVICE});
        fixture.admin.post("/resource-types", &device).expect(201);
        fixture
    }

    /// Gives a schema other attributes.
    fn put_schema(&self, id: &str, attributes: &Json) -> Answer {
        let schema = json!({"id": id, "attributes": attributes});
        self.admin.put(&schema_path(id), &schema)
    }

    /// Creates a resource with these attributes, and returns its id.
    #[track_caller]
    fn create(&self, endpoint: &str, schema: &str, attributes: &Json) -> String {
        let mut body = attributes.clone();
        body["schemas"] = json!([schema]);
        self.scim.post(endpoint, &body).expect(201).id()
    }

    #[track_caller]
    fn user(&self, name: &str) -> String {
        self.create("/Users", USER, &json!({"userName": name}))
    }

    #[track_caller]
    fn device(&self, attributes: &Json) -> String {
        self.create("/Devices", DEVICE, attributes)
    }

    /// How many resources a filter finds.
    #[track_caller]
    fn count(&self, endpoint: &str, filter: &str) -> u64 {
        let page = self.scim.filter(endpoint, filter, "").expect(200).json();
        page["totalResults"].as_u64().unwrap()
    }

    /// Changes settings of the tenant.
    #[track_caller]
    fn set(&self, settings: &Json) {
        self.admin.patch("", settings).expect(200);
    }
}

/// The address of a schema.
fn schema_path(id: &str) -> String {
    format!("/schemas/{}", encode(id))
}

/// Demands a problem (RFC 9457) of this status whose detail has `hint` in it.
#[track_caller]
fn problem(answer: Answer, status: u16, hint: &str) {
    let answer = answer.expect(status);
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
    let problem = answer.json();
    assert_eq!(problem["status"], status, "{problem}");
    let title = problem["title"].as_str().unwrap_or_default();
    assert!(!title.is_empty(), "{problem}");
    let detail = problem["detail"].as_str().unwrap_or_default();
    assert!(detail.contains(hint), "`{hint}` is not in {problem}");
    assert!(detail.len() < 500, "a long detail: {detail}");
}

fn names(admin: &Client) -> Vec<String> {
    let tenants = admin.get("/tenants").expect(200).json();
    let tenants = tenants["tenants"].as_array().unwrap();
    let name = |tenant: &Json| tenant["name"].as_str().unwrap().to_owned();
    tenants.iter().map(name).collect()
}

fn issue(admin: &Client, tenant: &str, body: &Json) -> Json {
    let issued = admin.post(&format!("/tenants/{tenant}/tokens"), body);
    issued.expect(201).json()
}

fn text<'j>(json: &'j Json, name: &str) -> &'j str {
    json[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {json}"))
}
