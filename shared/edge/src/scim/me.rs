//! `/Me`, the person behind the token (RFC 7644 §3.11).
//!
//! # Incomplete support
//! The person is shown, and not changed: whoever may change people does so under `/Users`. No person is behind a
//! provisioning token, or a token that a client got for itself.

use bytes::Bytes;
use http::{Method, Request};
use http_body::Body;
use rollcall_core::ScimError;
use rollcall_service::{Ctx, Database, Profile, authenticate};

use super::error::Refusal;
use super::handle::{Call, handle};
use super::resources::{nothing_at, shown_alone};
use crate::path;
use crate::respond::FullResponse;

/// Shows the person behind the token. Answers 501 if there is none, which the RFC has for a service provider without the
/// endpoint.
pub async fn me<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    request: Request<B>,
) -> FullResponse {
    handle(ctx, request, async |call, profile| {
        answer(ctx, call, profile).await
    })
    .await
}

async fn answer<D: Database>(
    ctx: &Ctx<D>,
    call: &Call<'_>,
    profile: &Profile,
) -> Result<FullResponse, Refusal> {
    let is_me = path::borrowed(&call.segments)[..] == ["Me"];
    let is_read = [Method::GET, Method::HEAD].contains(call.head.method());
    match &call.holder.person {
        Some(person) if is_me && is_read => shown_alone(ctx, call, profile, "/Users", person).await,
        Some(_) if !is_me => {
            authenticate(ctx, call.access()).await?;
            Err(nothing_at(call).into())
        }
        Some(_) => {
            authenticate(ctx, call.access()).await?;
            Err(ScimError::not_implemented(
                "the person behind a token is only shown here: change them by id under /Users",
            )
            .into())
        }
        None => {
            authenticate(ctx, call.access()).await?;
            Err(ScimError::not_implemented(
                "no person is behind this token: address the user by id under /Users",
            )
            .into())
        }
    }
}
