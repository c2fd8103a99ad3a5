//! An HTTP client with a base address and a token.

use serde_json::Value as Json;
use ureq::Agent;
use ureq::http::{HeaderMap, Method, Request};

/// Sends requests to one API of the service, and never fails on a status.
#[derive(Clone, Debug)]
pub struct Client {
    /// What every path is appended to.
    pub base: String,
    /// The bearer token.
    pub token: Option<String>,
    agent: Agent,
}

impl Client {
    /// A client of the API at `base`.
    #[must_use]
    pub fn new(base: String, token: Option<String>) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true);
        Self {
            base,
            token,
            agent: Agent::new_with_config(config.build()),
        }
    }

    /// The same client with another token, or none.
    #[must_use]
    pub fn with_token(&self, token: Option<&str>) -> Self {
        Self {
            token: token.map(str::to_owned),
            ..self.clone()
        }
    }

    /// GET.
    #[must_use]
    pub fn get(&self, path: &str) -> Answer {
        self.send(&Method::GET, path, &[], None)
    }

    /// GET with a SCIM filter, and what else the query has, e.g. `&count=0`.
    #[must_use]
    pub fn filter(&self, path: &str, filter: &str, rest: &str) -> Answer {
        self.get(&format!("{path}?filter={}{rest}", encode(filter)))
    }

    /// POST with a JSON body.
    #[must_use]
    pub fn post(&self, path: &str, body: &Json) -> Answer {
        self.send_json(&Method::POST, path, &[], body)
    }

    /// PUT with a JSON body.
    #[must_use]
    pub fn put(&self, path: &str, body: &Json) -> Answer {
        self.send_json(&Method::PUT, path, &[], body)
    }

    /// PATCH with a JSON body.
    #[must_use]
    pub fn patch(&self, path: &str, body: &Json) -> Answer {
        self.send_json(&Method::PATCH, path, &[], body)
    }

    /// DELETE.
    #[must_use]
    pub fn delete(&self, path: &str) -> Answer {
        self.send(&Method::DELETE, path, &[], None)
    }

    /// Any method with a JSON body, which is `application/scim+json` unless `headers` say otherwise.
    #[must_use]
    pub fn send_json(
        &self,
        method: &Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &Json,
    ) -> Answer {
        let mut all = headers.to_vec();
        if !headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        {
            all.push(("content-type", "application/scim+json"));
        }
        self.send(method, path, &all, Some(body.to_string().as_bytes()))
    }

    /// Any request. A header may be there more than once.
    ///
    /// # Panics
    /// When no answer comes.
    #[must_use]
    pub fn send(
        &self,
        method: &Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Answer {
        self.try_send(method, path, headers, body)
            .unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// The same for a service that may go away meanwhile.
    ///
    /// # Errors
    /// When no whole answer comes.
    ///
    /// # Panics
    /// When the request is malformed.
    pub fn try_send(
        &self,
        method: &Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Result<Answer, ureq::Error> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let sent = match body {
            Some(body) => self
                .agent
                .run(request.body(body).expect("a well-formed request")),
            None => self
                .agent
                .run(request.body(()).expect("a well-formed request")),
        };
        let (head, mut body) = sent?.into_parts();
        let text = body.with_config().limit(u64::MAX).read_to_string()?;
        Ok(Answer::new(
            format!("{method} {path}"),
            head.status.as_u16(),
            head.headers,
            text,
        ))
    }
}

/// Percent-encodes what stands in a query.
#[must_use]
pub fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    what: String,
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
}

impl Answer {
    pub(crate) fn new(what: String, status: u16, headers: HeaderMap, text: String) -> Self {
        Self {
            what,
            status,
            headers,
            text,
        }
    }

    /// Demands a status.
    ///
    /// # Panics
    /// When it is another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.what, self.text);
        self
    }

    /// Demands a SCIM error in the standard's form (RFC 7644 §3.12), and returns its detail.
    ///
    /// # Panics
    /// When it is anything else.
    #[track_caller]
    pub fn expect_error(self, status: u16, scim_type: Option<&str>) -> String {
        let answer = self.expect(status);
        assert_eq!(
            answer.header("content-type"),
            Some("application/scim+json"),
            "{}",
            answer.what
        );
        let error = answer.json();
        assert_eq!(
            error["schemas"],
            serde_json::json!(["urn:ietf:params:scim:api:messages:2.0:Error"]),
            "{error}"
        );
        assert_eq!(error["status"], status.to_string(), "{error}");
        assert_eq!(
            error.get("scimType").and_then(Json::as_str),
            scim_type,
            "{error}"
        );
        let detail = error["detail"].as_str().unwrap_or_default();
        assert!(!detail.is_empty(), "an error without a detail: {error}");
        detail.to_owned()
    }

    /// The one value of a header.
    ///
    /// # Panics
    /// When the header is there twice.
    #[track_caller]
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let values: Vec<_> = self.headers.get_all(name).iter().collect();
        assert!(
            values.len() < 2,
            "{}: {name} is there {} times",
            self.what,
            values.len()
        );
        values.first().and_then(|value| value.to_str().ok())
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it isn't.
    #[track_caller]
    #[must_use]
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|_| panic!("{}: not JSON: {}", self.what, self.text))
    }

    /// The `id` in the body.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    #[must_use]
    pub fn id(&self) -> String {
        self.json()["id"]
            .as_str()
            .unwrap_or_else(|| panic!("{}: no id: {}", self.what, self.text))
            .to_owned()
    }
}
