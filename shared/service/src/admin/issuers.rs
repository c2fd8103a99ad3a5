//! External issuers whose tokens a tenant takes.

use rollcall_core::excerpt;
use rollcall_oauth::trusted::PersonClaim;
use rollcall_store::auth::{Issuer, IssuerDraft};
use rollcall_store::{Database, StoreError};
use serde_json::Value as Json;

use super::AdminError;
use super::tenants::{in_tenant, parse};
use crate::ctx::Ctx;

/// How many issuers a page has when the operator doesn't say, and at the most.
const MAX_ISSUERS: u32 = 1000;

/// The longest issuer, audience and claim, in bytes.
const MAX_TEXT: usize = 1024;

/// How an issuer is trusted.
#[derive(Clone, Copy, Debug)]
pub struct Trust<'t> {
    /// Where its keys are.
    pub jwks_uri: &'t str,
    /// The value of `aud` that its tokens must have.
    pub audience: &'t str,
    /// Which claim names the person, and as which attribute: `{"claim", "attribute"}`. Without it, `sub` is their
    /// `externalId`.
    pub person: Option<&'t Json>,
}

/// Trusts an issuer, or changes how.
///
/// # Errors
/// [`AdminError::Invalid`]; [`AdminError::NotFound`].
pub async fn trust<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    issuer: &str,
    trust: &Trust<'_>,
) -> Result<Issuer, AdminError> {
    let name = parse(tenant)?;
    let outbound = &ctx.config.outbound;
    check_text("the issuer", issuer)?;
    check_text("`audience`", trust.audience)?;
    // > The issuer identifier […] is a URL that uses the "https" scheme and has no query or fragment components.
    let is_plain = !issuer.contains(['?', '#']);
    let refused =
        |reason| AdminError::Invalid(format!("the issuer `{}` {reason}", excerpt(issuer)));
    if !is_plain {
        return Err(refused("has a query or a fragment"));
    }
    if !issuer.starts_with("https://") && outbound.check(issuer).is_err() {
        return Err(refused("must begin with `https://`"));
    }
    outbound.check(trust.jwks_uri).map_err(|reason| {
        AdminError::Invalid(format!("`jwks_uri` `{}` {reason}", excerpt(trust.jwks_uri)))
    })?;
    let mapping = serde_json::to_string(&person_claim(trust.person)?)
        .map_err(|error| AdminError::Store(StoreError::Backend(error.to_string())))?;
    let draft = IssuerDraft {
        issuer,
        jwks_uri: trust.jwks_uri,
        audience: trust.audience,
        mapping: &mapping,
    };
    let store = ctx.store().await.map_err(AdminError::Store)?;
    store
        .trust_issuer(&name, &draft, ctx.now())
        .await
        .map_err(|error| in_tenant(error, tenant))?;
    trusted_issuer(ctx, tenant, issuer).await
}

fn check_text(what: &str, text: &str) -> Result<(), AdminError> {
    let is_visible = !text.chars().any(|c| c.is_control() || c.is_whitespace());
    if text.is_empty() || text.len() > MAX_TEXT || !is_visible {
        return Err(AdminError::Invalid(format!(
            "{what} must have 1 to {MAX_TEXT} bytes, without spaces"
        )));
    }
    Ok(())
}

fn person_claim(person: Option<&Json>) -> Result<PersonClaim, AdminError> {
    let Some(person) = person else {
        return Ok(PersonClaim::default());
    };
    let is_known = |name: &String| name == "claim" || name == "attribute";
    let known = person
        .as_object()
        .filter(|members| members.keys().all(is_known));
    let read = known.and_then(|_| serde_json::from_value(person.clone()).ok());
    let fits = |claim: &PersonClaim| (1..=MAX_TEXT).contains(&claim.claim.len());
    read.filter(fits).ok_or_else(|| {
        AdminError::Invalid(
            "`person` must be {\"claim\": …, \"attribute\": externalId, userName or emails}".into(),
        )
    })
}

/// The issuers that a tenant trusts, in order, after `after`.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn trusted_issuers<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    after: &str,
    count: Option<u32>,
) -> Result<Vec<Issuer>, AdminError> {
    super::tenant(ctx, tenant).await?;
    let store = ctx.store().await.map_err(AdminError::Store)?;
    let limit = count.unwrap_or(MAX_ISSUERS).min(MAX_ISSUERS);
    store
        .trusted_issuers(&parse(tenant)?, (after, limit))
        .await
        .map_err(AdminError::Store)
}

/// One of them.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn trusted_issuer<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    issuer: &str,
) -> Result<Issuer, AdminError> {
    let store = ctx.store().await.map_err(AdminError::Store)?;
    let found = store.trusted_issuer(&parse(tenant)?, issuer).await;
    found
        .map_err(AdminError::Store)?
        .ok_or_else(|| no_issuer(tenant, issuer))
}

/// No longer trusts an issuer.
///
/// # Errors
/// [`AdminError::NotFound`].
pub async fn distrust<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    issuer: &str,
) -> Result<(), AdminError> {
    let store = ctx.store().await.map_err(AdminError::Store)?;
    store
        .distrust_issuer(&parse(tenant)?, issuer, ctx.now())
        .await
        .map_err(|error| match error {
            StoreError::NotFound => no_issuer(tenant, issuer),
            error => AdminError::Store(error),
        })
}

fn no_issuer(tenant: &str, issuer: &str) -> AdminError {
    AdminError::NotFound(format!(
        "tenant `{}` trusts no issuer `{}`",
        excerpt(tenant),
        excerpt(issuer)
    ))
}
