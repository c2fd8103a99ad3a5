//! What every SCIM request goes through, whatever it asks for.

use std::borrow::Cow;

use bytes::Bytes;
use http::{Method, Request};
use http_body::Body;
use rollcall_core::ScimError;
use rollcall_oauth::Scheme;
use rollcall_service::auth::{Holder, Issuer, holder};
use rollcall_service::{
    Access, Ctx, Database, Profile, Session, admit, authenticate, fresh_profile, profile,
};

use super::address::Address;
use super::error::Refusal;
use super::{body, scopes};
use crate::bearer;
use crate::challenge::supply_nonce;
use crate::limit::{self, Quota};
use crate::respond::FullResponse;

/// What all of SCIM counts by.
const ENDPOINT: &str = "scim";

/// How often a request is done again because the tenant's settings changed while it was under way.
const ATTEMPTS: usize = 4;

/// A request whose address and token have been read. The token is checked by the store, in the statement that does the
/// work.
pub(super) struct Call<'r> {
    /// The method, the address and the headers.
    pub head: &'r Request<()>,
    /// Who calls, and what their token permits.
    pub holder: Holder,
    /// What follows `/scim/v2`.
    pub segments: Vec<Cow<'r, str>>,
    /// The base URI of the tenant's SCIM service.
    pub base: String,
    /// The body.
    pub body: Bytes,
}

impl Call<'_> {
    /// The caller's claim to the tenant.
    pub const fn access(&self) -> &Access {
        &self.holder.access
    }

    /// What the call's use cases work in.
    pub async fn session<'s, D: Database>(
        &'s self,
        ctx: &'s Ctx<D>,
        profile: &'s Profile,
    ) -> Result<Session<'s, D>, Refusal> {
        Ok(Session::new(ctx, self.access(), profile, &self.base).await?)
    }
}

/// Reads address and token, sees that there are not too many requests, reads the body, has `answer` answer by the
/// tenant's profile, and turns refusals into responses. Whoever has no good token learns of no refusal but that there are
/// too many requests, and nothing of theirs is read or written.
pub(super) async fn handle<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    request: Request<B>,
    answer: impl AsyncFn(&Call<'_>, &Profile) -> Result<FullResponse, Refusal>,
) -> FullResponse {
    let (parts, body) = request.into_parts();
    let head = Request::from_parts(parts, ());
    let sent = bearer::sent(head.headers());
    let mut quota = Quota::default();
    let (answered, nonce) = match call(ctx, &head, sent, &mut quota).await {
        Err(refusal) => (Err(refusal), None),
        Ok(mut call) => {
            let answered = answer_call(ctx, &mut call, body, answer).await;
            (answered, call.holder.nonce)
        }
    };
    let answered = quota.settle(ctx, answered).await;
    let mut response =
        answered.unwrap_or_else(|refusal| refusal.into_response(sent.map(|(scheme, _)| scheme)));
    if let Some(nonce) = nonce {
        supply_nonce(response.headers_mut(), &nonce);
    }
    quota.tell(&mut response);
    response
}

async fn answer_call<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    call: &mut Call<'_>,
    body: B,
    answer: impl AsyncFn(&Call<'_>, &Profile) -> Result<FullResponse, Refusal>,
) -> Result<FullResponse, Refusal> {
    let mut current = profile(ctx, call.access()).await?;
    if !call.head.method().is_safe() {
        // A body to read or a lock to take is work, so the token comes first.
        admit(ctx, call.access()).await?;
    }
    if [Method::POST, Method::PUT, Method::PATCH].contains(call.head.method()) {
        call.body = body::read(body).await?;
    }
    for _ in 1..ATTEMPTS {
        let answered = permitted(ctx, call, &current, &answer).await;
        let is_to_be_checked = match &answered {
            Err(Refusal::Reconfigured) => true,
            // It may come from settings that no longer hold, and no statement may have looked at the token.
            Err(refusal) => refusal.is_about_the_request(),
            Ok(_) => false,
        };
        if !is_to_be_checked {
            return answered;
        }
        let fresh = fresh_profile(ctx, call.access()).await?;
        if fresh.is_same(&current) {
            return answered;
        }
        current = fresh;
    }
    permitted(ctx, call, &current, &answer).await
}

/// Answers if the token's scope permits it. That it does not is said only to who has a live token.
async fn permitted<D: Database>(
    ctx: &Ctx<D>,
    call: &Call<'_>,
    profile: &Profile,
    answer: &impl AsyncFn(&Call<'_>, &Profile) -> Result<FullResponse, Refusal>,
) -> Result<FullResponse, Refusal> {
    let answered = match scopes::check(call, profile) {
        Ok(()) => answer(call, profile).await,
        Err(refusal) => Err(refusal),
    };
    if let Err(Refusal::Token(_)) = &answered {
        authenticate(ctx, call.access()).await?;
    }
    answered
}

/// The call that a request is. What is left after it goes to `quota`.
async fn call<'r, D: Database>(
    ctx: &Ctx<D>,
    head: &'r Request<()>,
    sent: Option<(Scheme, &str)>,
    quota: &mut Quota,
) -> Result<Call<'r>, Refusal> {
    let Address {
        tenant,
        segments,
        base,
    } = Address::of(head, &ctx.config)?;
    let (scheme, token) = sent.ok_or_else(|| {
        ScimError::unauthorized(
            "send a provisioning token or an access token as `Authorization: Bearer …`",
        )
    })?;
    *quota = limit::admit(ctx, head, ENDPOINT, &tenant, token).await?;
    let issuer = Issuer {
        tenant,
        url: base.strip_suffix("/scim/v2").unwrap_or(&base).to_owned(),
    };
    let sent = bearer::as_sent(head, &issuer, (scheme, token));
    let holder = holder(ctx, &issuer, &sent, &issuer.scim())
        .await
        .map_err(Refusal::Token)?;
    Ok(Call {
        head,
        holder,
        segments,
        base,
        body: Bytes::new(),
    })
}
