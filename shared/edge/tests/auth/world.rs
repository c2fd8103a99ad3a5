//! A tenant with clients, over one database file, and instances of the service that share it.

use std::cell::Cell;
use std::path::PathBuf;
use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full};
use pollster::block_on;
use rollcall_core::Timestamp;
use rollcall_edge::policy::{self, PolicyCache};
use rollcall_edge::{FullResponse, auth, scim};
use rollcall_oauth::jose::MasterKeys;
use rollcall_service::{
    Answer as Later, Clock, Config, Ctx, Guard, PasswordError, Passwords, Question, Random, Ruling,
    TenantName, TokenHash, Verdict, Verifier, admin,
};
use rollcall_store::auth::{ClientDraft, SecretDraft, TokenFormat};
use rollcall_store::rusqlite::File;
use rollcall_store::{Change, Durability, Store, TenantChange};
use serde_json::{Value as Json, json};

use crate::toy::Toy;

pub const BASE: &str = "https://id.example";
pub const START: i64 = 1_800_000_000;
pub const MASTER: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
pub const OTHER_MASTER: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI";

struct Watch(Rc<Cell<i64>>);

impl Clock for Watch {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.get())
    }
}

/// Numbers, one after the other, with `seed` before them.
pub struct Counting(pub u8, pub Rc<Cell<u64>>);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        self.1.set(self.1.get() + 1);
        bytes.fill(self.0);
        for (byte, number) in bytes.iter_mut().rev().zip(self.1.get().to_le_bytes()) {
            *byte = number;
        }
    }
}

pub struct NoPasswords;

impl Passwords for NoPasswords {
    fn hash<'a>(&'a self, _: &'a str) -> Later<'a, Result<String, PasswordError>> {
        Box::pin(async { Err(PasswordError::Unavailable("in a test".to_owned())) })
    }
}

pub struct World {
    dir: tempfile::TempDir,
    clock: Rc<Cell<i64>>,
    drawn: Rc<Cell<u64>>,
    pub store: Store<File>,
    pub tenant: TenantName,
    pub ctx: Ctx<File>,
}

/// An answer that was read.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub json: Json,
}

pub fn config(master: Option<&str>) -> Config {
    Config {
        base_url: Some(BASE.to_owned()),
        admin_token: None,
        durability: Durability::Normal,
        master_key: master.map(|keys| MasterKeys::parse(keys).unwrap()),
        ..Config::default()
    }
}

