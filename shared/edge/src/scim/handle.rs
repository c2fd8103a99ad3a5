//! What every SCIM request goes through, whatever it asks for.

use std::borrow::Cow;

use http::Request;
use rollcall_core::ScimError;
use rollcall_service::{Access, Ctx, Database, TokenHash, authenticate};

use super::address::Address;
use super::error::Refusal;
use crate::bearer;
use crate::respond::FullResponse;

/// A request whose address and token have been read. The token is checked by the store, in the statement that does the
/// work.
pub(super) struct Call<'r> {
    /// The caller's claim to the tenant.
    pub access: Access,
    /// What follows `/scim/v2`.
    pub segments: Vec<Cow<'r, str>>,
    /// The base URI of the tenant's SCIM service.
    pub base: String,
}

/// Reads address and token, has `answer` answer, and turns refusals into responses. Whoever has no good token learns of
/// no other refusal, and nothing of theirs is read or written.
pub(super) async fn handle<'r, D: Database, B>(
    ctx: &Ctx<D>,
    head: &'r Request<B>,
    answer: impl AsyncFnOnce(Call<'r>) -> Result<FullResponse, Refusal>,
) -> FullResponse {
    let answered = match call(ctx, head) {
        Err(error) => Err(error.into()),
        Ok(call) if head.method().is_safe() => {
            let access = call.access.clone();
            match answer(call).await {
                Err(refusal) if refusal.is_about_the_request() => Err(authenticate(ctx, &access)
                    .await
                    .err()
                    .map_or(refusal, Refusal::Error)),
                answered => answered,
            }
        }
        // A body to read or a lock to take is work, so the token comes first.
        Ok(call) => match authenticate(ctx, &call.access).await {
            Ok(()) => answer(call).await,
            Err(error) => Err(error.into()),
        },
    };
    answered.unwrap_or_else(Refusal::into_response)
}

fn call<'r, D: Database, B>(ctx: &Ctx<D>, head: &'r Request<B>) -> Result<Call<'r>, ScimError> {
    let Address {
        tenant,
        segments,
        base,
    } = Address::of(head, &ctx.config)?;
    let token = bearer::token(head.headers()).ok_or_else(|| {
        ScimError::unauthorized("send a provisioning token as `Authorization: Bearer …`")
    })?;
    Ok(Call {
        access: Access {
            tenant,
            token: TokenHash::of(token),
        },
        segments,
        base,
    })
}
