//! Tokens of external issuers that a tenant trusts (RFC 8693 §2.1, RFC 8725).
//!
//! The issuer's keys, and the state of the circuit breaker before them, are in the store: what one instance has fetched,
//! all have.

use rollcall_core::Timestamp;
use rollcall_oauth::OAuthError;
use rollcall_oauth::grant::PresentedToken;
use rollcall_oauth::jose::JwkSet;
use rollcall_oauth::trusted::{
    self, ALGORITHMS, PersonAttribute, PersonClaim, PersonKey, Rejected, TrustRules, TrustedClaims,
};
use rollcall_store::auth::{Issuer, Jwks, Person, PersonName};
use rollcall_store::{Database, Store, StoreError, TenantName};

use super::{fetch, oauth_error};
use crate::ctx::Ctx;

/// How long after a fetch keys are fetched again because a token names one that is not among them.
pub(super) const REFRESH_SECS: i64 = 60;

/// How long an instance may take to fetch keys: longer than all of its attempts together.
const LEASE_SECS: i64 = 15;

/// After how many failures in a row nobody tries.
const THRESHOLD: u32 = 3;

/// For how long.
const REST_SECS: i64 = 60;

/// How long to wait for the instance that fetches the first keys of an issuer, and how often to look.
const WAIT_MILLIS: u64 = 200;
const WAITS: usize = 10;

/// What a trusted issuer's token says that was believed.
#[derive(Clone, Debug, PartialEq)]
pub struct TrustedSubject {
    /// The person that it is about, who is active.
    pub person: Person,
    /// The token, for an exchange.
    pub token: PresentedToken,
}

/// Checks a token of an external issuer, and finds the person that it is about. `None` when it is of none that the
/// tenant trusts. One of the tenant's own is never external, whatever the operator trusts: it would not end.
///
/// # Errors
/// `invalid_request`, as RFC 8693 §2.2.2 wants for a token that does not hold; `temporarily_unavailable` when the keys
/// of its issuer cannot be had.
pub async fn verify_trusted<D: Database>(
    ctx: &Ctx<D>,
    own: &super::Issuer,
    token: &str,
) -> Result<Option<TrustedSubject>, OAuthError> {
    let tenant = &own.tenant;
    let Some(claimed) = trusted::claimed_issuer(token).filter(|claimed| *claimed != own.url) else {
        return Ok(None);
    };
    let store = ctx.store().await.map_err(oauth_error)?;
    let issuer = store.trusted_issuer(tenant, &claimed).await;
    let Some(issuer) = issuer.map_err(oauth_error)? else {
        return Ok(None);
    };
    let claims = claims(ctx, store, tenant, &issuer, token).await?;
    let claim: PersonClaim = serde_json::from_str(&issuer.mapping)
        .map_err(|error| oauth_error(StoreError::Backend(error.to_string())))?;
    let key = claim
        .person(&claims)
        .ok_or_else(|| refused("it does not say whom it is about"))?;
    let person = store
        .person_named(tenant, name_of(&key))
        .await
        .map_err(oauth_error)?
        .filter(|person| person.active)
        .ok_or_else(|| refused("it is about nobody who is active here"))?;
    let token = presented(&person, claims)?;
    Ok(Some(TrustedSubject { person, token }))
}

/// What a token says, if it is the issuer's.
async fn claims<D: Database>(
    ctx: &Ctx<D>,
    store: &Store<D>,
    tenant: &TenantName,
    issuer: &Issuer,
    token: &str,
) -> Result<TrustedClaims, OAuthError> {
    let now = ctx.now();
    let check = |keys: &JwkSet| {
        let rules = TrustRules {
            issuer: &issuer.issuer,
            audiences: &[&issuer.audience],
            algorithms: &ALGORITHMS,
            now_secs: now.as_secs(),
        };
        trusted::verify(token, keys, &rules)
    };
    let known = issuer.jwks.as_ref();
    let fresh = known.filter(|jwks| jwks.expires > now);
    // Old keys serve while another instance fetches new ones.
    let usable = known.filter(|jwks| later(jwks.fetched, fetch::MAX_LIFE_SECS) > now);
    let newer = match fresh {
        Some(_) => None,
        None => refresh(ctx, store, tenant, issuer, usable.is_none()).await?,
    };
    let keys = match (newer, usable) {
        (Some(keys), _) => return check(&keys).map_err(|error| rejected(&error)),
        (None, Some(jwks)) => read(jwks)?,
        (None, None) => return Err(unavailable()),
    };
    match check(&keys) {
        Err(Rejected::UnknownKey)
            if known.is_some_and(|jwks| later(jwks.fetched, REFRESH_SECS) <= now) =>
        {
            let keys = refresh(ctx, store, tenant, issuer, true)
                .await?
                .unwrap_or(keys);
            check(&keys)
        }
        checked => checked,
    }
    .map_err(|error| rejected(&error))
}

