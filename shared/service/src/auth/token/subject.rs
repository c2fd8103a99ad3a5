//! The tokens that an exchange presents: whose they are, and whether they are live.
//!
//! [RFC 8693 §2.1](https://www.rfc-editor.org/rfc/rfc8693#section-2.1)

use rollcall_oauth::grant::PresentedToken;
use rollcall_oauth::token::{AccessClaims, Actor, Link, Linked, OpaqueKind, may_be_jwt};
use rollcall_oauth::{OAuthError, Scope};
use rollcall_store::auth::OpaqueToken;
use rollcall_store::{Database, TokenHash};

use super::Turn;
use crate::auth::{oauth_error, store_claims, verify_own, verify_trusted};

/// A token that holds, and what hangs on it.
pub(super) struct Subject {
    pub presented: PresentedToken,
    /// The epoch of the person that it is about.
    pub person_epoch: Option<i64>,
    /// The grant that it ends with.
    pub grant: Option<String>,
    /// What else ends what is made from it: itself, its client, and what it was made from.
    pub links: Vec<Link>,
}

impl Subject {
    /// What ends what is done in its name.
    pub fn into_links(self) -> Vec<Link> {
        let Self {
            presented,
            person_epoch,
            grant,
            mut links,
        } = self;
        links.extend(person_epoch.map(|epoch| Link(Linked::Person, presented.sub, epoch)));
        links.extend(grant.map(|id| Link(Linked::Grant, id, 0)));
        links
    }
}

/// Finds out whose a token is. `name` is `subject` or `actor`.
///
/// # Errors
/// `invalid_request` when it does not hold.
pub(super) async fn find<D: Database>(
    turn: &Turn<'_, D>,
    name: &str,
    token: &str,
) -> Result<Subject, OAuthError> {
    let found = if OpaqueKind::of(token) == Some(OpaqueKind::AccessToken) {
        opaque(turn, token).await?
    } else if may_be_jwt(token) {
        match jwt(turn, token).await? {
            Some(subject) => Some(subject),
            None => external(turn, token).await?,
        }
    } else {
        None
    };
    // > If either the subject_token or actor_token are invalid for any reason, or are unacceptable based on policy […] The
    // > value of the "error" parameter MUST be the "invalid_request" error code
    found.ok_or_else(|| {
        OAuthError::invalid_request(format!(
            "the {name} token is not one of this issuer or of one that it trusts, or has ended"
        ))
    })
}

async fn jwt<D: Database>(turn: &Turn<'_, D>, token: &str) -> Result<Option<Subject>, OAuthError> {
    let Ok(claims) = verify_own(turn.ctx, turn.issuer, token).await? else {
        return Ok(None);
    };
    let Some(checked) = store_claims(&claims) else {
        return Ok(None);
    };
    let store = turn.ctx.store().await.map_err(oauth_error)?;
    let client = &turn.client.client.id;
    let read = store
        .introspect_jwt(&turn.issuer.tenant, client, &checked, turn.now)
        .await;
    let (_, live) = read.map_err(oauth_error)?;
    Ok(live.map(|_| of_jwt(claims)))
}

fn of_jwt(claims: AccessClaims) -> Subject {
    let person_epoch = claims.epoch.get(1).copied();
    let mut links = claims.links;
    links.push(Link(Linked::Token, claims.jti, 0));
    let client_epoch = claims.epoch.first().copied();
    links.extend(client_epoch.map(|epoch| Link(Linked::Client, claims.client_id.clone(), epoch)));
    Subject {
        links,
        person_epoch,
        grant: claims.grant,
        presented: PresentedToken {
            sub: claims.sub,
            is_person: person_epoch.is_some(),
            client_id: Some(claims.client_id),
            scope: Some(claims.scope),
            audience: claims.aud.0,
            exp: claims.exp,
            act: claims.act,
            jkt: claims.cnf.map(|cnf| cnf.jkt),
        },
    }
}

async fn opaque<D: Database>(
    turn: &Turn<'_, D>,
    token: &str,
) -> Result<Option<Subject>, OAuthError> {
    let store = turn.ctx.store().await.map_err(oauth_error)?;
    let hash = TokenHash::of(token);
    let found = store
        .opaque_token(&turn.issuer.tenant, &hash, turn.now)
        .await
        .map_err(oauth_error)?;
    found.map(of_opaque).transpose()
}

fn of_opaque(token: OpaqueToken) -> Result<Subject, OAuthError> {
    let damaged = || {
        eprintln!("access token `{}` is damaged", token.id);
        OAuthError::internal()
    };
    let scope = match token.scope.as_str() {
        "" => Scope::default(),
        scope => Scope::parse(scope).map_err(|_| damaged())?,
    };
    let audience = serde_json::from_str(&token.audience).map_err(|_| damaged())?;
    let act: Option<Actor> = token
        .act
        .as_deref()
        .map(serde_json::from_str)
        .transpose()
        .map_err(|_| damaged())?;
    let links = token.links.as_deref().map(serde_json::from_str);
    let mut links: Vec<Link> = links
        .transpose()
        .map_err(|_| damaged())?
        .unwrap_or_default();
    links.push(Link(Linked::Token, token.id.clone(), 0));
    links.push(Link(Linked::Client, token.client.0.clone(), token.client.1));
    let (person, person_epoch) = token.person.unzip();
    Ok(Subject {
        links,
        person_epoch,
        grant: token.grant,
        presented: PresentedToken {
            is_person: person.is_some(),
            sub: person.unwrap_or_else(|| token.client.0.clone()),
            client_id: Some(token.client.0),
            scope: Some(scope),
            audience,
            exp: token.expires.as_secs(),
            act,
            jkt: token.jkt,
        },
    })
}

/// A token of an external issuer that the tenant trusts.
async fn external<D: Database>(
    turn: &Turn<'_, D>,
    token: &str,
) -> Result<Option<Subject>, OAuthError> {
    let found = verify_trusted(turn.ctx, turn.issuer, token).await?;
    Ok(found.map(|found| Subject {
        presented: found.token,
        person_epoch: Some(found.person.epoch),
        grant: None,
        links: Vec::new(),
    }))
}
