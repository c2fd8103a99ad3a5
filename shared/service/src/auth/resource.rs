//! Access tokens at the resources that are ours: the SCIM endpoints, the decisions by policies, and people at the admin
//! API.
//!
//! Who serves them does not verify signatures itself: it asks a [`Verifier`](crate::Verifier). See
//! `docs/decisions/0008-who-verifies-access-tokens.md`.
//!
//! [RFC 6750](https://www.rfc-editor.org/rfc/rfc6750), [RFC 9068 §4](https://www.rfc-editor.org/rfc/rfc9068#section-4),
//! [RFC 9449 §7](https://www.rfc-editor.org/rfc/rfc9449#section-7)

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use rollcall_core::Timestamp;
use rollcall_oauth::dpop::check_binding;
use rollcall_oauth::scim_scopes::{self, Access as Verb};
use rollcall_oauth::token::{OpaqueKind, TokenError, may_be_jwt};
use rollcall_oauth::{OAuthError, Scheme, Scope};
use rollcall_store::auth::OpaqueToken;
use rollcall_store::{Access, Credential, Database, TokenHash};
use serde_json::Value as Json;

use super::{Issuer, oauth_error};
use crate::ctx::Ctx;
use crate::ports::{Question, SentProof, VerifiedJwt, texts};

/// How many tokens an instance remembers, and for how long, in seconds.
const MAX_REMEMBERED: usize = 256;
const REMEMBERED_SECS: i64 = 60;

/// The scope for asking what the policies say.
pub const EVALUATE: &str = "policy:evaluate";

/// The scope for administering people.
pub const ADMINISTER: &str = "admin:people";

/// A token as it was sent.
pub struct Sent<'r> {
    /// The token.
    pub token: &'r str,
    /// What came with it, if it was sent with the scheme `DPoP`; else it was `Bearer`.
    pub proof: Option<SentProof>,
}

impl Sent<'_> {
    /// How it was sent.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        match self.proof {
            Some(_) => Scheme::Dpop,
            None => Scheme::Bearer,
        }
    }
}

/// Who has sent a token. That it is live is for the store to say, in the statement that does the work.
pub struct Holder {
    /// The claim to the tenant.
    pub access: Access,
    /// What the token permits; a provisioning token permits everything, and has none.
    pub scope: Option<Scope>,
    /// The id of the client that it was issued to.
    pub client: Option<String>,
    /// The id of the person behind it.
    pub person: Option<String>,
    /// The nonce for the next proof.
    pub nonce: Option<String>,
}

impl Holder {
    /// Whether it permits to ask what the policies say.
    #[must_use]
    pub fn may_evaluate(&self) -> bool {
        let scope = self.scope.as_ref();
        scope.is_none_or(|scope| scope.contains(EVALUATE))
    }

    /// Whether it permits to administer people, as far as the policies do. A provisioning token does not.
    #[must_use]
    pub fn may_administer(&self) -> bool {
        let scope = self.scope.as_ref();
        scope.is_some_and(|scope| scope.contains(ADMINISTER))
    }

    /// Whether this is permitted with the resources at an endpoint (`Users`).
    #[must_use]
    pub fn may(&self, verb: Verb, endpoint: &str) -> bool {
        match &self.scope {
            None => true,
            Some(scope) => scim_scopes::permits(scope, verb, Some(endpoint)),
        }
    }
}

/// Why a token is refused, and the nonce for the next proof.
#[derive(Debug, PartialEq)]
pub struct Refused {
    /// Why.
    pub error: OAuthError,
    /// The nonce.
    pub nonce: Option<String>,
}

impl From<OAuthError> for Refused {
    fn from(error: OAuthError) -> Self {
        Self { error, nonce: None }
    }
}

/// JWTs whose signatures have been verified. What can change about them is not remembered.
#[derive(Default)]
pub(crate) struct Verified(RefCell<BTreeMap<[u8; 32], Known>>);

struct Known {
    until: Timestamp,
    issuer: String,
    jwt: Rc<VerifiedJwt>,
}

impl Verified {
    fn get(&self, hash: &TokenHash, issuer: &Issuer, now: Timestamp) -> Option<Rc<VerifiedJwt>> {
        let known = self.0.borrow();
        let known = known.get(hash.as_bytes())?;
        let holds = now < known.until && known.issuer == issuer.url;
        holds.then(|| Rc::clone(&known.jwt))
    }

    fn remember(&self, hash: &TokenHash, issuer: &Issuer, jwt: &Rc<VerifiedJwt>, now: Timestamp) {
        let mut known = self.0.borrow_mut();
        if known.len() >= MAX_REMEMBERED {
            known.clear();
        }
        let until = Timestamp::from_secs(now.as_secs() + REMEMBERED_SECS);
        let one = Known {
            until: until.min(jwt.claims.expires),
            issuer: issuer.url.clone(),
            jwt: Rc::clone(jwt),
        };
        known.insert(*hash.as_bytes(), one);
    }
}

