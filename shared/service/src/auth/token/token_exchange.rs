//! A client exchanges a token for another one: for less, or to act for its subject elsewhere.
//!
//! [RFC 8693](https://www.rfc-editor.org/rfc/rfc8693)

use rollcall_oauth::OAuthError;
use rollcall_oauth::grant::{ACCESS_TOKEN_TYPE, ExchangeRequest, ExchangeRules, GrantType};
use rollcall_oauth::token::TokenResponse;
use rollcall_store::Database;

use super::Turn;
use super::issue::{Draft, issue};
use super::subject::find;

pub(super) async fn answer<D: Database>(turn: &Turn<'_, D>) -> Result<TokenResponse, OAuthError> {
    let request = ExchangeRequest::parse(turn.form)?;
    // Before anything is looked up for it.
    turn.allowed(false).check(GrantType::TokenExchange)?;
    let subject = find(turn, "subject", &request.subject_token).await?;
    let actor = match &request.actor_token {
        Some(token) => Some(find(turn, "actor", token).await?),
        None => None,
    };
    // Narrowing its own token, a client stays within what that was for.
    let is_own = subject.presented.client_id.as_ref() == Some(&turn.client.client.id);
    let served = &turn.client.metadata.protected_resources;
    let receives_as: Vec<_> = served.iter().map(|resource| resource.as_str()).collect();
    let rules = ExchangeRules {
        allowed: turn.allowed(is_own),
        receives_as: &receives_as,
        jkt: turn.jkt.as_deref(),
        now_secs: turn.now.as_secs(),
        life_secs: turn.life_secs(),
    };
    let actor = actor.as_ref().map(|actor| &actor.presented);
    let exchanged = request.decide(&subject.presented, actor, &rules)?;
    if exchanged.granted.resources.is_empty() {
        return Err(OAuthError::invalid_target(
            "nothing that the subject token is for is allowed to this client",
        ));
    }
    let draft = Draft {
        sub: exchanged.sub,
        person_epoch: subject.person_epoch,
        grant: subject.grant,
        granted: exchanged.granted,
        act: exchanged.act,
        exp: exchanged.exp,
    };
    let mut issued = issue(turn, draft).await?;
    issued.issued_token_type = Some(ACCESS_TOKEN_TYPE);
    Ok(issued)
}
