//! A client exchanges a token for another one: for less, or to act for its subject elsewhere.
//!
//! [RFC 8693](https://www.rfc-editor.org/rfc/rfc8693)

use rollcall_oauth::OAuthError;
use rollcall_oauth::grant::{ACCESS_TOKEN_TYPE, ExchangeRequest, ExchangeRules, GrantType};
use rollcall_oauth::token::{Link, Linked, MAX_LINKS, TokenResponse};
use rollcall_store::Database;

use super::Turn;
use super::issue::{Draft, issue};
use super::subject::{Subject, find};

pub(super) async fn answer<D: Database>(turn: &Turn<'_, D>) -> Result<TokenResponse, OAuthError> {
    // Before anything is read or looked up for it.
    turn.allowed(false).check(GrantType::TokenExchange)?;
    let request = ExchangeRequest::parse(turn.form)?;
    let subject = find(turn, "subject", &request.subject_token).await?;
    let actor = match &request.actor_token {
        Some(token) => Some(find(turn, "actor", token).await?),
        None => None,
    };
    // Narrowing its own token, a client stays within what that was for.
    let is_own = subject.presented.client_id.as_ref() == Some(&turn.client.client.id);
    let names_audience = turn.form.get("audience").is_some();
    let served = &turn.client.metadata.protected_resources;
    let receives_as: Vec<_> = served.iter().map(|resource| resource.as_str()).collect();
    let rules = ExchangeRules {
        allowed: turn.allowed(is_own || names_audience),
        receives_as: &receives_as,
        jkt: turn.jkt.as_deref(),
        now_secs: turn.now.as_secs(),
        life_secs: turn.life_secs(),
    };
    let acting = actor.as_ref().map(|actor| &actor.presented);
    let exchanged = request.decide(&subject.presented, acting, &rules)?;
    if exchanged.granted.resources.is_empty() {
        return Err(OAuthError::invalid_target(
            "nothing that the subject token is for is allowed to this client",
        ));
    }
    let draft = Draft {
        links: links(turn, subject.links, actor)?,
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

/// What the new token ends with, beside its client and the subject's person and grant, which it has itself.
fn links<D: Database>(
    turn: &Turn<'_, D>,
    subject: Vec<Link>,
    actor: Option<Subject>,
) -> Result<Vec<Link>, OAuthError> {
    let client = &turn.client.client;
    let own = Link(Linked::Client, client.id.clone(), client.epoch);
    let mut links = Vec::new();
    for link in subject
        .into_iter()
        .chain(actor.into_iter().flat_map(Subject::into_links))
    {
        if link != own && !links.contains(&link) {
            links.push(link);
        }
    }
    if links.len() > MAX_LINKS {
        return Err(OAuthError::invalid_request(
            "the subject token was exchanged too often: begin with one that was not",
        ));
    }
    Ok(links)
}
