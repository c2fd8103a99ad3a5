//! The authorization server, through its components. What they do with every kind of request is tested natively, in
//! `shared/edge/tests/auth`; here is what only a host can show.
#![expect(clippy::unwrap_used, reason = "a helper of the tests ends the test")]

use std::collections::BTreeSet;
use std::path::Path;
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::ed25519::signature::Signer;
use p256::ecdsa::signature::Verifier as _;
use pollster::block_on;
use rollcall_core::Timestamp;
use rollcall_store::auth::{ClientDraft, SecretDraft, SigningAlgorithm, TokenFormat};
use rollcall_store::rusqlite::File;
use rollcall_store::{Durability, Store, TenantChange, TenantName, TokenHash};
use rollcall_suite::{Answer, Client, Service, encode};
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use ureq::http::Method;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A service, and its database beside it.
struct World {
    service: Service,
    store: Store<File>,
    _state: TempDir,
}

#[expect(
    clippy::disallowed_methods,
    reason = "what clients sign has the time of day in it"
)]
fn now_secs() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.unwrap().as_secs().try_into().unwrap()
}

fn database(state: &Path) -> Store<File> {
    let file = File(state.join("sqlite_db.db"));
    block_on(Store::open(&file, Durability::Normal)).unwrap()
}

impl World {
    fn new() -> Self {
        let state = TempDir::new().unwrap();
        let service = Service::in_folder(state.path());
        // The first request makes the tables.
        let ready = Client::new(service.base_url.clone(), None).get("/health/ready");
        assert_eq!(ready.status, 200);
        Self {
            store: database(state.path()),
            service,
            _state: state,
        }
    }

    fn tenant() -> TenantName {
        TenantName::parse("default").unwrap()
    }

    fn client(&self, id: &str, method: &str, more: &[(&str, Json)], format: TokenFormat) {
        let mut metadata = json!({
            "grant_types": ["client_credentials"],
            "token_endpoint_auth_method": method,
            "scope": "scim:read",
        });
        for (name, value) in more {
            metadata[name] = value.clone();
        }
        let metadata = metadata.to_string();
        let draft = ClientDraft {
            id,
            name: id,
            token_format: format,
            metadata: &metadata,
            registration: None,
        };
        let hash = TokenHash::of("secret");
        let secret = SecretDraft {
            id: "1",
            hash: &hash,
            expires: None,
        };
        let now = Timestamp::from_secs(now_secs());
        let tenant = Self::tenant();
        let created = self
            .store
            .create_client(&tenant, &draft, Some(&secret), None, now);
        block_on(created).unwrap();
    }

    fn anyone(&self) -> Client {
        Client::new(self.service.base_url.clone(), None)
    }

    fn token(&self, headers: &[(&str, &str)], form: &[(&str, &str)]) -> Answer {
        token(&self.anyone(), headers, form)
    }
}

fn token(client: &Client, headers: &[(&str, &str)], form: &[(&str, &str)]) -> Answer {
    let form = [&[("grant_type", "client_credentials")], form].concat();
    let form = form
        .iter()
        .map(|(name, value)| format!("{name}={}", encode(value)));
    let form = form.collect::<Vec<_>>().join("&");
    let headers = [&[FORM], headers].concat();
    client.send(
        &Method::POST,
        "/oauth/token",
        &headers,
        Some(form.as_bytes()),
    )
}

fn basic(id: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:secret")))
}

