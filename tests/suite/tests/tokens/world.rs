//! A tenant with its authorization server, and its clients.

use std::path::{Path, PathBuf};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use pollster::block_on;
use rollcall_oauth::jose::{Algorithm, MasterKeys, SigningKey, associated_data};
use rollcall_store::rusqlite::{Connection, File};
use rollcall_store::sql::{Sql, Value};
use rollcall_store::{Database, Durability, Store, TenantName};
use rollcall_suite::{Answer, Client, MASTER_KEY, Service, encode};
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use ureq::http::Method;

pub const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
pub const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
pub const API: &str = "https://api.example/";
pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// Of each kind of opaque token one that nobody was given.
pub const UNKNOWN: [&str; 3] = [
    "rc_at_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "rc_rt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "rc_cs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
];

#[expect(
    clippy::disallowed_methods,
    reason = "what is signed has the time of day in it"
)]
pub fn now_secs() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.unwrap().as_secs().try_into().unwrap()
}

/// A tenant of a service.
pub struct World {
    /// What the tokens call the tenant.
    pub issuer: String,
    pub tenant: String,
    /// The tenant's part of the admin API.
    pub admin: Client,
    /// The tenant's SCIM service, with a provisioning token.
    pub scim: Client,
    /// The issuer's address, and no token.
    pub server: Client,
    // Before its folder, which goes after it.
    pub service: Service,
    state: Option<TempDir>,
}

/// A client that has registered, and what proves it.
#[derive(Clone)]
pub struct Machine {
    pub id: String,
    pub secret: String,
}

impl Machine {
    /// The value of `Authorization`.
    pub fn basic(&self) -> String {
        basic(&self.id, &self.secret)
    }

    /// Its address in the admin API.
    pub fn path(&self) -> String {
        format!("/clients/{}", self.id)
    }
}

pub fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// Metadata of a client for machines that may do most things.
pub fn machine() -> Json {
    json!({
        "grant_types": ["client_credentials", EXCHANGE],
        "scope": "scim:read scim:write",
        "resources": [API],
    })
}

/// The same with one member different, or without it.
pub fn with(mut object: Json, member: &str, value: Json) -> Json {
    if value.is_null() {
        object.as_object_mut().unwrap().remove(member);
    } else {
        object[member] = value;
    }
    object
}

impl World {
    /// A tenant of a service with default settings.
    pub fn new() -> Self {
        Self::of(Service::start(), None)
    }

    /// A tenant of a service whose store can be looked into, with these variables.
    pub fn own(variables: &[(&str, &str)]) -> Self {
        let state = TempDir::new().unwrap();
        let service = Service::in_folder_with(state.path(), variables);
        let base_url = variables.iter().find(|(name, _)| *name == "base_url");
        let mut world = Self::of(service, base_url.map(|(_, url)| *url));
        world.state = Some(state);
        world
    }

    fn of(service: Service, base_url: Option<&str>) -> Self {
        let tenant = service.tenant();
        Self::at(service, tenant, base_url)
    }

    /// The default tenant of a service of its own.
    pub fn of_default() -> Self {
        let state = TempDir::new().unwrap();
        let service = Service::in_folder(state.path());
        let mut world = Self::at(service, "default".to_owned(), None);
        world.issuer.clone_from(&world.service.base_url);
        world.server.base.clone_from(&world.service.base_url);
        world.state = Some(state);
        world
    }

    fn at(service: Service, tenant: String, base_url: Option<&str>) -> Self {
        let mut admin = service.admin();
        admin.base = format!("{}/tenants/{tenant}", admin.base);
        let server = format!("{}/t/{tenant}", service.base_url);
        Self {
            issuer: format!("{}/t/{tenant}", base_url.unwrap_or(&service.base_url)),
            scim: service.scim_of(&tenant),
            server: Client::new(server, None),
            admin,
            tenant,
            service,
            state: None,
        }
    }

    /// The same tenant at another host that serves the same store.
    pub fn beside(&self, service: Service) -> Self {
        let moved = |client| moved(client, &self.service.base_url, &service.base_url);
        Self {
            issuer: self.issuer.clone(),
            tenant: self.tenant.clone(),
            admin: moved(&self.admin),
            scim: moved(&self.scim),
            server: moved(&self.server),
            service,
            state: None,
        }
    }

