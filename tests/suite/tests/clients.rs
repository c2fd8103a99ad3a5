//! Client libraries that others have written, against the service: `openid-client` (npm) and `authlib` (PyPI), which the
//! programs in `tests/clients` use as an application would.
#![expect(clippy::unwrap_used, reason = "a helper of the tests ends the test")]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use rollcall_suite::{Client, Service, encode, workspace};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

const API: &str = "https://orders.example.com/";
const BACKEND: &str = "https://stock.example.com/";
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const IDENTITY_PROVIDER: &str = "https://login.example.com";
const AUDIENCE: &str = "api://rollcall";

/// The keys of RFC 8037 appendix A.1, RFC 7515 appendix A.3 and RFC 7517 appendix A.2.
const ED25519_KEY: &str = r#"{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}"#;
const P256_KEY: &str = r#"{"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}"#;
const IDENTITY_PROVIDER_KEY: &str = r#"{"kty": "EC", "crv": "P-256", "kid": "1",
    "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    "d": "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"}"#;

fn private_key(jwk: &str) -> Json {
    serde_json::from_str(jwk).unwrap()
}

fn public_key(jwk: &str) -> Json {
    let mut key = private_key(jwk);
    key.as_object_mut().unwrap().remove("d").unwrap();
    key
}

/// Publishes the keys of an identity provider, for as long as the test runs. Returns where.
fn identity_provider() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let keys = json!({ "keys": [public_key(IDENTITY_PROVIDER_KEY)] }).to_string();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = Vec::new();
            let mut buffer = [0; 1024];
            while !request.ends_with(b"\r\n\r\n") {
                match stream.read(&mut buffer) {
                    Ok(0) | Err(_) => break,
                    Ok(read) => request.extend_from_slice(&buffer[..read]),
                }
            }
            let length = keys.len();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: application/jwk-set+json\r\nContent-Length: {length}\r\n\
                 Connection: close\r\n\r\n{keys}"
            );
        }
    });
    format!("http://{address}")
}

/// A service that may fetch the keys of an identity provider.
struct World {
    service: Service,
    identity_provider: String,
    _state: TempDir,
}

impl World {
    fn new() -> Self {
        let identity_provider = identity_provider();
        let state = TempDir::new().unwrap();
        let outbound = [
            ("outbound_hosts", &*identity_provider),
            ("outbound_loopback", "true"),
        ];
        Self {
            service: Service::in_folder_with(state.path(), &outbound),
            identity_provider,
            _state: state,
        }
    }

    /// What an operator tells those who write applications for the default tenant.
    fn default_tenant(&self) -> Json {
        self.given("default", &self.service.base_url, "EdDSA")
    }

    /// The same of another tenant, whose tokens are signed with ES256.
    fn other_tenant(&self) -> Json {
        let tenant = self.service.tenant();
        let settings = json!({ "signingAlgorithm": "ES256" });
        let admin = self.service.admin();
        drop(
            admin
                .patch(&format!("/tenants/{tenant}"), &settings)
                .expect(200),
        );
        let issuer = format!("{}/t/{tenant}", self.service.base_url);
        self.given(&tenant, &issuer, "ES256")
    }

    /// Prepares a tenant.
    fn given(&self, tenant: &str, issuer: &str, algorithm: &str) -> Json {
        let mut admin = self.service.admin();
        admin.base = format!("{}/tenants/{tenant}", admin.base);
        let trust =
            json!({ "jwks_uri": format!("{}/keys", self.identity_provider), "audience": AUDIENCE });
        let path = format!("/issuers/{}", encode(IDENTITY_PROVIDER));
        drop(admin.put(&path, &trust).expect(200));
        let person = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": "barbara@example.com", "externalId": "701984", "active": true,
        });
        let scim = self.service.scim_of(tenant);
        drop(scim.post("/Users", &person).expect(201));
        let initial = admin.post("/initial-access-tokens", &json!({ "name": "robots" }));
        json!({
            "issuer": issuer,
            "algorithm": algorithm,
            "api": API,
            "backend": BACKEND,
            "clients": clients(&admin),
            "initial_access_token": initial.expect(201).json()["token"],
            "identity_provider": {
                "issuer": IDENTITY_PROVIDER, "audience": AUDIENCE, "private_key": private_key(IDENTITY_PROVIDER_KEY),
            },
            "person": person,
        })
    }
}

