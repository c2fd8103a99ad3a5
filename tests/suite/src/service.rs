//! A running service.

use std::env;
use std::path::{Path, PathBuf};

use rollcall_host::Host;
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

use crate::client::Client;

const ADMIN_TOKEN: &str = "the-admin-token-of-the-tests";

/// A service that runs the built components, or the one that the environment names.
pub struct Service {
    /// Its address, without a slash at the end.
    pub base_url: String,
    admin_token: String,
    _own: Option<(Host, TempDir)>,
}

impl Service {
    /// Starts a service on a free port, with an empty store.
    ///
    /// # Panics
    /// When it can't be started, for example because the components have not been built.
    #[must_use]
    pub fn start() -> Self {
        if let (Ok(base_url), Ok(admin_token)) = (
            env::var("ROLLCALL_BASE_URL"),
            env::var("ROLLCALL_ADMIN_TOKEN"),
        ) {
            return Self {
                base_url,
                admin_token,
                _own: None,
            };
        }
        let state = TempDir::new().expect("a folder for the state");
        let starting = Host::builder(manifest())
            .state_dir(state.path())
            .variable("admin_token", ADMIN_TOKEN)
            .start();
        let host = pollster::block_on(starting).expect("the service starts");
        Self {
            base_url: host.base_url(),
            admin_token: ADMIN_TOKEN.to_owned(),
            _own: Some((host, state)),
        }
    }

    /// A client of the admin API.
    #[must_use]
    pub fn admin(&self) -> Client {
        Client::new(
            format!("{}/admin/v1", self.base_url),
            Some(self.admin_token.clone()),
        )
    }

    /// A SCIM client of a new tenant, which has no resources yet.
    #[must_use]
    pub fn scim(&self) -> Client {
        #[expect(
            clippy::disallowed_methods,
            reason = "a name that no earlier run has given to a tenant of a service that was up already"
        )]
        let tenant = format!("t-{}", Uuid::new_v4().simple());
        self.admin()
            .post("/tenants", &json!({ "name": tenant }))
            .expect(201);
        self.scim_of(&tenant)
    }

    /// A SCIM client of an existing tenant, with a new token.
    #[must_use]
    pub fn scim_of(&self, tenant: &str) -> Client {
        let issued = self
            .admin()
            .post(
                &format!("/tenants/{tenant}/tokens"),
                &json!({ "name": "test" }),
            )
            .expect(201);
        let token = issued.json()["token"].as_str().map(str::to_owned);
        let prefix = if tenant == "default" {
            String::new()
        } else {
            format!("/t/{tenant}")
        };
        Client::new(format!("{}{prefix}/scim/v2", self.base_url), token)
    }
}

/// The folder of the workspace.
///
/// # Panics
/// Never in this repository.
#[must_use]
pub fn workspace() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    root.expect("tests/suite is two folders down").to_owned()
}

fn manifest() -> PathBuf {
    workspace().join("spin.toml")
}