impl World {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let file = File(dir.path().join("auth.db"));
        let store = block_on(Store::open(&file, Durability::Normal)).unwrap();
        let clock = Rc::new(Cell::new(START * 1000));
        let drawn = Rc::new(Cell::new(0));
        let ctx = context(&file.0, &clock, &drawn, config(Some(MASTER)));
        Self {
            dir,
            store,
            tenant: TenantName::default_tenant(),
            ctx,
            clock,
            drawn,
        }
    }

    pub fn path(&self) -> PathBuf {
        self.dir.path().join("auth.db")
    }

    /// Another instance of the service.
    pub fn instance(&self, config: Config) -> Ctx<File> {
        context(&self.path(), &self.clock, &self.drawn, config)
    }

    pub fn pass(&self, secs: i64) {
        self.clock.set(self.clock.get() + secs * 1000);
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.clock.get())
    }

    pub fn now_secs(&self) -> i64 {
        self.now().as_secs()
    }

    /// Registers a client with the secret `{id}-secret`.
    pub fn client(&self, id: &str, metadata: &Json) {
        self.client_of(id, metadata, TokenFormat::Jwt);
    }

    pub fn client_of(&self, id: &str, metadata: &Json, token_format: TokenFormat) {
        let metadata = metadata.to_string();
        let draft = ClientDraft {
            id,
            name: id,
            token_format,
            metadata: &metadata,
            registration: None,
        };
        let hash = TokenHash::of(&format!("{id}-secret"));
        let secret = SecretDraft {
            id: "1",
            hash: &hash,
            expires: None,
        };
        let created =
            self.store
                .create_client(&self.tenant, &draft, Some(&secret), None, self.now());
        block_on(created).unwrap();
    }

    /// A client that may have tokens of its own, with the secret in `Authorization`.
    pub fn machine(&self, id: &str) {
        self.client(id, &machine());
    }

    pub fn configure(&self, change: &TenantChange) {
        let changed = self.store.update_tenant(&self.tenant, change, self.now());
        block_on(changed).unwrap();
    }

    pub fn changes(&self) -> Vec<Change> {
        block_on(self.store.changes(&self.tenant, 0, 1000)).unwrap()
    }

    /// Sends a form to the token endpoint of the default tenant.
    pub fn token(&self, headers: &[(&str, &str)], form: &[(&str, &str)]) -> Answer {
        token(&self.ctx, "/oauth/token", headers, form)
    }

    /// The same for a client with the secret in `Authorization`.
    pub fn token_as(&self, client: &str, form: &[(&str, &str)]) -> Answer {
        self.token(&[("authorization", &basic_of(client))], form)
    }

    /// An access token by client credentials.
    pub fn access_token(&self, client: &str, form: &[(&str, &str)]) -> String {
        let form = [&[("grant_type", "client_credentials")], form].concat();
        let answer = self.token_as(client, &form);
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json["access_token"].as_str().unwrap().to_owned()
    }

    /// A person, through SCIM; their id.
    pub fn person(&self, user_name: &str) -> String {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": user_name,
        });
        self.scim("POST", "/scim/v2/Users", &body)["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub fn deactivate(&self, person: &str) {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "replace", "path": "active", "value": false}],
        });
        self.scim("PATCH", &format!("/scim/v2/Users/{person}"), &body);
    }

    fn scim(&self, method: &str, path: &str, body: &Json) -> Json {
        let issued = block_on(admin::create_token(&self.ctx, "default", "test", None)).unwrap();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", issued.secret))
            .header("content-type", "application/scim+json")
            .body(Full::new(Bytes::from(body.to_string())))
            .unwrap();
        let answer = read(block_on(scim::resources(&self.ctx, request)));
        assert!(answer.status < 300, "{answer:?}");
        answer.json
    }
}

pub fn context(
    path: &std::path::Path,
    clock: &Rc<Cell<i64>>,
    drawn: &Rc<Cell<u64>>,
    config: Config,
) -> Ctx<File> {
    let new = |config| {
        let clock = Watch(Rc::clone(clock));
        let random = Counting(7, Rc::clone(drawn));
        Ctx::new(File(path.to_owned()), clock, random, NoPasswords, config)
    };
    // Who verifies and who decides are other components, with contexts of their own.
    let verifier = Local(new(config.clone()));
    let guard = LocalGuard(new(config.clone()), PolicyCache::default());
    new(config).with_verifier(verifier).with_guard(guard)
}

/// Who decides by policies for the SCIM endpoints.
struct LocalGuard(Ctx<File>, PolicyCache<Toy>);

impl Guard for LocalGuard {
    fn rule(&self, question: String) -> Later<'_, Result<Ruling, String>> {
        Box::pin(async {
            let request = Request::post("/enforce").body(Full::new(Bytes::from(question)));
            let answer = policy::handle(&self.0, &self.1, request.unwrap()).await;
            let status = answer.status().as_u16();
            let body = block_on(answer.into_body().collect()).unwrap().to_bytes();
            match status {
                204 => Ok(Ruling::Permitted),
                401 => Ok(Ruling::Unauthenticated),
                403 => Ok(Ruling::Denied(serde_json::from_slice(&body).unwrap())),
                other => Err(other.to_string()),
            }
        })
    }
}

/// Who verifies access tokens for the SCIM endpoints.
struct Local(Ctx<File>);

impl Verifier for Local {
    fn verify<'a>(&'a self, question: &'a Question) -> Later<'a, Result<Verdict, String>> {
        Box::pin(async {
            // As it goes from one component to another.
            let question = question.to_json().to_string();
            let request = Request::post("/").body(Full::new(Bytes::from(question)));
            let answer = read(auth::verify(&self.0, request.unwrap()).await);
            assert_eq!(answer.status, 200, "{answer:?}");
            Ok(Verdict::from_json(&answer.json).unwrap())
        })
    }
}

/// The metadata of a client that may have tokens of its own.
pub fn machine() -> Json {
    json!({
        "grant_types": ["client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange", "refresh_token"],
        "scope": "scim:read scim:write",
        "resources": ["https://api.example/"],
    })
}

