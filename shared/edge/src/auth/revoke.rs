//! The revocation endpoint.
//!
//! [RFC 7009 §2](https://www.rfc-editor.org/rfc/rfc7009#section-2)

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body::Body;
use rollcall_oauth::metadata::paths;
use rollcall_service::auth;
use rollcall_service::{Ctx, Database};

use super::call;
use crate::respond::{self, FullResponse};

/// Revokes a token.
///
/// > The content of the response body is ignored by the client as all necessary information is conveyed in the response
/// > code.
pub async fn revoke<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    request: Request<B>,
) -> FullResponse {
    let (parts, body) = request.into_parts();
    let head = Request::from_parts(parts, ());
    call::handle(ctx, &head, body, paths::REVOKE, async |call| {
        let presented = call.presented()?;
        auth::revoke(ctx, &call.issuer, presented, &call.form).await?;
        Ok(respond::empty(StatusCode::OK))
    })
    .await
}