fn part(jwt: &str, at: usize) -> Json {
    let part = jwt.split('.').nth(at).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn access_token(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer.json()["access_token"].as_str().unwrap().to_owned()
}

/// Whether one of the published keys has signed a token, by the curves' own libraries.
fn verifies(world: &World, jwt: &str) -> bool {
    let document = world
        .anyone()
        .get("/.well-known/oauth-authorization-server")
        .expect(200)
        .json();
    let uri = document["jwks_uri"].as_str().unwrap();
    let path = uri.strip_prefix(&world.service.base_url).unwrap();
    let answer = world.anyone().get(path).expect(200);
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let keys = answer.json()["keys"].as_array().unwrap().clone();
    let kid = &part(jwt, 0)["kid"];
    let key = keys.iter().find(|key| key["kid"] == *kid).unwrap();
    let (input, signature) = jwt.rsplit_once('.').unwrap();
    let bytes = |text: &Json| URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap();
    let signature = bytes(&json!(signature));
    if key["kty"] == "OKP" {
        let x: [u8; 32] = bytes(&key["x"]).try_into().unwrap();
        let key = ed25519_dalek::VerifyingKey::from_bytes(&x).unwrap();
        let signature = ed25519_dalek::Signature::from_slice(&signature).unwrap();
        key.verify_strict(input.as_bytes(), &signature).is_ok()
    } else {
        let point = [&[4][..], &bytes(&key["x"]), &bytes(&key["y"])].concat();
        let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).unwrap();
        let signature = p256::ecdsa::Signature::from_slice(&signature).unwrap();
        key.verify(input.as_bytes(), &signature).is_ok()
    }
}

struct ClientKey(ed25519_dalek::SigningKey);

