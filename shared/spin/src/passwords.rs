//! Hashes of passwords, from the private component `password`.

use std::future::ready;

use http::StatusCode;
use rollcall_service::{Answer, PasswordError, Passwords};
use serde_json::{Value as Json, json};

use crate::internal;

/// Reaches no further than this application: `allowed_outbound_hosts` names it for the components that need it.
const ADDRESS: &str = "http://password.spin.internal/hash";

/// The largest answer, in bytes: a hash, or what is wrong.
const MAX_ANSWER: usize = 4 * 1024;

/// The component that hashes passwords.
pub(crate) struct PasswordComponent;

impl Passwords for PasswordComponent {
    fn hash<'a>(&'a self, password: &'a str) -> Answer<'a, Result<String, PasswordError>> {
        Box::pin(ask(password))
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
    let question = json!({ "password": password }).to_string();
    let answer = internal::post(ADDRESS, question, MAX_ANSWER).await;
    let (status, body) = answer.map_err(unavailable)?;
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