/// Finds out who has sent a token, and what it permits. It must be for the issuer as a whole, or for the `resource`. For a
/// provisioning token nothing is asked and nothing read.
///
/// # Errors
/// 401 `invalid_token`, `invalid_dpop_proof`, `use_dpop_nonce`; 503 and 500 when there is nobody to ask.
pub async fn holder<D: Database>(
    ctx: &Ctx<D>,
    issuer: &Issuer,
    sent: &Sent<'_>,
    resource: &str,
) -> Result<Holder, Refused> {
    if OpaqueKind::of(sent.token) == Some(OpaqueKind::AccessToken) {
        return of_opaque(ctx, issuer, sent, resource).await;
    }
    if may_be_jwt(sent.token) {
        return of_jwt(ctx, issuer, sent, resource).await;
    }
    check_binding(None, sent.scheme(), None)?;
    Ok(Holder {
        access: Access {
            tenant: issuer.tenant.clone(),
            token: Credential::Provisioning(TokenHash::of(sent.token)),
        },
        scope: None,
        client: None,
        person: None,
        nonce: None,
    })
}

async fn of_opaque<D: Database>(
    ctx: &Ctx<D>,
    issuer: &Issuer,
    sent: &Sent<'_>,
    resource: &str,
) -> Result<Holder, Refused> {
    let store = ctx.store().await.map_err(oauth_error)?;
    let hash = TokenHash::of(sent.token);
    let found = store.opaque_token(&issuer.tenant, &hash, ctx.now()).await;
    let token = found
        .map_err(oauth_error)?
        .ok_or_else(|| OAuthError::invalid_token("the access token is unknown, or has ended"))?;
    let (scope, audience) = read(&token)?;
    check_audience(issuer, resource, &audience)?;
    let nonce = if token.jkt.is_some() && sent.proof.is_some() {
        ask(ctx, issuer, sent, token.jkt).await?.1
    } else {
        check_binding(token.jkt.as_deref(), sent.scheme(), None)?;
        None
    };
    Ok(Holder {
        access: Access {
            tenant: issuer.tenant.clone(),
            token: Credential::Opaque(hash),
        },
        scope: Some(scope),
        client: Some(token.client.0),
        person: token.person.map(|(id, _)| id),
        nonce,
    })
}

fn read(token: &OpaqueToken) -> Result<(Scope, Vec<String>), OAuthError> {
    let scope = match token.scope.as_str() {
        "" => Some(Scope::default()),
        text => Scope::parse(text).ok(),
    };
    let audience: Option<Json> = serde_json::from_str(&token.audience).ok();
    let audience = audience.and_then(|audience| texts(&audience));
    scope.zip(audience).ok_or_else(|| {
        eprintln!("access token `{}` is damaged", token.id);
        OAuthError::internal()
    })
}

async fn of_jwt<D: Database>(
    ctx: &Ctx<D>,
    issuer: &Issuer,
    sent: &Sent<'_>,
    resource: &str,
) -> Result<Holder, Refused> {
    let (jwt, nonce) = verified(ctx, issuer, sent).await?;
    if let Err(error) = check_audience(issuer, resource, &jwt.audience) {
        return Err(Refused { error, nonce });
    }
    Ok(Holder {
        access: Access {
            tenant: issuer.tenant.clone(),
            token: Credential::Jwt(Box::new(jwt.claims.clone())),
        },
        scope: Some(jwt.scope.clone()),
        client: Some(jwt.claims.client.clone()),
        person: jwt.claims.person.as_ref().map(|(id, _)| id.clone()),
        nonce,
    })
}

/// What a JWT says. It is remembered; a proof is good for one request, and is not.
async fn verified<D: Database>(
    ctx: &Ctx<D>,
    issuer: &Issuer,
    sent: &Sent<'_>,
) -> Result<(Rc<VerifiedJwt>, Option<String>), Refused> {
    let (hash, now) = (TokenHash::of(sent.token), ctx.now());
    if let Some(jwt) = ctx.verified.get(&hash, issuer, now)
        && sent.proof.is_none()
    {
        check_binding(jwt.jkt.as_deref(), sent.scheme(), None)?;
        return Ok((jwt, None));
    }
    let (jwt, nonce) = ask(ctx, issuer, sent, None).await?;
    let jwt = jwt.ok_or(TokenError::NotOurs).map_err(OAuthError::from)?;
    let jwt = Rc::new(jwt);
    ctx.verified.remember(&hash, issuer, &jwt, now);
    Ok((jwt, nonce))
}

async fn ask<D: Database>(
    ctx: &Ctx<D>,
    issuer: &Issuer,
    sent: &Sent<'_>,
    jkt: Option<String>,
) -> Result<(Option<VerifiedJwt>, Option<String>), Refused> {
    let question = Question {
        tenant: issuer.tenant.to_string(),
        issuer: issuer.url.clone(),
        token: sent.token.to_owned(),
        jkt,
        proof: sent.proof.clone(),
    };
    let verdict = ctx.verifier.verify(&question).await.map_err(|cause| {
        eprintln!("access tokens are not verified: {cause}");
        OAuthError::temporarily_unavailable("access tokens cannot be verified now")
    })?;
    let nonce = verdict.nonce;
    match verdict.error {
        None => Ok((verdict.jwt, nonce)),
        Some(error) => Err(Refused { error, nonce }),
    }
}

/// > The resource server MUST validate that the "aud" claim contains a resource indicator value corresponding to an
/// > identifier the resource server expects for itself.
fn check_audience(issuer: &Issuer, resource: &str, audience: &[String]) -> Result<(), OAuthError> {
    if audience
        .iter()
        .any(|one| *one == issuer.url || one == resource)
    {
        Ok(())
    } else {
        Err(TokenError::Audience.into())
    }
}