/// Creates the clients, by the names that the programs call them.
fn clients(admin: &Client) -> Json {
    let machine = |method: &str, more: &Json| {
        let mut metadata = json!({
            "grant_types": ["client_credentials"], "token_endpoint_auth_method": method, "scope": "scim:read",
            "resources": [API],
        });
        let members = more.as_object().unwrap().clone();
        metadata.as_object_mut().unwrap().extend(members);
        metadata
    };
    let jwks = |jwk: &str| json!({ "jwks": { "keys": [public_key(jwk)] } });
    let drafts = [
        ("basic", machine("client_secret_basic", &json!({}))),
        ("post", machine("client_secret_post", &json!({}))),
        ("eddsa", machine("private_key_jwt", &jwks(ED25519_KEY))),
        ("es256", machine("private_key_jwt", &jwks(P256_KEY))),
        (
            "public",
            json!({ "redirect_uris": ["https://app.example.com/"], "token_endpoint_auth_method": "none" }),
        ),
        (
            "opaque",
            machine("client_secret_basic", &json!({ "tokenFormat": "opaque" })),
        ),
        (
            "app",
            machine(
                "client_secret_basic",
                &json!({
                    "grant_types": ["client_credentials", EXCHANGE],
                    "scope": "orders:read orders:write scim:me:read",
                }),
            ),
        ),
        (
            "api",
            machine(
                "client_secret_basic",
                &json!({
                    "grant_types": [EXCHANGE], "scope": "orders:read", "protected_resources": [API],
                    "resources": [BACKEND],
                }),
            ),
        ),
        (
            "directory",
            machine(
                "client_secret_basic",
                &json!({ "scope": "scim:users:write" }),
            ),
        ),
    ];
    let keys = [("eddsa", ED25519_KEY), ("es256", P256_KEY)];
    let created = drafts.map(|(name, draft)| {
        let mut client = admin.post("/clients", &draft).expect(201).json();
        if let Some((_, key)) = keys.iter().find(|(of, _)| *of == name) {
            client["private_key"] = private_key(key);
        }
        (name.to_owned(), client)
    });
    Json::Object(created.into_iter().collect())
}

/// Runs a program and demands that as many things have worked: what is left out in silence is a failure, too.
fn check(
    program: &Path,
    command: &mut Command,
    given: &Json,
    expected: usize,
) -> Result<(), String> {
    let output = command
        .arg(program)
        .env("GIVEN", given.to_string())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let worked = said.lines().filter(|line| line.starts_with("ok ")).count();
    if output.status.success() && worked == expected {
        return Ok(());
    }
    Err(format!(
        "{} of {}: {}, {worked} of {expected} worked\n{said}{}",
        program.file_name().unwrap().display(),
        given["issuer"],
        output.status,
        String::from_utf8_lossy(&output.stderr),
    ))
}

/// Runs all programs of a folder, for both tenants.
fn check_all(
    folder: &Path,
    suffix: &str,
    programs: &[(&str, usize)],
    command: impl Fn() -> Command,
) {
    let world = World::new();
    let tenants = [world.default_tenant(), world.other_tenant()];
    let mut failures = Vec::new();
    for given in &tenants {
        for (name, expected) in programs {
            let program = folder.join(format!("{name}.{suffix}"));
            failures.extend(check(&program, &mut command(), given, *expected).err());
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// What `cargo xtask setup` installs.
fn installed(path: &str) -> PathBuf {
    let place = workspace().join("target/tools").join(path);
    assert!(
        place.exists(),
        "{} is missing: run `cargo xtask setup`",
        place.display()
    );
    place
}

#[test]
fn openid_client_runs_against_the_service() {
    // Node.js looks for packages beside the program that wants them.
    let folder = TempDir::new().unwrap();
    symlink(
        installed("node/node_modules"),
        folder.path().join("node_modules"),
    )
    .unwrap();
    for file in fs::read_dir(workspace().join("tests/clients/node")).unwrap() {
        let file = file.unwrap();
        if file.file_type().unwrap().is_file() {
            fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
        }
    }
    let programs = [
        ("discovery", 3),
        ("client_credentials", 14),
        ("dpop", 14),
        ("introspection", 8),
        ("revocation", 6),
        ("registration", 8),
        ("token_exchange", 8),
    ];
    check_all(folder.path(), "mjs", &programs, || Command::new("node"));
}

#[test]
fn authlib_runs_against_the_service() {
    let python = installed("venv/bin/python");
    let folder = workspace().join("tests/clients/python");
    let programs = [
        ("discovery", 3),
        ("client_credentials", 14),
        ("introspection", 8),
        ("revocation", 6),
        ("registration", 8),
        ("token_exchange", 7),
    ];
    check_all(&folder, "py", &programs, || {
        let mut command = Command::new(&python);
        // For a service without TLS.
        command.env("AUTHLIB_INSECURE_TRANSPORT", "1");
        command
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("PYTHONUTF8", "1");
        command
    });
}