/// Metadata with another member.
pub fn with(mut metadata: Json, member: &str, value: Json) -> Json {
    metadata[member] = value;
    metadata
}

pub fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

pub fn basic_of(id: &str) -> String {
    basic(id, &format!("{id}-secret"))
}

pub fn encode(form: &[(&str, &str)]) -> String {
    let pairs = form.iter().map(|(name, value)| {
        let value: String = value
            .bytes()
            .map(|byte| match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                    char::from(byte).to_string()
                }
                _ => format!("%{byte:02X}"),
            })
            .collect();
        format!("{name}={value}")
    });
    pairs.collect::<Vec<_>>().join("&")
}

pub fn token(
    ctx: &Ctx<File>,
    path: &str,
    headers: &[(&str, &str)],
    form: &[(&str, &str)],
) -> Answer {
    let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    let body = Full::new(Bytes::from(encode(form)));
    read(block_on(auth::token(ctx, request.body(body).unwrap())))
}

pub fn read(response: FullResponse) -> Answer {
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let body = block_on(response.into_body().collect()).unwrap().to_bytes();
    let json = if body.is_empty() {
        Json::Null
    } else {
        serde_json::from_slice(&body).unwrap()
    };
    Answer {
        status,
        headers,
        json,
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// An error of the token endpoint, with all that each of them has.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        assert_eq!(
            (self.status, self.json["error"].as_str()),
            (status, Some(code)),
            "{self:?}"
        );
        assert!(self.json["error_description"].is_string(), "{self:?}");
        assert_eq!(self.json.as_object().unwrap().len(), 2, "{self:?}");
        self.is_not_kept();
        assert_eq!(self.header("pragma"), Some("no-cache"));
        let challenge = self.header("www-authenticate");
        if code == "invalid_client" {
            let challenge = challenge.unwrap();
            assert!(challenge.starts_with("Basic realm=\"https://id.example"));
        } else {
            assert_eq!(challenge, None);
        }
    }

    /// Attack case 17.
    #[track_caller]
    pub fn is_not_kept(&self) {
        assert_eq!(self.header("cache-control"), Some("no-store"));
        assert_eq!(self.header("content-type"), Some("application/json"));
        assert_eq!(self.header("access-control-allow-origin"), None);
    }

    /// The claims of the access token that was issued.
    #[track_caller]
    pub fn claims(&self) -> Json {
        assert_eq!(self.status, 200, "{self:?}");
        assert_eq!(self.header("pragma"), Some("no-cache"));
        claims(self.json["access_token"].as_str().unwrap())
    }
}

/// What a JWT says, unchecked.
pub fn claims(jwt: &str) -> Json {
    part(jwt, 1)
}

pub fn part(jwt: &str, at: usize) -> Json {
    let part = jwt.split('.').nth(at).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// A key of a client's, made without the service's own code.
pub struct ClientKey(ed25519_dalek::SigningKey);

impl ClientKey {
    pub fn new(seed: u8) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(&[seed; 32]))
    }

    pub fn jwk(&self) -> Json {
        let x = URL_SAFE_NO_PAD.encode(self.0.verifying_key().to_bytes());
        json!({"kty": "OKP", "crv": "Ed25519", "x": x})
    }

    /// A client's metadata with this key.
    pub fn metadata(&self) -> Json {
        let metadata = with(
            machine(),
            "token_endpoint_auth_method",
            json!("private_key_jwt"),
        );
        with(metadata, "jwks", json!({"keys": [self.jwk()]}))
    }

    pub fn sign(&self, header: &Json, claims: &Json) -> String {
        use ed25519_dalek::ed25519::signature::Signer;
        let input = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let input = input.join(".");
        let signature = self.0.sign(input.as_bytes()).to_bytes();
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// A proof for the token endpoint, with these claims beside, or instead of, the usual ones.
    pub fn proof(&self, now_secs: i64, claims: &Json) -> String {
        let header = json!({"typ": "dpop+jwt", "alg": "EdDSA", "jwk": self.jwk()});
        let mut all = json!({
            "jti": "1", "htm": "POST", "htu": format!("{BASE}/oauth/token"), "iat": now_secs,
        });
        for (name, value) in claims.as_object().unwrap() {
            all[name] = value.clone();
        }
        self.sign(&header, &all)
    }
}
