//! The few requests that make a fresh service usable.

use anyhow::{Context as _, Result, bail};
use minreq::{Method, Request, Response};
use serde::Deserialize;
use serde_json::json;

const TIMEOUT_SECS: u64 = 10;

/// The name of the tenant that `/scim/v2` belongs to.
const DEFAULT_TENANT: &str = "default";

/// The name of the provisioning token, for those who list them.
const TOKEN_NAME: &str = "dev";

/// A client of the service at one address.
#[derive(Debug)]
pub(super) struct Client {
    base_url: String,
}

/// The part that matters here of the answer to a new token.
#[derive(Deserialize)]
struct NewToken {
    token: String,
}

impl Client {
    pub(super) fn new(base_url: &str) -> Self {
        let base_url = base_url.to_owned();
        Self { base_url }
    }

    /// Whether the service answers, and its store is ready.
    pub(super) fn is_ready(&self) -> bool {
        self.request(Method::Get, "/health/ready")
            .send()
            .is_ok_and(|response| response.status_code == 200)
    }

    /// Whether a provisioning token is good for SCIM.
    ///
    /// # Errors
    /// If the service answers anything but yes or no.
    pub(super) fn accepts_scim_token(&self, token: &str) -> Result<bool> {
        let path = "/scim/v2/Users?count=0";
        let response = self.send(Method::Get, path, token, None)?;
        match response.status_code {
            200 => Ok(true),
            401 => Ok(false),
            _ => Err(unexpected(path, &response)),
        }
    }

    /// Makes the default tenant if there is none.
    ///
    /// # Errors
    /// If the service refuses.
    pub(super) fn ensure_default_tenant(&self, admin_token: &str) -> Result<()> {
        let path = format!("/admin/v1/tenants/{DEFAULT_TENANT}");
        let found = self.send(Method::Get, &path, admin_token, None)?;
        match found.status_code {
            200 => return Ok(()),
            404 => {}
            _ => return Err(unexpected(&path, &found)),
        }
        let path = "/admin/v1/tenants";
        let body = json!({ "name": DEFAULT_TENANT });
        let made = self.send(Method::Post, path, admin_token, Some(&body))?;
        match made.status_code {
            201 => Ok(()),
            _ => Err(unexpected(path, &made)),
        }
    }

    /// Makes a provisioning token of the default tenant.
    ///
    /// # Errors
    /// If the service refuses.
    pub(super) fn create_scim_token(&self, admin_token: &str) -> Result<String> {
        let path = format!("/admin/v1/tenants/{DEFAULT_TENANT}/tokens");
        let body = json!({ "name": TOKEN_NAME });
        let response = self.send(Method::Post, &path, admin_token, Some(&body))?;
        if response.status_code != 201 {
            return Err(unexpected(&path, &response));
        }
        let NewToken { token } = serde_json::from_slice(response.as_bytes())
            .with_context(|| format!("the answer of {path} has no `token`"))?;
        // It goes into a line for the shell.
        if !token.bytes().all(|b| b.is_ascii_graphic() && b != b'\'') {
            bail!("the token from {path} has characters that a bearer token may not have");
        }
        Ok(token)
    }

    fn send(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: Option<&serde_json::Value>,
    ) -> Result<Response> {
        let mut request = self
            .request(method, path)
            .with_header("Authorization", format!("Bearer {token}"));
        if let Some(body) = body {
            request = request
                .with_header("Content-Type", "application/json")
                .with_body(body.to_string());
        }
        request
            .send()
            .with_context(|| format!("the service does not answer {path}"))
    }

    fn request(&self, method: Method, path: &str) -> Request {
        Request::new(method, format!("{}{path}", self.base_url)).with_timeout(TIMEOUT_SECS)
    }
}

fn unexpected(path: &str, response: &Response) -> anyhow::Error {
    let body = String::from_utf8_lossy(response.as_bytes());
    anyhow::anyhow!(
        "the service answers {path} with {} {}: {}",
        response.status_code,
        response.reason_phrase,
        body.trim()
    )
}
