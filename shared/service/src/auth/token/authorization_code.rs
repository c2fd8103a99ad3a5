//! A client redeems the code that a person's consent gave.
//!
//! # Incomplete support
//! Nothing gives out codes yet, and there is no table of them: every code is unknown. What is to be done with one that is
//! found, [`CodeRequest::decide`] says.

use rollcall_oauth::OAuthError;
use rollcall_oauth::grant::{CodeRequest, GrantType};
use rollcall_oauth::token::TokenResponse;
use rollcall_store::Database;

use super::Turn;

pub(super) fn answer<D: Database>(turn: &Turn<'_, D>) -> Result<TokenResponse, OAuthError> {
    turn.allowed(false).check(GrantType::AuthorizationCode)?;
    let _unknown = CodeRequest::parse(turn.form)?;
    Err(OAuthError::invalid_grant("the code is unknown"))
}
