//! A running service.

use std::env;
use std::path::{Path, PathBuf};

use rollcall_host::Host;
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

use crate::client::Client;

/// What opens the admin API of the services that are started here.
pub(crate) const ADMIN_TOKEN: &str = "the-admin-token-of-the-tests";

/// What the signing keys of the services that are started here are sealed under.
pub const MASTER_KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";

/// A service that runs the built components, or the one that the environment names.
pub struct Service {
    /// Its address, without a slash at the end.
    pub base_url: String,
    admin_token: String,
    own: Option<Host>,
    _state: Option<TempDir>,
}

impl Service {
    /// A service with a store of its own, or the one that the environment names: so a test may only rely on tenants
    /// that it has created.
    ///
    /// # Panics
    /// When it can't be started, for example because the components have not been built.
    #[must_use]
    pub fn start() -> Self {
        match (
            env::var("ROLLCALL_BASE_URL"),
            env::var("ROLLCALL_ADMIN_TOKEN"),
        ) {
            (Ok(base_url), Ok(admin_token)) => Self::at(base_url, admin_token),
            _ => Self::own(),
        }
    }

    /// A service of its own on a free port, with an empty store, whatever the environment names.
    ///
    /// # Panics
    /// When it can't be started.
    #[must_use]
    pub fn own() -> Self {
        let state = TempDir::new().expect("a folder for the state");
        let mut service = Self::in_folder(state.path());
        service._state = Some(state);
        service
    }

    /// A service of its own whose store is in the folder `state`, whatever the environment names.
    ///
    /// # Panics
    /// When it can't be started.
    #[must_use]
    pub fn in_folder(state: &Path) -> Self {
        Self::in_folder_with(state, &[])
    }

    /// The same with more application variables.
    ///
    /// # Panics
    /// When it can't be started.
    #[must_use]
    pub fn in_folder_with(state: &Path, more: &[(&str, &str)]) -> Self {
        let usual = [("admin_token", ADMIN_TOKEN), ("master_key", MASTER_KEY)];
        Self::with_variables(state, &[&usual, more].concat())
    }

    /// The same with these application variables and no others.
    ///
    /// # Panics
    /// When it can't be started.
    #[must_use]
    pub fn with_variables(state: &Path, variables: &[(&str, &str)]) -> Self {
        Self::run(&workspace().join("spin.toml"), state, variables)
    }

    /// Another application of this repository, by its manifest.
    ///
    /// # Panics
    /// When it can't be started.
    #[must_use]
    pub fn of_manifest(manifest: &Path, state: &Path) -> Self {
        Self::run(manifest, state, &[])
    }

    fn run(manifest: &Path, state: &Path, variables: &[(&str, &str)]) -> Self {
        let builder = Host::builder(manifest).state_dir(state);
        let builder = variables.iter().fold(builder, |builder, (name, value)| {
            builder.variable(*name, *value)
        });
        let host = pollster::block_on(builder.start()).expect("the service starts");
        Self {
            base_url: host.base_url(),
            admin_token: ADMIN_TOKEN.to_owned(),
            own: Some(host),
            _state: None,
        }
    }

    pub(crate) fn at(base_url: String, admin_token: String) -> Self {
        Self {
            base_url,
            admin_token,
            own: None,
            _state: None,
        }
    }

    /// Stops it, and returns when it has stopped.
    ///
    /// # Panics
    /// When it is not a service of its own.
    pub fn stop(mut self) {
        let host = self.own.take().expect("a service of its own");
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.expect("a runtime").block_on(host.stop());
    }

    /// A client of the admin API.
    #[must_use]
    pub fn admin(&self) -> Client {
        Client::new(
            format!("{}/admin/v1", self.base_url),
            Some(self.admin_token.clone()),
        )
    }

    /// The name of a new tenant.
    #[must_use]
    pub fn tenant(&self) -> String {
        #[expect(
            clippy::disallowed_methods,
            reason = "a name that no earlier run has given to a tenant of a service that was up already"
        )]
        let tenant = format!("t-{}", Uuid::new_v4().simple());
        self.admin()
            .post("/tenants", &json!({ "name": tenant }))
            .expect(201);
        tenant
    }

    /// A SCIM client of a new tenant, which has no resources yet.
    #[must_use]
    pub fn scim(&self) -> Client {
        self.scim_of(&self.tenant())
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
        Client::new(self.scim_base(tenant), token)
    }

    /// The base URI of a tenant's SCIM service.
    #[must_use]
    pub fn scim_base(&self, tenant: &str) -> String {
        let prefix = if tenant == "default" {
            String::new()
        } else {
            format!("/t/{tenant}")
        };
        format!("{}{prefix}/scim/v2", self.base_url)
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
