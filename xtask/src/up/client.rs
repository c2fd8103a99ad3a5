//! The few requests that make a fresh service usable.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_json::json;
use ureq::http::{self, Method, StatusCode};
use ureq::{Agent, AsSendBody};

const TIMEOUT: Duration = Duration::from_secs(10);

/// The longest answer that is read: a group of a hundred thousand members is one.
const MAX_ANSWER: u64 = 128 * 1024 * 1024;

/// The name of the tenant that `/scim/v2` belongs to.
const DEFAULT_TENANT: &str = "default";

/// The name of the provisioning token, for those who list them.
const TOKEN_NAME: &str = "dev";

/// A client of the service at one address.
#[derive(Debug)]
pub(crate) struct Client {
    base_url: String,
    agent: Agent,
}

/// An answer that was read to its end.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    pub(crate) body: String,
}

/// The part that matters here of the answer to a new token.
#[derive(Deserialize)]
struct NewToken {
    token: String,
}

impl Client {
    pub(crate) fn new(base_url: &str) -> Self {
        Self::patient(base_url, TIMEOUT)
    }

    /// One that waits longer for an answer.
    pub(crate) fn patient(base_url: &str, timeout: Duration) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(timeout))
            // The service is on this machine, whatever the environment says of proxies.
            .proxy(None)
            .build();
        let base_url = base_url.to_owned();
        let agent = config.into();
        Self { base_url, agent }
    }

    /// Whether the service answers, and its store is ready.
    pub(crate) fn is_ready(&self) -> bool {
        let response = self.request(Method::GET, "/health/ready").body(());
        self.send(response)
            .is_ok_and(|response| response.status == StatusCode::OK)
    }

    /// Whether a provisioning token is good for SCIM.
    ///
    /// # Errors
    /// If the service answers anything but yes or no.
    pub(crate) fn accepts_scim_token(&self, token: &str) -> Result<bool> {
        let path = "/scim/v2/Users?count=0";
        let response = self.get(path, token)?;
        match response.status {
            StatusCode::OK => Ok(true),
            StatusCode::UNAUTHORIZED => Ok(false),
            _ => Err(unexpected(path, &response)),
        }
    }

    /// Makes the default tenant if there is none.
    ///
    /// # Errors
    /// If the service refuses.
    pub(crate) fn ensure_default_tenant(&self, admin_token: &str) -> Result<()> {
        let path = format!("/admin/v1/tenants/{DEFAULT_TENANT}");
        let found = self.get(&path, admin_token)?;
        match found.status {
            StatusCode::OK => return Ok(()),
            StatusCode::NOT_FOUND => {}
            _ => return Err(unexpected(&path, &found)),
        }
        let path = "/admin/v1/tenants";
        let body = json!({ "name": DEFAULT_TENANT });
        let made = self.post(path, admin_token, &body)?;
        match made.status {
            StatusCode::CREATED => Ok(()),
            _ => Err(unexpected(path, &made)),
        }
    }

    /// Makes a provisioning token of the default tenant.
    ///
    /// # Errors
    /// If the service refuses.
    pub(crate) fn create_scim_token(&self, admin_token: &str) -> Result<String> {
        let path = format!("/admin/v1/tenants/{DEFAULT_TENANT}/tokens");
        let body = json!({ "name": TOKEN_NAME });
        let response = self.post(&path, admin_token, &body)?;
        if response.status != StatusCode::CREATED {
            return Err(unexpected(&path, &response));
        }
        let NewToken { token } = serde_json::from_str(&response.body)
            .with_context(|| format!("the answer of {path} has no `token`"))?;
        // It goes into a line for the shell.
        if !token.bytes().all(|b| b.is_ascii_graphic() && b != b'\'') {
            bail!("the token from {path} has characters that a bearer token may not have");
        }
        Ok(token)
    }

    /// GET.
    ///
    /// # Errors
    /// If no answer comes.
    pub(crate) fn get(&self, path: &str, token: &str) -> Result<Response> {
        let request = self
            .request(Method::GET, path)
            .header("authorization", format!("Bearer {token}"));
        self.send(request.body(()))
    }

    /// POST with a JSON body.
    ///
    /// # Errors
    /// If no answer comes.
    pub(crate) fn post(
        &self,
        path: &str,
        token: &str,
        body: &serde_json::Value,
    ) -> Result<Response> {
        self.send_json(Method::POST, path, token, body)
    }

    /// PATCH with a JSON body.
    ///
    /// # Errors
    /// If no answer comes.
    pub(crate) fn patch(
        &self,
        path: &str,
        token: &str,
        body: &serde_json::Value,
    ) -> Result<Response> {
        self.send_json(Method::PATCH, path, token, body)
    }

    fn send_json(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: &serde_json::Value,
    ) -> Result<Response> {
        let request = self
            .request(method, path)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        self.send(request.body(body.to_string()))
    }

    fn request(&self, method: Method, path: &str) -> http::request::Builder {
        let url = format!("{}{path}", self.base_url);
        http::Request::builder().method(method).uri(url)
    }

    fn send(&self, request: http::Result<http::Request<impl AsSendBody>>) -> Result<Response> {
        let request = request?;
        let path = request.uri().path().to_owned();
        let send = || -> Result<Response, ureq::Error> {
            let mut response = self.agent.run(request)?;
            let body = response.body_mut().with_config().limit(MAX_ANSWER);
            let body = body.read_to_string()?;
            let status = response.status();
            Ok(Response { status, body })
        };
        send().with_context(|| format!("the service does not answer {path}"))
    }
}

/// An answer that is none of those that there should be.
pub(crate) fn unexpected(path: &str, response: &Response) -> anyhow::Error {
    let Response { status, body } = response;
    anyhow::anyhow!("the service answers {path} with {status}: {}", body.trim())
}
