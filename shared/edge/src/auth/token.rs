//! The token endpoint.
//!
//! [RFC 6749 §3.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.2)

use bytes::Bytes;
use http::header::{HeaderName, PRAGMA};
use http::{HeaderValue, Request, StatusCode};
use http_body::Body;
use rollcall_oauth::metadata::paths;
use rollcall_service::auth;
use rollcall_service::{Ctx, Database};
use serde_json::json;

use super::call::{self, Call};
use super::refusal::Refusal;
use crate::respond::{self, FullResponse};

const DPOP: HeaderName = HeaderName::from_static("dpop");
const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// Answers a request for a token.
pub async fn token<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    request: Request<B>,
) -> FullResponse {
    let (parts, body) = request.into_parts();
    let head = Request::from_parts(parts, ());
    call::handle(ctx, &head, body, paths::TOKEN, async |call| {
        answer(ctx, call).await
    })
    .await
}

async fn answer<D: Database>(ctx: &Ctx<D>, call: &Call<'_>) -> Result<FullResponse, Refusal> {
    let proofs = call.fields(&DPOP);
    // > the authorization server […] supplies a nonce value in the DPoP-Nonce header field
    let nonce = if proofs.is_empty() {
        None
    } else {
        let nonce = auth::nonces(ctx)?.current(ctx.now().as_secs());
        HeaderValue::try_from(nonce).ok()
    };
    let issued = async {
        let request = auth::TokenRequest {
            issuer: &call.issuer,
            presented: call.presented()?,
            form: &call.form,
            proofs: &proofs,
        };
        auth::token(ctx, &request).await
    };
    match (issued.await, nonce) {
        (Ok(token), nonce) => {
            let mut response = respond::json(StatusCode::OK, "application/json", &json!(token));
            let headers = response.headers_mut();
            // > The authorization server MUST include the HTTP "Cache-Control" response header field […] as well as the
            // > "Pragma" response header field […] with a value of "no-cache".
            headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
            if let Some(nonce) = nonce {
                headers.insert(DPOP_NONCE, nonce);
            }
            Ok(response)
        }
        (Err(error), Some(nonce)) => Err(Refusal::from(error).with(DPOP_NONCE, nonce)),
        (Err(error), None) => Err(error.into()),
    }
}
