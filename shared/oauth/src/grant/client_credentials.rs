//! A client asks for itself.
//!
//! [RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4)

use super::{Allowed, GrantType, Granted};
use crate::{Form, OAuthError, Resource, Scope};

/// A request for a token of the client's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCredentialsRequest {
    scope: Option<Scope>,
    resources: Vec<Resource>,
}

impl ClientCredentialsRequest {
    /// Reads the form.
    ///
    /// # Errors
    /// `invalid_scope`, `invalid_target`.
    pub fn parse(form: &Form) -> Result<Self, OAuthError> {
        Ok(Self {
            scope: Scope::parse_optional(form.get("scope"))?,
            resources: Resource::asked(form)?,
        })
    }

    /// What it gets.
    ///
    /// # Errors
    /// `unauthorized_client`, `invalid_scope`, `invalid_target`.
    pub fn decide(&self, allowed: &Allowed<'_>) -> Result<Granted, OAuthError> {
        allowed.check(GrantType::ClientCredentials)?;
        // > The client credentials grant type MUST only be used by confidential clients.
        if allowed.is_public {
            return Err(OAuthError::unauthorized_client(
                "a public client has no credentials",
            ));
        }
        Ok(Granted {
            scope: Scope::granted(self.scope.as_ref(), allowed.scope)?,
            resources: Resource::granted(&self.resources, allowed.resources)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorCode;

    fn decide(form: &str, is_public: bool, grants: &[GrantType]) -> Result<Granted, ErrorCode> {
        let scope = Scope::parse("scim:read scim:write").unwrap();
        let resources = [Resource::parse("https://api.example.com/").unwrap()];
        let allowed = Allowed {
            client_id: "c",
            grant_types: grants,
            scope: &scope,
            resources: &resources,
            is_public,
        };
        let form = Form::parse(form.as_bytes()).unwrap();
        ClientCredentialsRequest::parse(&form)
            .and_then(|request| request.decide(&allowed))
            .map_err(|error| error.code)
    }

    const GRANTS: &[GrantType] = &[GrantType::ClientCredentials];

    #[test]
    fn ok_what_is_asked_or_all_that_is_allowed() {
        let all = decide("", false, GRANTS).unwrap();
        assert_eq!(all.scope.to_string(), "scim:read scim:write");
        assert_eq!(all.resources.len(), 1);
        let less = decide("scope=scim:read", false, GRANTS).unwrap();
        assert_eq!(less.scope.to_string(), "scim:read");
    }

    /// Attack cases 13 and 16.
    #[test]
    fn err_more_than_is_allowed() {
        let scope = decide("scope=scim:read+admin", false, GRANTS);
        assert_eq!(scope, Err(ErrorCode::InvalidScope));
        let target = decide("resource=https://other.example.com/", false, GRANTS);
        assert_eq!(target, Err(ErrorCode::InvalidTarget));
        let target = decide("resource=%23", false, GRANTS);
        assert_eq!(target, Err(ErrorCode::InvalidTarget));
        assert_eq!(decide("", true, GRANTS), Err(ErrorCode::UnauthorizedClient));
        assert_eq!(decide("", false, &[]), Err(ErrorCode::UnauthorizedClient));
    }
}
