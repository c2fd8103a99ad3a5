//! A client gets a new access token, and a new refresh token, for an old refresh token.
//!
//! [RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749#section-6),
//! [RFC 9700 §4.14](https://www.rfc-editor.org/rfc/rfc9700#section-4.14)

use rollcall_oauth::grant::{GRACE_SECS, RefreshDecision, RefreshRequest, RefreshRow};
use rollcall_oauth::token::{OpaqueKind, TokenResponse, mint, successor};
use rollcall_oauth::{ErrorCode, OAuthError, Resource, Scope};
use rollcall_store::auth::{RefreshToken, Rotation, Successor};
use rollcall_store::{Database, TokenHash};

use super::Turn;
use super::issue::{Draft, issue};
use crate::auth::oauth_error;

pub(super) async fn answer<D: Database>(turn: &Turn<'_, D>) -> Result<TokenResponse, OAuthError> {
    let request = RefreshRequest::parse(turn.form)?;
    let store = turn.ctx.store().await.map_err(oauth_error)?;
    let hash = TokenHash::of(&request.token);
    // What is no refresh token of ours needs no look-up, but a client that may not refresh is told so first.
    let found = match OpaqueKind::of(&request.token) {
        Some(OpaqueKind::RefreshToken) => store
            .refresh_token(&turn.issuer.tenant, &hash, turn.now)
            .await
            .map_err(oauth_error)?,
        _ => None,
    };
    turn.allowed(false)
        .check(rollcall_oauth::grant::GrantType::RefreshToken)?;
    let found = found.ok_or_else(unknown)?;
    let row = row(&found)?;
    let decision = request.decide(
        &row,
        &turn.allowed(false),
        turn.jkt.as_deref(),
        turn.now.as_secs(),
    );
    let granted = match decision {
        RefreshDecision::Rotate(granted) | RefreshDecision::Again(granted) => Ok(granted),
        RefreshDecision::Replay(error) | RefreshDecision::Refuse(error) => Err(error),
    };
    // A wrong request leaves a good token as it is. One that was used before is a replay whatever it asks for.
    let asks_too_much = |error: &OAuthError| {
        matches!(
            error.code,
            ErrorCode::InvalidScope | ErrorCode::InvalidTarget
        )
    };
    let is_replay = found.used.is_some() && granted.as_ref().err().is_some_and(asks_too_much);
    let granted = match granted {
        Err(error) if !is_replay => return Err(error),
        granted => granted,
    };

    // The successor follows from the token and from this, so that who has the token can be told it again, and who can read
    // the store cannot.
    let salt = turn.ctx.random();
    let next = successor(&request.token, &salt);
    let client = turn.client.client.id.as_str();
    let rotation = store
        .rotate(
            &turn.issuer.tenant,
            (client, &hash),
            &Successor {
                hash: &TokenHash::of(&next),
                sealed: &mint_salt(&salt),
            },
            GRACE_SECS.unsigned_abs().try_into().unwrap_or_default(),
            turn.now,
        )
        .await
        .map_err(oauth_error)?;
    let next = match rotation {
        Rotation::Done => next,
        Rotation::Again(sealed) => {
            let salt = read_salt(&sealed).ok_or_else(OAuthError::internal)?;
            successor(&request.token, &salt)
        }
        Rotation::Replayed | Rotation::Unknown => return Err(unknown()),
    };
    let grant = found.grant;
    let draft = Draft {
        sub: grant
            .person
            .as_ref()
            .map_or_else(|| grant.client.clone(), |(id, _)| id.clone()),
        person_epoch: grant.person.map(|(_, epoch)| epoch),
        exp: (turn.now.as_secs() + turn.life_secs()).min(grant.expires.as_secs()),
        grant: Some(grant.id),
        links: Vec::new(),
        granted: granted?,
        act: None,
    };
    let mut issued = issue(turn, draft).await?;
    issued.refresh_token = Some(next);
    Ok(issued)
}

/// As the store keeps it. Whether the token was used before is for [`Store::rotate`](rollcall_store::Store::rotate) to
/// say, which no other request can come before.
fn row(token: &RefreshToken) -> Result<RefreshRow, OAuthError> {
    let resources: Vec<Resource> =
        serde_json::from_str(&token.grant.resources).map_err(|_| damaged(token))?;
    let scope = match token.grant.scope.as_str() {
        "" => Scope::default(),
        scope => Scope::parse(scope).map_err(|_| damaged(token))?,
    };
    Ok(RefreshRow {
        client_id: token.grant.client.clone(),
        scope,
        resources,
        jkt: token.grant.jkt.clone(),
        expires_secs: token.expires.as_secs(),
        grant_expires_secs: token.grant.expires.as_secs(),
        used_at_secs: None,
        is_successor_used: false,
        is_revoked: false,
    })
}

fn damaged(token: &RefreshToken) -> OAuthError {
    eprintln!("grant `{}` is damaged", token.grant.id);
    OAuthError::internal()
}

fn mint_salt(salt: &[u8; 32]) -> String {
    mint(OpaqueKind::RefreshToken, salt)
}

fn read_salt(sealed: &str) -> Option<[u8; 32]> {
    OpaqueKind::RefreshToken.bytes(sealed)
}

/// The same words whatever is wrong: they are no help in guessing.
fn unknown() -> OAuthError {
    OAuthError::invalid_grant(
        "the refresh token is unknown, expired, used or revoked, or was issued to another client",
    )
}
