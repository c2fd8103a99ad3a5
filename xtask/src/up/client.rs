//! The few requests that make a fresh service usable.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
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

/// A client of the authorization server, and its secret; also the part that matters here of the answer to a new client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Credentials {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
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
        printable(&path, &token)?;
        Ok(token)
    }

    /// Makes a client of the default tenant.
    ///
    /// # Errors
    /// If the service refuses.
    pub(crate) fn create_client(&self, admin_token: &str, metadata: &Value) -> Result<Credentials> {
        let path = clients_path();
        let made = self.post(&path, admin_token, metadata)?;
        if made.status != StatusCode::CREATED {
            return Err(unexpected(&path, &made));
        }
        let made: Credentials = serde_json::from_str(&made.body)
            .with_context(|| format!("the answer of {path} has no client with a secret"))?;
        printable(&path, &made.client_id)?;
        printable(&path, &made.client_secret)?;
        Ok(made)
    }

    /// Enables a client of the default tenant; false if there is none.
    ///
    /// # Errors
    /// If the service refuses.
    pub(crate) fn enable_client(&self, admin_token: &str, id: &str) -> Result<bool> {
        let path = format!("{}/{id}/enable", clients_path());
        let answer = self.post(&path, admin_token, &json!({}))?;
        match answer.status {
            StatusCode::OK => Ok(true),
            StatusCode::NOT_FOUND => Ok(false),
            _ => Err(unexpected(&path, &answer)),
        }
    }

    /// Whether a client of the default tenant proves who it is.
    ///
    /// # Errors
    /// If the service answers anything but yes or no.
    pub(crate) fn accepts_client(&self, client: &Credentials) -> Result<bool> {
        let path = "/oauth/introspect";
        let answer = self.post_form(path, client, "token=none")?;
        match answer.status {
            StatusCode::OK => Ok(true),
            StatusCode::UNAUTHORIZED => Ok(false),
            _ => Err(unexpected(path, &answer)),
        }
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
    pub(crate) fn post(&self, path: &str, token: &str, body: &Value) -> Result<Response> {
        self.send_json(Method::POST, path, token, body)
    }

    /// PATCH with a JSON body.
    ///
    /// # Errors
    /// If no answer comes.
    pub(crate) fn patch(&self, path: &str, token: &str, body: &Value) -> Result<Response> {
        self.send_json(Method::PATCH, path, token, body)
    }

    /// POST of a text, by nobody.
    ///
    /// # Errors
    /// If no answer comes.
    pub(crate) fn post_text(&self, path: &str, text: &str) -> Result<Response> {
        let request = self.request(Method::POST, path);
        self.send(request.body(text.to_owned()))
    }

    /// POST of a form, as a client.
    ///
    /// # Errors
    /// If no answer comes.
    pub(crate) fn post_form(
        &self,
        path: &str,
        client: &Credentials,
        form: &str,
    ) -> Result<Response> {
        let request = self
            .request(Method::POST, path)
            .header("authorization", client.basic())
            .header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(form.to_owned()))
    }

    fn send_json(&self, method: Method, path: &str, token: &str, body: &Value) -> Result<Response> {
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

impl Credentials {
    /// The header field `Authorization`. What the service makes needs no encoding first (RFC 6749 §2.3.1).
    pub(crate) fn basic(&self) -> String {
        let Self {
            client_id,
            client_secret,
        } = self;
        format!(
            "Basic {}",
            STANDARD.encode(format!("{client_id}:{client_secret}"))
        )
    }
}

/// Where the clients of the default tenant are.
pub(super) fn clients_path() -> String {
    format!("/admin/v1/tenants/{DEFAULT_TENANT}/clients")
}

/// Demands that a secret from `path` can go into a line for the shell.
fn printable(path: &str, secret: &str) -> Result<()> {
    ensure!(
        secret.bytes().all(|b| b.is_ascii_graphic() && b != b'\''),
        "what {path} answers has characters that a token may not have"
    );
    Ok(())
}

/// An answer that is none of those that there should be.
pub(crate) fn unexpected(path: &str, response: &Response) -> anyhow::Error {
    let Response { status, body } = response;
    anyhow::anyhow!("the service answers {path} with {status}: {}", body.trim())
}
