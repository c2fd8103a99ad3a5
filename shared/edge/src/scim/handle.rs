//! What every SCIM request goes through, whatever it asks for.

use std::borrow::Cow;

use bytes::Bytes;
use http::{Method, Request};
use http_body::Body;
use rollcall_core::ScimError;
use rollcall_service::{
    Access, Credential, Ctx, Database, Profile, Session, TokenHash, admit, fresh_profile, profile,
};

use super::address::Address;
use super::body;
use super::error::Refusal;
use crate::bearer;
use crate::respond::FullResponse;

/// How often a request is done again because the tenant's settings changed while it was under way.
const ATTEMPTS: usize = 4;

/// A request whose address and token have been read. The token is checked by the store, in the statement that does the
/// work.
pub(super) struct Call<'r> {
    /// The method, the address and the headers.
    pub head: &'r Request<()>,
    /// The caller's claim to the tenant.
    pub access: Access,
    /// What follows `/scim/v2`.
    pub segments: Vec<Cow<'r, str>>,
    /// The base URI of the tenant's SCIM service.
    pub base: String,
    /// The body.
    pub body: Bytes,
}

impl Call<'_> {
    /// What the call's use cases work in.
    pub async fn session<'s, D: Database>(
        &'s self,
        ctx: &'s Ctx<D>,
        profile: &'s Profile,
    ) -> Result<Session<'s, D>, Refusal> {
        Ok(Session::new(ctx, &self.access, profile, &self.base).await?)
    }
}

/// Reads address, token and body, has `answer` answer by the tenant's profile, and turns refusals into responses. Whoever
/// has no good token learns of no other refusal, and nothing of theirs is read or written.
pub(super) async fn handle<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    request: Request<B>,
    answer: impl AsyncFn(&Call<'_>, &Profile) -> Result<FullResponse, Refusal>,
) -> FullResponse {
    let (parts, body) = request.into_parts();
    let head = Request::from_parts(parts, ());
    let answered = match call(ctx, &head) {
        Err(error) => Err(error.into()),
        Ok(mut call) => answer_call(ctx, &mut call, body, answer).await,
    };
    answered.unwrap_or_else(Refusal::into_response)
}

async fn answer_call<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    call: &mut Call<'_>,
    body: B,
    answer: impl AsyncFn(&Call<'_>, &Profile) -> Result<FullResponse, Refusal>,
) -> Result<FullResponse, Refusal> {
    let mut current = profile(ctx, &call.access).await?;
    if !call.head.method().is_safe() {
        // A body to read or a lock to take is work, so the token comes first.
        admit(ctx, &call.access).await?;
    }
    if [Method::POST, Method::PUT, Method::PATCH].contains(call.head.method()) {
        call.body = body::read(body).await?;
    }
    for _ in 1..ATTEMPTS {
        let answered = answer(call, &current).await;
        let is_to_be_checked = match &answered {
            Err(Refusal::Reconfigured) => true,
            // It may come from settings that no longer hold, and no statement may have looked at the token.
            Err(refusal) => refusal.is_about_the_request(),
            Ok(_) => false,
        };
        if !is_to_be_checked {
            return answered;
        }
        let fresh = fresh_profile(ctx, &call.access).await?;
        if fresh.is_same(&current) {
            return answered;
        }
        current = fresh;
    }
    answer(call, &current).await
}

fn call<'r, D: Database>(ctx: &Ctx<D>, head: &'r Request<()>) -> Result<Call<'r>, ScimError> {
    let Address {
        tenant,
        segments,
        base,
    } = Address::of(head, &ctx.config)?;
    let token = bearer::token(head.headers()).ok_or_else(|| {
        ScimError::unauthorized("send a provisioning token as `Authorization: Bearer …`")
    })?;
    Ok(Call {
        head,
        access: Access {
            tenant,
            token: Credential::Provisioning(TokenHash::of(token)),
        },
        segments,
        base,
        body: Bytes::new(),
    })
}