/// Fetches the keys of an issuer, unless another instance does, or has done so since the issuer was read, or the circuit
/// breaker is open. If it `waits`, it returns what the other instance fetches.
async fn refresh<D: Database>(
    ctx: &Ctx<D>,
    store: &Store<D>,
    tenant: &TenantName,
    issuer: &Issuer,
    waits: bool,
) -> Result<Option<JwkSet>, OAuthError> {
    let now = ctx.now();
    let until = later(now, LEASE_SECS);
    let which = (&*issuer.issuer, fetched(issuer));
    let is_ours = store.lease_jwks(tenant, which, until, now).await;
    if !is_ours.map_err(oauth_error)? {
        return if waits {
            wait(ctx, store, tenant, issuer).await
        } else {
            Ok(None)
        };
    }
    match fetch::keys(ctx, &issuer.jwks_uri).await {
        Ok(keys) => {
            let jwks = Jwks {
                document: keys.document,
                fetched: now,
                expires: later(now, keys.life_secs),
            };
            let whose = (&*issuer.issuer, &*issuer.jwks_uri);
            let kept = store.keep_jwks(tenant, whose, &jwks).await;
            kept.map_err(oauth_error)?;
            Ok(Some(keys.set))
        }
        Err(reason) => {
            eprintln!(
                "the keys of {} at {}: {reason}",
                issuer.issuer, issuer.jwks_uri
            );
            let rest = (THRESHOLD, later(ctx.now(), REST_SECS));
            let counted = store.fail_jwks(tenant, &issuer.issuer, rest).await;
            counted.map_err(oauth_error)?;
            Ok(None)
        }
    }
}

/// Waits for the keys that another instance is fetching.
async fn wait<D: Database>(
    ctx: &Ctx<D>,
    store: &Store<D>,
    tenant: &TenantName,
    issuer: &Issuer,
) -> Result<Option<JwkSet>, OAuthError> {
    for _ in 0..WAITS {
        let found = store.trusted_issuer(tenant, &issuer.issuer).await;
        let Some(found) = found.map_err(oauth_error)? else {
            return Ok(None);
        };
        let newer = fetched(&found) != fetched(issuer);
        if let Some(jwks) = found.jwks.as_ref().filter(|_| newer) {
            return read(jwks).map(Some);
        }
        if found.breaker.open_until > ctx.now() {
            return Ok(None);
        }
        ctx.fetch.pause(WAIT_MILLIS).await;
    }
    Ok(None)
}

/// When the keys that are kept were fetched.
fn fetched(issuer: &Issuer) -> Option<Timestamp> {
    issuer.jwks.as_ref().map(|jwks| jwks.fetched)
}

/// Keys as they are kept.
fn read(jwks: &Jwks) -> Result<JwkSet, OAuthError> {
    JwkSet::parse(jwks.document.as_bytes())
        .ok_or_else(|| oauth_error(StoreError::Backend("a JWK set is damaged".into())))
}

fn name_of(key: &PersonKey) -> PersonName<'_> {
    match key.attribute {
        PersonAttribute::ExternalId => PersonName::ExternalId(&key.value),
        PersonAttribute::UserName => PersonName::UserName(&key.value),
        PersonAttribute::Emails => PersonName::Email(&key.value),
    }
}

fn presented(person: &Person, mut claims: TrustedClaims) -> Result<PresentedToken, OAuthError> {
    let act = claims.all.remove("act").map(serde_json::from_value);
    // A token that is bound to a key is not for whoever has it, whatever the kind of the binding.
    let jkt = claims.all.get("cnf").map(|cnf| {
        let jkt = cnf.get("jkt").and_then(|jkt| jkt.as_str());
        jkt.unwrap_or_default().to_owned()
    });
    Ok(PresentedToken {
        sub: person.id.clone(),
        is_person: true,
        client_id: None,
        scope: None,
        audience: claims.audience,
        exp: claims.exp,
        act: act
            .transpose()
            .map_err(|_| refused("its `act` cannot be read"))?,
        jkt,
    })
}

fn later(time: Timestamp, secs: i64) -> Timestamp {
    let micros = secs.saturating_mul(1_000_000);
    Timestamp::from_micros(time.as_micros().saturating_add(micros))
}

fn rejected(error: &Rejected) -> OAuthError {
    refused(&error.to_string())
}

fn refused(reason: &str) -> OAuthError {
    OAuthError::invalid_request(format!("the token is not accepted: {reason}"))
}

fn unavailable() -> OAuthError {
    OAuthError::temporarily_unavailable(
        "the keys of the token's issuer cannot be had at the moment: send the request again",
    )
}
