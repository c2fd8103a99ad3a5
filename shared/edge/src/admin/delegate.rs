//! Whoever administers people with an access token, as far as the tenant's policies permit. See
//! `docs/decisions/0010-enforcement-asks-the-policy-component.md`.

use std::rc::Rc;

use http::Request;
use rollcall_oauth::{OAuthError, Scope};
use rollcall_service::admin::AdminError;
use rollcall_service::auth::{ADMINISTER, Holder, Issuer, holder};
use rollcall_service::policy::enforce;
use rollcall_service::{Administrator, Ctx, Database, Profile, TenantName, fresh_profile};

use super::people::Act;
use crate::challenge::supply_nonce;
use crate::problem::Problem;
use crate::respond::FullResponse;
use crate::{bearer, origin};

/// Answers a request that was not sent with the operator's token. A token that does not open the tenant is refused as a
/// wrong token of the operator's is.
pub(super) async fn answer<D: Database>(
    ctx: &Ctx<D>,
    head: &Request<()>,
    (tenant, act): (&str, Act<'_>),
) -> Result<FullResponse, Problem> {
    let sent = bearer::sent(head.headers()).zip(TenantName::parse(tenant));
    let ((scheme, token), tenant) = sent.ok_or(AdminError::Unauthenticated)?;
    let issuer = Issuer::at(&origin::base(head, &ctx.config), tenant);
    let sent = bearer::as_sent(head, &issuer, (scheme, token));
    let holder = holder(ctx, &issuer, &sent, &issuer.admin())
        .await
        .map_err(|refused| Problem::token(refused, scheme))?;
    // Only access tokens have one.
    if holder.client.is_none() {
        return Err(AdminError::Unauthenticated.into());
    }
    let refused = |error: OAuthError| Problem::token(error.into(), scheme);
    let answered = match permitted(ctx, &holder, act, refused).await {
        Ok(profile) => {
            let by = Administrator::Delegate(&holder.access, &profile.settings);
            act.answer(ctx, by, head.uri().query()).await
        }
        Err(problem) => Err(problem),
    };
    let mut response = match answered {
        Ok(response) => response,
        Err(problem) if problem.is_unauthenticated() => {
            let error = OAuthError::invalid_token("the access token is unknown, or has ended");
            return Err(refused(error));
        }
        Err(problem) => problem.into_response(),
    };
    if let Some(nonce) = &holder.nonce {
        supply_nonce(response.headers_mut(), nonce);
    }
    Ok(response)
}

/// The settings by which the holder of a live token may do this.
async fn permitted<D: Database>(
    ctx: &Ctx<D>,
    holder: &Holder,
    act: Act<'_>,
    refused: impl Fn(OAuthError) -> Problem,
) -> Result<Rc<Profile>, Problem> {
    // It checks the token, too: a stranger learns of no other refusal.
    let profile = fresh_profile(ctx, &holder.access).await?;
    if !holder.may_administer() {
        let needed = Scope::parse(ADMINISTER).unwrap_or_default();
        return Err(refused(OAuthError::insufficient_scope(needed)));
    }
    if !profile.settings.enforce_policies {
        let detail = "access tokens administer people only by policies: \
            have the operator set `enforcePolicies` of the tenant to true";
        return Err(Problem::forbidden(detail.to_owned()));
    }
    enforce(ctx, &profile, holder, &[act.deed()]).await?;
    Ok(profile)
}
