//! What every SCIM request goes through, whatever it asks for.

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
    pub segments: Vec<&'r str>,
    /// The base URI of the tenant's SCIM service.
    pub base: String,
}

/// Reads address and token, has `answer` answer, and turns refusals into responses. A stranger learns nothing from a
/// refusal but that a token is wanted.
pub(super) async fn handle<'r, D: Database, B>(
    ctx: &Ctx<D>,
    head: &'r Request<B>,
    answer: impl AsyncFnOnce(Call<'r>) -> Result<FullResponse, Refusal>,
) -> FullResponse {
    let refused = match call(ctx, head) {
        Err(error) => return Refusal::Error(error).into_response(),
        Ok(call) => {
            let access = call.access.clone();
            match answer(call).await {
                Ok(response) => return response,
                Err(refusal) if refusal.is_before_authentication() => {
                    match authenticate(ctx, &access).await {
                        Ok(()) => refusal,
                        Err(error) => Refusal::Error(error),
                    }
                }
                Err(refusal) => refusal,
            }
        }
    };
    refused.into_response()
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
