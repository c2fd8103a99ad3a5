//! What policies permit, from the component `policy`.

use http::StatusCode;
use rollcall_service::{Answer, Guard, Ruling};

use crate::internal;

/// Reaches no further than this application: `allowed_outbound_hosts` names it for the components that need it.
const ADDRESS: &str = "http://policy.spin.internal/enforce";

/// The largest answer, in bytes: a number.
const MAX_ANSWER: usize = 16;

/// The component that carries the policy engine.
pub(crate) struct PolicyComponent;

impl Guard for PolicyComponent {
    fn rule(&self, question: String) -> Answer<'_, Result<Ruling, String>> {
        Box::pin(async move {
            let (status, body) = internal::post(ADDRESS, question, MAX_ANSWER).await?;
            let number = str::from_utf8(&body)
                .ok()
                .and_then(|text| text.parse().ok());
            match (status, number) {
                (StatusCode::NO_CONTENT, _) => Ok(Ruling::Permitted),
                (StatusCode::FORBIDDEN, Some(at)) => Ok(Ruling::Denied(at)),
                (StatusCode::UNAUTHORIZED, _) => Ok(Ruling::Unauthenticated),
                _ => Err(format!("the answer is {status}")),
            }
        })
    }
}
