//! What is said of a token to who may ask.
//!
//! [RFC 7662 §2.2](https://www.rfc-editor.org/rfc/rfc7662#section-2.2),
//! [RFC 9701](https://www.rfc-editor.org/rfc/rfc9701)

use serde::Serialize;

use super::{AccessClaims, Actor, Confirmation, token_type};
use crate::Scope;
use crate::jose::{Audience, KeyError, SigningKey};

/// The `typ` of an answer as a JWT (RFC 9701 §5).
const TYP: &str = "token-introspection+jwt";

/// The answer to an introspection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Introspection {
    active: bool,
    #[serde(flatten)]
    facts: Option<TokenFacts>,
}

/// What is known of an active token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TokenFacts {
    /// What it permits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// The client that it was issued to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The `userName` of the person behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// `Bearer` or `DPoP`; none for a refresh token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
    /// Until when it is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// When it was issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// The person, or the client where no person is behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// For whom it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<Audience>,
    /// Who issued it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// The key that it is bound to (RFC 9449 §6.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Confirmation>,
    /// Who acts for the subject (RFC 8693 §7.3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<Actor>,
}

impl From<&AccessClaims> for TokenFacts {
    fn from(claims: &AccessClaims) -> Self {
        let kind = token_type(claims.jkt());
        let claims = claims.clone();
        Self {
            scope: (!claims.scope.is_empty()).then_some(claims.scope),
            client_id: Some(claims.client_id),
            username: None,
            token_type: Some(kind),
            exp: Some(claims.exp),
            iat: Some(claims.iat),
            sub: Some(claims.sub),
            aud: (!claims.aud.0.is_empty()).then_some(claims.aud),
            iss: Some(claims.iss),
            jti: Some(claims.jti),
            cnf: claims.cnf,
            act: claims.act,
        }
    }
}

impl Introspection {
    /// > the authorization server MUST […] not include any additional information about an inactive token
    #[must_use]
    pub const fn inactive() -> Self {
        Self {
            active: false,
            facts: None,
        }
    }

    /// An active token.
    #[must_use]
    pub const fn active(facts: TokenFacts) -> Self {
        Self {
            active: true,
            facts: Some(facts),
        }
    }

    /// For whom an active token is.
    #[must_use]
    pub fn audience(&self) -> Option<&Audience> {
        self.facts.as_ref()?.aud.as_ref()
    }

    /// Until when an active token is valid, in seconds since 1970.
    #[must_use]
    pub fn expires(&self) -> Option<i64> {
        self.facts.as_ref()?.exp
    }

    /// Whether the token is active.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        self.active
    }
}

/// The answer as a JWT (RFC 9701 §5). It has no `sub` and no `exp`, so that it cannot pass for an access token.
#[derive(Debug, Serialize)]
pub struct IntrospectionClaims<'a> {
    /// Who answers.
    pub iss: &'a str,
    /// Who asked.
    pub aud: &'a str,
    /// When.
    pub iat: i64,
    /// The answer.
    pub token_introspection: &'a Introspection,
}

impl IntrospectionClaims<'_> {
    /// Writes and signs the answer.
    ///
    /// # Errors
    /// [`KeyError::NotSigned`].
    pub fn sign(&self, key: &SigningKey) -> Result<String, KeyError> {
        key.encode(TYP, self)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::jose::{Algorithm, Compact, MAX_JWT_BYTES};
    use crate::token::TokenError;
    use crate::token::access::tests::claims;

    /// Attack case 24.
    #[test]
    fn of_an_inactive_token_nothing_is_said() {
        let json = serde_json::to_string(&Introspection::inactive()).unwrap();
        assert_eq!(json, r#"{"active":false}"#);
    }

    #[test]
    fn of_an_active_token_its_claims_are_said_but_not_the_private_one() {
        let mut claims = claims();
        let active = Introspection::active(TokenFacts::from(&claims));
        let json = serde_json::to_value(&active).unwrap();
        assert_eq!(
            json,
            json!({
                "active": true, "scope": "scim:read", "client_id": "client-1", "token_type": "Bearer",
                "exp": claims.exp, "iat": claims.iat, "sub": "client-1", "aud": "https://api.example.com/",
                "iss": claims.iss, "jti": "jti-1",
            })
        );
        claims.cnf = Some(Confirmation {
            jkt: "thumb".to_owned(),
        });
        let bound = serde_json::to_value(TokenFacts::from(&claims)).unwrap();
        assert_eq!(bound["token_type"], "DPoP");
        assert_eq!(bound["cnf"], json!({"jkt": "thumb"}));
    }

    #[test]
    fn an_answer_as_a_jwt_is_no_access_token() {
        let key = SigningKey::generate(Algorithm::EdDsa, &[3; 32]).unwrap();
        let answer = Introspection::active(TokenFacts::from(&claims()));
        let token = IntrospectionClaims {
            iss: &claims().iss,
            aud: "client-1",
            iat: claims().iat,
            token_introspection: &answer,
        }
        .sign(&key)
        .unwrap();
        let compact = Compact::parse(&token, MAX_JWT_BYTES).unwrap();
        assert!(compact.verify(Algorithm::EdDsa, key.public()));
        assert_eq!(
            compact.header.typ.as_deref(),
            Some("token-introspection+jwt")
        );
        let payload: Value = compact.claims().unwrap();
        assert_eq!(payload["token_introspection"]["active"], true);
        assert_eq!(payload.as_object().unwrap().len(), 4);
        let access = AccessClaims::verify(&token, &[key], &claims().iss, claims().iat);
        assert_eq!(access, Err(TokenError::NotOurs));
    }
}