    /// The folder with the store.
    pub fn folder(&self) -> &Path {
        self.state.as_ref().unwrap().path()
    }

    fn file(&self) -> PathBuf {
        self.folder().join("sqlite_db.db")
    }

    pub fn store(&self) -> Store<File> {
        block_on(Store::open(&File(self.file()), Durability::Normal)).unwrap()
    }

    pub fn tenant_name(&self) -> TenantName {
        TenantName::parse(&self.tenant).unwrap()
    }

    /// A connection to the store.
    pub fn connection(&self) -> Connection {
        block_on(File(self.file()).connect()).unwrap()
    }

    /// Runs a statement in which `?1` is the tenant's name.
    pub fn sql(&self, statement: &str) {
        self.run(self.file(), statement);
    }

    /// The same where documents are published.
    pub fn key_value_sql(&self, statement: &str) {
        self.run(self.folder().join("sqlite_key_value.db"), statement);
    }

    fn run(&self, file: PathBuf, statement: &str) {
        let connection = block_on(File(file).connect()).unwrap();
        let parameters = vec![Value::from(self.tenant.as_str())];
        block_on(connection.run(statement, parameters)).unwrap();
    }

    /// The key that the tenant's tokens are signed with: what nobody else should ever have.
    pub fn own_key(&self) -> SigningKey {
        let keys = block_on(self.store().keys(&self.tenant_name())).unwrap();
        let row = keys.last().unwrap();
        let bound_to = associated_data(&self.tenant, &row.kid);
        let master = MasterKeys::parse(MASTER_KEY).unwrap();
        let opened = master.open(&row.sealed, &bound_to).unwrap();
        let secret: &[u8; 32] = opened.plain.as_slice().try_into().unwrap();
        SigningKey::from_secret(Algorithm::EdDsa, &row.kid, secret).unwrap()
    }

    /// Registers a client through the admin API.
    #[track_caller]
    pub fn client(&self, metadata: &Json) -> Machine {
        let created = self.admin.post("/clients", metadata).expect(201).json();
        let text = |name: &str| created[name].as_str().unwrap_or_default().to_owned();
        Machine {
            id: text("client_id"),
            secret: text("client_secret"),
        }
    }

    pub fn machine(&self) -> Machine {
        self.client(&machine())
    }

    /// One whose tokens are opaque.
    pub fn opaque(&self) -> Machine {
        self.client(&with(machine(), "tokenFormat", json!("opaque")))
    }

    /// A client for people, which cannot prove who it is.
    pub fn public(&self) -> Machine {
        self.client(&json!({
            "redirect_uris": ["https://app.example/cb"],
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "none",
        }))
    }

    /// Sends a form to an endpoint.
    pub fn post(&self, path: &str, headers: &[(&str, &str)], form: &[(&str, &str)]) -> Answer {
        let pairs = form
            .iter()
            .map(|(name, value)| format!("{name}={}", encode(value)));
        let body = pairs.collect::<Vec<_>>().join("&");
        let headers = [&[FORM], headers].concat();
        let body = Some(body.as_bytes());
        self.server.send(&Method::POST, path, &headers, body)
    }

    pub fn token(&self, headers: &[(&str, &str)], form: &[(&str, &str)]) -> Answer {
        self.post("/oauth/token", headers, form)
    }

    /// Asks for a token as a client that authenticates with `client_secret_basic`.
    pub fn token_as(&self, client: &Machine, form: &[(&str, &str)]) -> Answer {
        self.token(&[("authorization", &client.basic())], form)
    }

    /// A token by client credentials.
    #[track_caller]
    pub fn access_token(&self, client: &Machine, more: &[(&str, &str)]) -> String {
        let form = [&[("grant_type", "client_credentials")], more].concat();
        issued(&self.token_as(client, &form))
    }

    pub fn introspect(&self, headers: &[(&str, &str)], form: &[(&str, &str)]) -> Answer {
        self.post("/oauth/introspect", headers, form)
    }

    /// What a client is told of a token.
    #[track_caller]
    pub fn known_to(&self, client: &Machine, token: &str) -> Json {
        let answer = self.introspect(&[("authorization", &client.basic())], &[("token", token)]);
        let answer = answer.expect(200);
        not_kept(&answer);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        answer.json()
    }

