//! A client asks for itself.
//!
//! [RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4)

use rollcall_oauth::OAuthError;
use rollcall_oauth::grant::ClientCredentialsRequest;
use rollcall_oauth::token::TokenResponse;
use rollcall_store::Database;

use super::Turn;
use super::issue::{Draft, issue};

pub(super) async fn answer<D: Database>(turn: &Turn<'_, D>) -> Result<TokenResponse, OAuthError> {
    let granted = ClientCredentialsRequest::parse(turn.form)?.decide(&turn.allowed(false))?;
    let draft = Draft {
        // > In case of access tokens obtained through grants where no resource owner is involved, such as the client
        // > credentials grant, the value of "sub" SHOULD correspond to an identifier the authorization server uses to
        // > indicate the client application.
        sub: turn.client.client.id.clone(),
        person_epoch: None,
        grant: None,
        links: Vec::new(),
        granted,
        act: None,
        exp: turn.now.as_secs() + turn.life_secs(),
    };
    issue(turn, draft).await
}
