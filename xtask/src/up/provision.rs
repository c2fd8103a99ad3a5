//! Makes what a first request needs: a tenant, a provisioning token, and two clients.

use anyhow::Result;
use serde_json::{Value, json};

use super::client::{Client, Credentials};
use super::dev_file::DevFile;

/// Makes sure that the secrets in the file work; where they don't, or there are none, it gets new ones.
///
/// # Errors
/// If the service refuses.
pub(super) fn provision(client: &Client, dev: &mut DevFile) -> Result<()> {
    let works = match &dev.scim_token {
        Some(token) => client.accepts_scim_token(token)?,
        None => false,
    };
    if !works {
        client.ensure_default_tenant(&dev.admin_token)?;
        dev.scim_token = Some(client.create_scim_token(&dev.admin_token)?);
    }
    let admin_token = &dev.admin_token;
    let machine = json!({
        "client_name": "Dev",
        "grant_types": ["client_credentials"],
        "scope": "scim:read scim:write",
    });
    dev.client = Some(working(client, admin_token, dev.client.take(), &machine)?);
    let api = json!({ "client_name": "Dev API", "grant_types": ["client_credentials"] });
    dev.api = Some(working(client, admin_token, dev.api.take(), &api)?);
    Ok(())
}

/// The client of an earlier start if it still is one, or a new one. What is printed disables it, so it may have to be
/// enabled first.
fn working(
    client: &Client,
    admin_token: &str,
    known: Option<Credentials>,
    metadata: &Value,
) -> Result<Credentials> {
    if let Some(known) = known {
        let works = client.accepts_client(&known)?
            || (client.enable_client(admin_token, &known.client_id)?
                && client.accepts_client(&known)?);
        if works {
            return Ok(known);
        }
    }
    client.create_client(admin_token, metadata)
}
