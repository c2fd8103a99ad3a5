//! Whether a token is active, for a client that has proved who it is.
//!
//! [RFC 7662](https://www.rfc-editor.org/rfc/rfc7662)
//!
//! One statement reads all that the answer hangs on: the client that asks, the token, and what the token hangs on. Nothing
//! of it is remembered, so no answer is older than the request.

use rollcall_oauth::client::Presented;
use rollcall_oauth::jose::Audience;
use rollcall_oauth::metadata::paths;
use rollcall_oauth::token::{
    AccessClaims, Actor, Confirmation, Introspection, IntrospectionClaims, OpaqueKind, TokenFacts,
    may_be_jwt, token_type,
};
use rollcall_oauth::{Form, OAuthError, Scope};
use rollcall_store::auth::{Authentication, OpaqueToken, RefreshToken, Shown};
use rollcall_store::{Database, TokenHash};

use super::{
    AuthenticatedClient, Issuer, authenticate, check, oauth_error, signing_keys, store_claims,
    verify_own,
};
use crate::ctx::Ctx;

/// What is known of a token, and who asked.
pub struct Introspected {
    /// The answer.
    pub answer: Introspection,
    client: AuthenticatedClient,
    read: Authentication,
}

/// Answers what is known of a token.
///
/// Every confidential client of the tenant may ask for every access token; for a refresh token only the client that has
/// it, for nobody else should ever see it.
///
/// # Errors
/// `invalid_client`, also for public clients; `invalid_request`; 404 when there is no such issuer; 503 and 500 when the
/// store fails.
pub async fn introspect<D: Database>(
    ctx: &Ctx<D>,
    issuer: &Issuer,
    presented: &Presented,
    form: &Form,
) -> Result<Introspected, OAuthError> {
    let token = form.get("token");
    let (facts, read) = match token {
        Some(token) => facts(ctx, issuer, presented, token).await?,
        None => (None, None),
    };
    let (client, read) = match read {
        Some(read) => {
            let client = check(ctx, issuer, paths::INTROSPECT, presented, &read).await?;
            (client, read)
        }
        None => authenticate(ctx, issuer, paths::INTROSPECT, presented).await?,
    };
    // > the authorization server MUST […] require some form of authorization to access this endpoint
    //
    // Anyone can call themselves a public client.
    if client.is_public() {
        let error = "a client that does not authenticate may not introspect tokens";
        return Err(OAuthError::invalid_client(error).of_client(&client.client.id));
    }
    form.required("token")?;
    let facts = facts.filter(|facts| {
        let is_access_token = facts.token_type.is_some();
        is_access_token || facts.client_id.as_ref() == Some(&client.client.id)
    });
    Ok(Introspected {
        answer: facts.map_or(Introspection::inactive(), Introspection::active),
        client,
        read,
    })
}

/// The answer as a JWT (RFC 9701 §5), for the client that asked.
///
/// # Errors
/// 503 and 500 when there is no key.
pub async fn sign_introspection<D: Database>(
    ctx: &Ctx<D>,
    issuer: &Issuer,
    introspected: &Introspected,
) -> Result<String, OAuthError> {
    let keys = signing_keys(ctx, &issuer.tenant, &introspected.read).await?;
    let now = ctx.now();
    let inactive = Introspection::inactive();
    let answer = if is_for_caller(introspected) {
        &introspected.answer
    } else {
        &inactive
    };
    let claims = IntrospectionClaims {
        iss: &issuer.url,
        aud: &introspected.client.client.id,
        iat: now.as_secs(),
        token_introspection: answer,
    };
    claims
        .sign(keys.signer(now)?)
        .map_err(|_| OAuthError::internal())
}

/// Whether a token is for the client that asks, so far as that has said which resources it serves.
///
/// > is not intended for the calling resource server (audience), the authorization server MUST set the value of the
/// > "active" member […] to "false"
fn is_for_caller(introspected: &Introspected) -> bool {
    let client = &introspected.client;
    let served = &client.metadata.protected_resources;
    let audience = introspected.answer.audience();
    let is_served = |one: &String| {
        *one == client.client.id || served.iter().any(|resource| resource.as_str() == one)
    };
    served.is_empty() || audience.is_none_or(|audience| audience.0.iter().any(is_served))
}

type Known = (Option<TokenFacts>, Option<Authentication>);

