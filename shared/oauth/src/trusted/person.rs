//! Which person a trusted issuer's token is about.

use serde::{Deserialize, Serialize};

use super::TrustedClaims;

/// The longest value that is looked up, in bytes.
const MAX_VALUE: usize = 512;

/// By which attribute the person is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PersonAttribute {
    /// What the provisioning client calls the person (RFC 7643 §3.1).
    ExternalId,
    /// The name to sign in with (RFC 7643 §4.1.1).
    UserName,
    /// An e-mail address (RFC 7643 §4.1.2), which the issuer must say that it has verified.
    Emails,
}

/// The claim that names the person, as the tenant has set it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonClaim {
    /// The claim: `sub`, `oid`, `preferred_username` …
    pub claim: String,
    /// The attribute that has the same value.
    pub attribute: PersonAttribute,
}

/// Whom to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonKey {
    /// The attribute.
    pub attribute: PersonAttribute,
    /// Its value.
    pub value: String,
}

impl Default for PersonClaim {
    fn default() -> Self {
        Self {
            claim: "sub".to_owned(),
            attribute: PersonAttribute::ExternalId,
        }
    }
}

impl PersonClaim {
    /// The person that a token is about; `None` when it does not say, or says it of an address that nobody has verified:
    /// people can set such an address to someone else's.
    #[must_use]
    pub fn person(&self, claims: &TrustedClaims) -> Option<PersonKey> {
        let value = claims.all.get(&self.claim)?.as_str()?;
        if value.is_empty() || value.len() > MAX_VALUE {
            return None;
        }
        let is_verified = || claims.all.get("email_verified").is_some_and(|v| *v == true);
        if self.attribute == PersonAttribute::Emails && !is_verified() {
            return None;
        }
        Some(PersonKey {
            attribute: self.attribute,
            value: value.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn person(claim: &str, attribute: PersonAttribute, claims: Value) -> Option<String> {
        let claims = TrustedClaims {
            exp: 0,
            audience: Vec::new(),
            all: claims.as_object().unwrap().clone(),
        };
        let mapping = PersonClaim {
            claim: claim.to_owned(),
            attribute,
        };
        mapping.person(&claims).map(|key| key.value)
    }

    #[test]
    fn the_claim_of_the_mapping_decides() {
        use PersonAttribute::{ExternalId, UserName};
        let claims = json!({"sub": "s", "oid": "o", "n": 1, "e": ""});
        assert_eq!(
            person("oid", ExternalId, claims.clone()).as_deref(),
            Some("o")
        );
        assert_eq!(
            person("sub", UserName, claims.clone()).as_deref(),
            Some("s")
        );
        for claim in ["none", "n", "e"] {
            assert_eq!(person(claim, ExternalId, claims.clone()), None);
        }
        assert_eq!(
            person("sub", ExternalId, json!({"sub": "s".repeat(600)})),
            None
        );
    }

    #[test]
    fn an_address_must_be_verified() {
        let find = |claims| person("email", PersonAttribute::Emails, claims);
        assert!(find(json!({"email": "a@example.com", "email_verified": true})).is_some());
        assert!(find(json!({"email": "a@example.com", "email_verified": false})).is_none());
        assert!(find(json!({"email": "a@example.com", "email_verified": "true"})).is_none());
        assert!(find(json!({"email": "a@example.com"})).is_none());
    }

    #[test]
    fn the_mapping_is_json_with_the_names_of_scim() {
        let json = json!({"claim": "sub", "attribute": "externalId"});
        assert_eq!(serde_json::to_value(PersonClaim::default()).unwrap(), json);
    }
}
