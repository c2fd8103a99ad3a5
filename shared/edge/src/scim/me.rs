//! `/Me`, the person behind the token (RFC 7644 §3.11).
//!
//! # Incomplete support
//! Provisioning tokens belong to an identity provider and to no person, and there are no other tokens yet.

use bytes::Bytes;
use http::Request;
use http_body::Body;
use rollcall_core::ScimError;
use rollcall_service::{Ctx, Database, authenticate};

use super::handle::handle;
use crate::respond::FullResponse;

/// Answers 501, which the RFC has for a service provider without the endpoint.
pub async fn me<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    request: Request<B>,
) -> FullResponse {
    handle(ctx, request, async |call, _| {
        authenticate(ctx, &call.access).await?;
        Err(ScimError::not_implemented(
            "no person is behind a provisioning token: address the user by id under /Users",
        )
        .into())
    })
    .await
}