/// What is known of a live token, and what was read of the client in the same statement. For what can't be a token of
/// ours nothing is read.
async fn facts<D: Database>(
    ctx: &Ctx<D>,
    issuer: &Issuer,
    presented: &Presented,
    token: &str,
) -> Result<Known, OAuthError> {
    let (tenant, caller, now) = (&issuer.tenant, presented.client_id(), ctx.now());
    match OpaqueKind::of(token) {
        Some(OpaqueKind::AccessToken) => {
            let store = ctx.store().await.map_err(oauth_error)?;
            let hash = TokenHash::of(token);
            let read = store.introspect_opaque(tenant, caller, &hash, now).await;
            let (read, live) = read.map_err(oauth_error)?;
            let facts = live.map(|(token, shown)| of_opaque(issuer, token, shown));
            Ok((facts.transpose()?, Some(read)))
        }
        Some(OpaqueKind::RefreshToken) => {
            let store = ctx.store().await.map_err(oauth_error)?;
            let hash = TokenHash::of(token);
            let read = store.introspect_refresh(tenant, caller, &hash, now).await;
            let (read, live) = read.map_err(oauth_error)?;
            let facts = live.map(|(token, shown)| of_refresh(issuer, token, shown));
            Ok((facts.transpose()?, Some(read)))
        }
        Some(_) => Ok((None, None)),
        None if may_be_jwt(token) => jwt(ctx, issuer, caller, token).await,
        None => Ok((None, None)),
    }
}

async fn jwt<D: Database>(
    ctx: &Ctx<D>,
    issuer: &Issuer,
    caller: &str,
    token: &str,
) -> Result<Known, OAuthError> {
    let Ok(claims) = verify_own(ctx, issuer, token).await? else {
        return Ok((None, None));
    };
    let Some(checked) = store_claims(&claims) else {
        return Ok((None, None));
    };
    let store = ctx.store().await.map_err(oauth_error)?;
    let read = store
        .introspect_jwt(&issuer.tenant, caller, &checked, ctx.now())
        .await;
    let (read, live) = read.map_err(oauth_error)?;
    Ok((live.map(|shown| of_jwt(&claims, shown)), Some(read)))
}

fn of_jwt(claims: &AccessClaims, shown: Shown) -> TokenFacts {
    TokenFacts {
        username: shown.user_name,
        ..TokenFacts::from(claims)
    }
}

fn of_opaque(issuer: &Issuer, token: OpaqueToken, shown: Shown) -> Result<TokenFacts, OAuthError> {
    let damaged = || {
        eprintln!("access token `{}` is damaged", token.id);
        OAuthError::internal()
    };
    let audience: Audience = serde_json::from_str(&token.audience).map_err(|_| damaged())?;
    let act: Option<Actor> = token
        .act
        .as_deref()
        .map(serde_json::from_str)
        .transpose()
        .map_err(|_| damaged())?;
    Ok(TokenFacts {
        scope: scope(&token.scope).ok_or_else(damaged)?,
        username: shown.user_name,
        token_type: Some(token_type(token.jkt.as_deref())),
        exp: Some(token.expires.as_secs()),
        iat: Some(token.issued.as_secs()),
        sub: Some(token.person.map_or(token.client.0.clone(), |(id, _)| id)),
        client_id: Some(token.client.0),
        aud: (!audience.0.is_empty()).then_some(audience),
        iss: Some(issuer.url.clone()),
        jti: Some(token.id),
        cnf: token.jkt.map(|jkt| Confirmation { jkt }),
        act,
    })
}

fn of_refresh(
    issuer: &Issuer,
    token: RefreshToken,
    shown: Shown,
) -> Result<TokenFacts, OAuthError> {
    let grant = token.grant;
    let scope = scope(&grant.scope).ok_or_else(|| {
        eprintln!("grant `{}` is damaged", grant.id);
        OAuthError::internal()
    })?;
    Ok(TokenFacts {
        scope,
        username: shown.user_name,
        exp: Some(token.expires.min(grant.expires).as_secs()),
        iat: Some(token.created.as_secs()),
        sub: Some(grant.person.map_or(grant.client.clone(), |(id, _)| id)),
        client_id: Some(grant.client),
        iss: Some(issuer.url.clone()),
        ..TokenFacts::default()
    })
}

/// A scope as it is kept; `None` when it is damaged.
fn scope(text: &str) -> Option<Option<Scope>> {
    match text {
        "" => Some(None),
        text => Scope::parse(text).ok().map(Some),
    }
}