    #[track_caller]
    pub fn is_active(&self, client: &Machine, token: &str) -> bool {
        let known = self.known_to(client, token);
        match known["active"].as_bool() {
            // > the authorization server MUST […] not include any additional information about an inactive token
            Some(false) => assert_eq!(known, json!({"active": false})),
            Some(true) => {}
            None => panic!("{known}"),
        }
        known["active"] == true
    }

    pub fn revoke(&self, headers: &[(&str, &str)], form: &[(&str, &str)]) -> Answer {
        self.post("/oauth/revoke", headers, form)
    }

    /// Gives a token back, which always works.
    #[track_caller]
    pub fn give_back(&self, client: &Machine, token: &str, more: &[(&str, &str)]) {
        let form = [&[("token", token)], more].concat();
        let answer = self.revoke(&[("authorization", &client.basic())], &form);
        let answer = answer.expect(200);
        not_kept(&answer);
        assert_eq!(answer.text, "");
    }

    /// Sends a token to the SCIM service as a bearer token.
    pub fn users(&self, token: &str) -> Answer {
        self.scim.with_token(Some(token)).get("/Users")
    }

    /// A person, by id.
    #[track_caller]
    pub fn person(&self, name: &str) -> String {
        let body =
            json!({"schemas": [USER], "userName": name, "externalId": format!("ext-{name}")});
        self.scim.post("/Users", &body).expect(201).id()
    }

    #[track_caller]
    pub fn deactivate(&self, person: &str) {
        let path = format!("/Users/{person}");
        self.scim.patch(&path, &deactivation()).expect(200);
    }

    /// What the change log has, oldest first.
    pub fn changes(&self) -> Vec<Json> {
        let log = self.admin.get("/changes").expect(200).json();
        log["changes"].as_array().unwrap().clone()
    }

    /// Demands an OAuth error (RFC 6749 §5.2), with all that has to come with it.
    #[track_caller]
    pub fn refused(&self, answer: Answer, status: u16, code: &str) -> Answer {
        let answer = answer.expect(status);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        not_kept(&answer);
        assert_eq!(answer.header("pragma"), Some("no-cache"));
        let body = answer.json();
        assert_eq!(body["error"], code, "{body}");
        let description = body["error_description"].as_str().unwrap();
        let is_allowed = |c: char| matches!(c, ' '..='~') && c != '"' && c != '\\';
        assert!(
            !description.is_empty() && description.chars().all(is_allowed),
            "{description}"
        );
        assert_eq!(body.as_object().unwrap().len(), 2, "{body}");
        let challenge = answer.header("www-authenticate");
        if code == "invalid_client" {
            let basic = format!("Basic realm=\"{}\", charset=\"UTF-8\"", self.issuer);
            assert_eq!(challenge, Some(&*basic));
        } else {
            assert_eq!(challenge, None);
        }
        answer
    }
}

/// The same client at another address.
pub fn moved(client: &Client, from: &str, to: &str) -> Client {
    Client::new(client.base.replace(from, to), client.token.clone())
}

pub fn deactivation() -> Json {
    json!({
        "schemas": [PATCH_OP],
        "Operations": [{"op": "replace", "path": "active", "value": false}],
    })
}

/// Attack case 17.
#[track_caller]
pub fn not_kept(answer: &Answer) {
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

/// The token in an answer of the token endpoint.
#[track_caller]
pub fn issued(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text);
    not_kept(answer);
    assert_eq!(answer.header("pragma"), Some("no-cache"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    answer.json()["access_token"].as_str().unwrap().to_owned()
}

/// The header or the claims of a JWT.
#[track_caller]
pub fn part(jwt: &str, at: usize) -> Json {
    let part = jwt.split('.').nth(at).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

pub fn claims(jwt: &str) -> Json {
    part(jwt, 1)
}

/// Has as many threads do something at the same moment, and gives what each has.
pub fn at_once<T: Send>(count: usize, request: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let barrier = std::sync::Barrier::new(count);
    let one = |number| {
        barrier.wait();
        request(number)
    };
    thread::scope(|scope| {
        let one = &one;
        let threads: Vec<_> = (0..count)
            .map(|number| scope.spawn(move || one(number)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    })
}

/// How many answers have this status.
pub fn count(answers: &[Answer], status: u16) -> usize {
    let with = answers.iter().filter(|answer| answer.status == status);
    with.count()
}
