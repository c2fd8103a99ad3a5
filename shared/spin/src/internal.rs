//! Questions to other components of this application.

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use futures::future::{Either, select};
use http::header::CONTENT_TYPE;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use spin_sdk::http::{FullBody, send};
use spin_sdk::time::sleep;

/// How long to wait for an answer, in seconds. A hash takes tens of milliseconds, and as many times that as others are
/// before it.
const PATIENCE_SECS: u64 = 5;

/// Sends JSON to a component, whose answer may have so many bytes.
///
/// # Errors
/// Why there is no answer, for the log.
pub(crate) async fn post(
    address: &str,
    json: String,
    max_answer: usize,
) -> Result<(StatusCode, Bytes), String> {
    let patience = sleep(Duration::from_secs(PATIENCE_SECS));
    match select(pin!(ask(address, json, max_answer)), pin!(patience)).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => Err(format!("no answer within {PATIENCE_SECS} s")),
    }
}

async fn ask(
    address: &str,
    json: String,
    max_answer: usize,
) -> Result<(StatusCode, Bytes), String> {
    let request = Request::post(address)
        .header(CONTENT_TYPE, "application/json")
        .body(FullBody::new(Bytes::from(json)))
        .map_err(text)?;
    let response = send(request).await.map_err(text)?;
    let status = response.status();
    let body = Limited::new(response.into_body(), max_answer);
    let body = body.collect().await.map_err(text)?.to_bytes();
    Ok((status, body))
}

fn text(error: impl ToString) -> String {
    error.to_string()
}