impl ClientKey {
    fn new() -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(&[5; 32]))
    }

    fn jwk(&self) -> Json {
        let x = URL_SAFE_NO_PAD.encode(self.0.verifying_key().to_bytes());
        json!({"kty": "OKP", "crv": "Ed25519", "x": x})
    }

    fn sign(&self, header: &Json, claims: &Json) -> String {
        let input = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let input = input.join(".");
        let signature = self.0.sign(input.as_bytes()).to_bytes();
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

#[test]
fn a_token_by_every_way_in_which_clients_authenticate() {
    let world = World::new();
    let key = ClientKey::new();
    let jwks = [("jwks", json!({"keys": [key.jwk()]}))];
    world.client("basic", "client_secret_basic", &[], TokenFormat::Jwt);
    world.client("post", "client_secret_post", &[], TokenFormat::Jwt);
    world.client("signed", "private_key_jwt", &jwks, TokenFormat::Jwt);
    world.client("opaque", "client_secret_basic", &[], TokenFormat::Opaque);

    let jwt = access_token(&world.token(&[("authorization", &basic("basic"))], &[]));
    assert!(verifies(&world, &jwt));
    assert_eq!(part(&jwt, 1)["iss"], world.service.base_url);

    let form = [("client_id", "post"), ("client_secret", "secret")];
    access_token(&world.token(&[], &form));

    let claims = json!({
        "iss": "signed", "sub": "signed", "aud": world.service.base_url, "exp": now_secs() + 60, "jti": "1",
    });
    let assertion = key.sign(&json!({"alg": "EdDSA"}), &claims);
    let form = [
        ("client_assertion_type", ASSERTION),
        ("client_assertion", &*assertion),
    ];
    access_token(&world.token(&[], &form));
    let replay = world.token(&[], &form).expect(401);
    assert_eq!(replay.json()["error"], "invalid_client");

    let opaque = access_token(&world.token(&[("authorization", &basic("opaque"))], &[]));
    assert!(opaque.starts_with("rc_at_"));

    let wrong = world
        .token(&[("authorization", &basic("nobody"))], &[])
        .expect(401);
    assert_eq!(wrong.json()["error"], "invalid_client");
    assert!(
        wrong
            .header("www-authenticate")
            .unwrap()
            .starts_with("Basic ")
    );
}

#[test]
fn dpop_with_a_nonce() {
    let world = World::new();
    let key = ClientKey::new();
    world.client("c", "client_secret_basic", &[], TokenFormat::Jwt);
    let proof = |nonce: Option<&str>| {
        let header = json!({"typ": "dpop+jwt", "alg": "EdDSA", "jwk": key.jwk()});
        let htu = format!("{}/oauth/token", world.service.base_url);
        let mut claims = json!({"jti": "1", "htm": "POST", "htu": htu, "iat": now_secs()});
        if let Some(nonce) = nonce {
            claims["nonce"] = json!(nonce);
        }
        key.sign(&header, &claims)
    };
    let ask = |proof: &str| world.token(&[("authorization", &*basic("c")), ("dpop", proof)], &[]);
    let first = ask(&proof(None)).expect(400);
    assert_eq!(first.json()["error"], "use_dpop_nonce");
    let good = proof(first.header("dpop-nonce"));
    let answer = ask(&good).expect(200);
    assert_eq!(answer.json()["token_type"], "DPoP");
    assert!(part(&access_token(&answer), 1)["cnf"]["jkt"].is_string());
    let replay = ask(&good).expect(400);
    assert_eq!(replay.json()["error"], "invalid_dpop_proof");
}

#[test]
fn es256_for_a_tenant_that_wants_it() {
    let world = World::new();
    let change = TenantChange {
        signing_algorithm: Some(SigningAlgorithm::Es256),
        ..TenantChange::default()
    };
    let now = Timestamp::from_secs(now_secs());
    block_on(world.store.update_tenant(&World::tenant(), &change, now)).unwrap();
    world.client("c", "client_secret_basic", &[], TokenFormat::Jwt);
    let jwt = access_token(&world.token(&[("authorization", &basic("c"))], &[]));
    assert_eq!(part(&jwt, 0)["alg"], "ES256");
    assert!(verifies(&world, &jwt));
}

/// And what was issued is in the change log a moment later, though no request waited for it.
#[test]
fn twenty_first_requests_at_once_make_one_key() {
    let world = World::new();
    world.client("c", "client_secret_basic", &[], TokenFormat::Jwt);
    let base_url = &world.service.base_url;
    let issued: Vec<String> = thread::scope(|scope| {
        let ask = |_| {
            scope.spawn(move || {
                let client = Client::new(base_url.clone(), None);
                access_token(&token(&client, &[("authorization", &*basic("c"))], &[]))
            })
        };
        let asked: Vec<_> = (0..20).map(ask).collect();
        asked.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let kids: BTreeSet<_> = issued
        .iter()
        .map(|jwt| part(jwt, 0)["kid"].to_string())
        .collect();
    assert_eq!(kids.len(), 1);
    assert_eq!(
        block_on(world.store.keys(&World::tenant())).unwrap().len(),
        1
    );

    let jtis: BTreeSet<_> = issued
        .iter()
        .map(|jwt| part(jwt, 1)["jti"].as_str().unwrap().to_owned())
        .collect();
    for _ in 0..50 {
        let changes = block_on(world.store.changes(&World::tenant(), 0, 1000)).unwrap();
        let logged: BTreeSet<_> = changes
            .into_iter()
            .filter(|change| change.operation == "issue" && change.actor == "client:c")
            .map(|change| change.resource)
            .collect();
        if logged == jtis {
            return;
        }
        thread::sleep(Duration::from_millis(100));
    }
    panic!("five seconds later not every token is in the change log");
}

#[test]
fn metadata_is_at_all_places_of_every_issuer() {
    let world = World::new();
    let tenant = world.service.tenant();
    let base = &world.service.base_url;
    let places = [
        (
            "/.well-known/oauth-authorization-server".to_owned(),
            base.clone(),
        ),
        ("/.well-known/openid-configuration".to_owned(), base.clone()),
        (
            format!("/.well-known/oauth-authorization-server/t/{tenant}"),
            format!("{base}/t/{tenant}"),
        ),
        (
            format!("/.well-known/openid-configuration/t/{tenant}"),
            format!("{base}/t/{tenant}"),
        ),
        (
            format!("/t/{tenant}/.well-known/openid-configuration"),
            format!("{base}/t/{tenant}"),
        ),
    ];
    for (place, issuer) in places {
        let answer = world.anyone().get(&place).expect(200);
        assert_eq!(answer.json()["issuer"], issuer, "{place}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    }
}

#[test]
fn without_a_master_key_the_authorization_server_is_off_and_scim_is_not() {
    let state = TempDir::new().unwrap();
    let service = Service::with_variables(state.path(), &[("admin_token", "a")]);
    let client = Client::new(service.base_url.clone(), None);
    let answer = token(&client, &[("authorization", &*basic("c"))], &[]).expect(503);
    assert_eq!(answer.json()["error"], "temporarily_unavailable");
    client.get("/oauth/jwks").expect(503);
    client.get("/scim/v2/Users").expect(401);
}
