//! Verdicts on access tokens, from the private component `auth-verify`.

use http::StatusCode;
use rollcall_service::{Answer, Question, Verdict, Verifier};
use serde_json::Value as Json;

use crate::internal;

/// Reaches no further than this application: `allowed_outbound_hosts` names it for the components that need it.
const ADDRESS: &str = "http://auth-verify.spin.internal/";

/// The largest answer, in bytes: the claims of a token.
const MAX_ANSWER: usize = 64 * 1024;

/// The component that verifies access tokens.
pub(crate) struct VerifierComponent;

impl Verifier for VerifierComponent {
    fn verify<'a>(&'a self, question: &'a Question) -> Answer<'a, Result<Verdict, String>> {
        Box::pin(async move {
            let question = question.to_json().to_string();
            match internal::post(ADDRESS, question, MAX_ANSWER).await? {
                (StatusCode::OK, body) => {
                    let answer: Json = serde_json::from_slice(&body).unwrap_or_default();
                    Verdict::from_json(&answer).ok_or_else(|| "the answer is no verdict".to_owned())
                }
                (status, _) => Err(format!("the answer is {status}")),
            }
        })
    }
}
