//! What other components ask of the one that verifies access tokens: `POST /` with a [`Question`], which it answers with
//! a [`Verdict`](rollcall_service::Verdict). No address from outside leads here.

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body::Body;
use rollcall_oauth::token::MAX_ACCESS_TOKEN_BYTES;
use rollcall_service::auth;
use rollcall_service::{Ctx, Database, Question};
use serde_json::Value as Json;

use crate::body;
use crate::respond::{self, FullResponse};

/// A token, and as much again for the rest: header fields are not longer.
const MAX_BODY: usize = 8 * MAX_ACCESS_TOKEN_BYTES;

/// Answers a question; 400 for what is none.
pub async fn verify<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    request: Request<B>,
) -> FullResponse {
    let body = body::read_up_to(request.into_body(), MAX_BODY).await;
    let question: Option<Question> = body
        .ok()
        .and_then(|body| serde_json::from_slice::<Json>(&body).ok())
        .and_then(|question| Question::from_json(&question));
    match question {
        None => respond::empty(StatusCode::BAD_REQUEST),
        Some(question) => {
            let verdict = auth::verify(ctx, &question).await;
            respond::json(StatusCode::OK, "application/json", &verdict.to_json())
        }
    }
}
