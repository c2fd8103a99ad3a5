//! Hashes of passwords, from the private component `password`.

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use futures::future::{Either, ready, select};
use http::header::CONTENT_TYPE;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use rollcall_service::{Answer, PasswordError, Passwords};
use serde_json::{Value as Json, json};
use spin_sdk::http::{FullBody, send};
use spin_sdk::time::sleep;

/// Reaches no further than this application: `allowed_outbound_hosts` names it for the components that need it.
const ADDRESS: &str = "http://password.spin.internal/hash";

/// How long to wait for a hash. It takes tens of milliseconds, and as many times that as others are before it.
const PATIENCE: Duration = Duration::from_secs(5);

/// The largest answer, in bytes: a hash, or what is wrong.
const MAX_ANSWER: usize = 4 * 1024;

/// The component that hashes passwords.
pub(crate) struct PasswordComponent;

impl Passwords for PasswordComponent {
    fn hash<'a>(&'a self, password: &'a str) -> Answer<'a, Result<String, PasswordError>> {
        Box::pin(async move {
            match select(pin!(ask(password)), pin!(sleep(PATIENCE))).await {
                Either::Left((answer, _)) => answer,
                Either::Right(_) => Err(unavailable(format!("no answer within {PATIENCE:?}"))),
            }
        })
    }
}

/// What stands for it in a component that hashes none.
pub(crate) struct NoPasswords;

impl Passwords for NoPasswords {
    fn hash<'a>(&'a self, _: &'a str) -> Answer<'a, Result<String, PasswordError>> {
        let error = unavailable("this component is not one that has them hashed");
        Box::pin(ready(Err(error)))
    }
}

async fn ask(password: &str) -> Result<String, PasswordError> {
    let body = json!({ "password": password }).to_string();
    let request = Request::post(ADDRESS)
        .header(CONTENT_TYPE, "application/json")
        .body(FullBody::new(Bytes::from(body)))
        .map_err(unavailable)?;
    let response = send(request).await.map_err(unavailable)?;
    let status = response.status();
    let body = Limited::new(response.into_body(), MAX_ANSWER);
    let body = body.collect().await.map_err(unavailable)?.to_bytes();
    let answer: Json = serde_json::from_slice(&body).unwrap_or_default();
    let text = |name: &str| answer[name].as_str().map(str::to_owned);
    match (status, text("hash"), text("detail")) {
        (StatusCode::OK, Some(hash), _) => Ok(hash),
        (StatusCode::BAD_REQUEST, _, Some(detail)) => Err(PasswordError::Refused(detail)),
        _ => Err(unavailable(format!("the answer is {status}"))),
    }
}

fn unavailable(cause: impl ToString) -> PasswordError {
    PasswordError::Unavailable(cause.to_string())
}
