//! The public keys of a tenant.
//!
//! [RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5)

use http::Request;
use rollcall_oauth::metadata::paths;
use rollcall_service::auth;
use rollcall_service::{Ctx, Database};

use super::address;
use super::document::{self, Document};
use crate::respond::FullResponse;

/// Answers a request for the keys of a tenant.
pub async fn jwks<D: Database, B>(ctx: &Ctx<D>, request: Request<B>) -> FullResponse {
    let (parts, _) = request.into_parts();
    let head = Request::from_parts(parts, ());
    document::answer(&head, async || {
        let issuer = address::issuer(&head, &ctx.config, paths::JWKS)?;
        let (json, max_age_secs) = auth::jwks(ctx, &issuer).await?;
        Ok(Document {
            json,
            media_type: "application/jwk-set+json",
            max_age_secs,
        })
    })
    .await
}
