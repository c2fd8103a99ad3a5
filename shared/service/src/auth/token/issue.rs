//! Writing the access token that a grant has led to.
//!
//! [RFC 9068 §2](https://www.rfc-editor.org/rfc/rfc9068#section-2)

use rollcall_core::Timestamp;
use rollcall_oauth::OAuthError;
use rollcall_oauth::grant::Granted;
use rollcall_oauth::jose::Audience;
use rollcall_oauth::token::{
    AccessClaims, Actor, Confirmation, Link, OpaqueKind, TokenResponse, mint, token_type,
};
use rollcall_store::auth::{OpaqueDraft, TokenFormat};
use rollcall_store::{Database, TokenHash};
use serde_json::json;

use super::Turn;
use crate::auth::{oauth_error, signing_keys};

/// The access token to write.
pub(super) struct Draft {
    /// The person, or the client where no person is behind it.
    pub sub: String,
    /// The person's epoch.
    pub person_epoch: Option<i64>,
    /// The grant that it ends with.
    pub grant: Option<String>,
    /// What else it ends with.
    pub links: Vec<Link>,
    /// What it permits, and what it is for.
    pub granted: Granted,
    /// Who acts.
    pub act: Option<Actor>,
    /// Until when.
    pub exp: i64,
}

/// Issues it, as a JWT or opaque, by what the client's tokens are.
///
/// # Errors
/// `invalid_target` when it is too long; 503 and 500.
pub(super) async fn issue<D: Database>(
    turn: &Turn<'_, D>,
    draft: Draft,
) -> Result<TokenResponse, OAuthError> {
    let id = turn.ctx.new_id(turn.now);
    let resources = draft.granted.resources.iter();
    let mut audience: Vec<_> = resources.map(ToString::to_string).collect();
    if audience.is_empty() {
        audience.push(turn.issuer.url.clone());
    }
    let mut response = TokenResponse {
        access_token: String::new(),
        token_type: token_type(turn.jkt.as_deref()),
        expires_in: draft.exp - turn.now.as_secs(),
        scope: draft.granted.scope.clone(),
        refresh_token: None,
        issued_token_type: None,
    };
    response.access_token = match turn.client.client.token_format {
        TokenFormat::Jwt => jwt(turn, draft, &id, audience).await?,
        TokenFormat::Opaque => opaque(turn, &draft, &id, &audience).await?,
    };
    Ok(response)
}

/// Nothing is written: the entry of the change log waits for others.
async fn jwt<D: Database>(
    turn: &Turn<'_, D>,
    draft: Draft,
    id: &str,
    audience: Vec<String>,
) -> Result<String, OAuthError> {
    let client = &turn.client.client;
    let claims = AccessClaims {
        iss: turn.issuer.url.clone(),
        sub: draft.sub,
        aud: Audience(audience),
        exp: draft.exp,
        iat: turn.now.as_secs(),
        jti: id.to_owned(),
        client_id: client.id.clone(),
        scope: draft.granted.scope,
        cnf: turn.jkt.clone().map(|jkt| Confirmation { jkt }),
        act: draft.act,
        epoch: [client.epoch]
            .into_iter()
            .chain(draft.person_epoch)
            .collect(),
        grant: draft.grant,
        links: draft.links,
        nbf: None,
    };
    let keys = signing_keys(turn.ctx, &turn.issuer.tenant, &turn.read).await?;
    let token = claims.sign(keys.signer(turn.now)?).map_err(|_| {
        OAuthError::invalid_target("the token would be too long: name fewer resources or scopes")
    })?;
    let chores = &turn.ctx.chores;
    chores.issued(&turn.issuer.tenant, turn.now, &client.id, id);
    Ok(token)
}

async fn opaque<D: Database>(
    turn: &Turn<'_, D>,
    draft: &Draft,
    id: &str,
    audience: &[String],
) -> Result<String, OAuthError> {
    let client = &turn.client.client;
    let token = mint(OpaqueKind::AccessToken, &turn.ctx.new_secret());
    let act = draft.act.as_ref().map(|act| json!(act).to_string());
    let links = (!draft.links.is_empty()).then(|| json!(draft.links).to_string());
    let row = OpaqueDraft {
        hash: &TokenHash::of(&token),
        id,
        client: (&client.id, client.epoch),
        person: draft.person_epoch.map(|epoch| (draft.sub.as_str(), epoch)),
        grant: draft.grant.as_deref(),
        links: links.as_deref(),
        scope: &draft.granted.scope.to_string(),
        audience: &json!(audience).to_string(),
        jkt: turn.jkt.as_deref(),
        act: act.as_deref(),
        expires: Timestamp::from_secs(draft.exp),
    };
    let store = turn.ctx.store().await.map_err(oauth_error)?;
    store
        .create_opaque_token(&turn.issuer.tenant, &row, turn.now)
        .await
        .map_err(oauth_error)?;
    Ok(token)
}
