//! A client redeems the code that a person's consent gave.
//!
//! [RFC 6749 §4.1.3](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3),
//! [RFC 7636 §4.6](https://www.rfc-editor.org/rfc/rfc7636#section-4.6)

use super::{Allowed, GrantType, Granted};
use crate::pkce::{CodeChallenge, CodeVerifier};
use crate::{Form, OAuthError, Resource, Scope};

/// A request to redeem a code.
#[derive(Clone, PartialEq, Eq)]
pub struct CodeRequest {
    /// The code. Its row is found by its hash.
    pub code: String,
    redirect_uri: Option<String>,
    verifier: Option<CodeVerifier>,
    resources: Vec<Resource>,
}

/// A code, as its row tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeRow {
    /// The client that it was issued to.
    pub client_id: String,
    /// Where it was sent, if the authorization request said where.
    pub redirect_uri: Option<String>,
    /// The challenge of the authorization request.
    pub challenge: Option<CodeChallenge>,
    /// What the person consented to.
    pub scope: Scope,
    /// What the tokens may be for.
    pub resources: Vec<Resource>,
    /// The thumbprint that the authorization request bound it to (RFC 9449 §10).
    pub jkt: Option<String>,
    /// Until when it can be redeemed.
    pub expires_secs: i64,
    /// When it was.
    pub used_at_secs: Option<i64>,
    /// Whether the grant that it belongs to was revoked.
    pub is_revoked: bool,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeDecision {
    /// Mark it as used, by a statement that only one of many can win, and issue.
    Redeem(Granted),
    /// It was used before: revoke the grant, and everything that hangs on it, and answer `invalid_grant`.
    Replay(OAuthError),
    /// Answer this and leave the code as it is: a wrong request does not burn it.
    Refuse(OAuthError),
}

impl CodeRequest {
    /// Reads the form.
    ///
    /// # Errors
    /// `invalid_request`, `invalid_target`.
    pub fn parse(form: &Form) -> Result<Self, OAuthError> {
        Ok(Self {
            code: form.required("code")?.to_owned(),
            redirect_uri: form.get("redirect_uri").map(str::to_owned),
            verifier: form
                .get("code_verifier")
                .map(CodeVerifier::parse)
                .transpose()?,
            resources: Resource::asked(form)?,
        })
    }

    /// What is to be done with a code that was found; `jkt` is the thumbprint of the request's proof.
    #[must_use]
    pub fn decide(
        &self,
        row: &CodeRow,
        allowed: &Allowed<'_>,
        jkt: Option<&str>,
        now_secs: i64,
    ) -> CodeDecision {
        if let Err(error) = self.check(row, allowed, jkt) {
            return CodeDecision::Refuse(error);
        }
        // > If an authorization code is used more than once, the authorization server MUST deny the request and SHOULD
        // > revoke (when possible) all tokens previously issued based on that authorization code.
        if row.used_at_secs.is_some() {
            return CodeDecision::Replay(invalid());
        }
        if row.is_revoked || row.expires_secs <= now_secs {
            return CodeDecision::Refuse(invalid());
        }
        match Resource::granted(&self.resources, &row.resources) {
            Ok(resources) => CodeDecision::Redeem(Granted {
                scope: row.scope.clone(),
                resources,
            }),
            Err(error) => CodeDecision::Refuse(error),
        }
    }

    fn check(
        &self,
        row: &CodeRow,
        allowed: &Allowed<'_>,
        jkt: Option<&str>,
    ) -> Result<(), OAuthError> {
        allowed.check(GrantType::AuthorizationCode)?;
        if row.client_id != allowed.client_id || row.redirect_uri != self.redirect_uri {
            return Err(invalid());
        }
        // Neither a challenge without its verifier nor a verifier without a challenge: both are downgrades.
        let is_proved = match (&row.challenge, &self.verifier) {
            (Some(challenge), Some(verifier)) => challenge.matches(verifier),
            (None, None) => !allowed.is_public,
            _ => false,
        };
        if !is_proved {
            return Err(invalid());
        }
        if row.jkt.is_some() && row.jkt.as_deref() != jkt {
            return Err(OAuthError::invalid_dpop_proof(
                "the code is bound to another key than the proof's",
            ));
        }
        Ok(())
    }
}

/// The same words whatever is wrong: they are no help in guessing.
fn invalid() -> OAuthError {
    OAuthError::invalid_grant(
        "the code is unknown, expired or used, or was issued to another client, redirect URI or challenge",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorCode;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    const FORM: &str = "code=x&redirect_uri=https://app.example.com/cb&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    fn row() -> CodeRow {
        CodeRow {
            client_id: "c".to_owned(),
            redirect_uri: Some("https://app.example.com/cb".to_owned()),
            challenge: CodeChallenge::parse(Some(CHALLENGE), Some("S256")).ok(),
            scope: Scope::parse("openid").unwrap(),
            resources: vec![Resource::parse("urn:a:1").unwrap()],
            jkt: None,
            expires_secs: 1060,
            used_at_secs: None,
            is_revoked: false,
        }
    }

    fn decide(form: &str, row: &CodeRow, client_id: &str, now_secs: i64) -> CodeDecision {
        let allowed = Allowed {
            client_id,
            grant_types: &[GrantType::AuthorizationCode],
            scope: &Scope::default(),
            resources: &[],
            is_public: false,
        };
        let form = Form::parse(form.as_bytes()).unwrap();
        let request = CodeRequest::parse(&form).ok().unwrap();
        request.decide(row, &allowed, Some("thumb"), now_secs)
    }

    #[track_caller]
    fn refused(decision: CodeDecision, code: ErrorCode) {
        match decision {
            CodeDecision::Refuse(error) => assert_eq!(error.code, code),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn ok_the_right_client_with_the_right_verifier() {
        let granted = Granted {
            scope: row().scope,
            resources: row().resources,
        };
        assert_eq!(
            decide(FORM, &row(), "c", 1059),
            CodeDecision::Redeem(granted)
        );
    }

    /// Attack case 11: a bad request does not burn the code.
    #[test]
    fn err_another_client_address_verifier_or_time() {
        refused(decide(FORM, &row(), "d", 1000), ErrorCode::InvalidGrant);
        refused(decide(FORM, &row(), "c", 1060), ErrorCode::InvalidGrant);
        let other = FORM.replace("/cb", "/cb/");
        refused(decide(&other, &row(), "c", 1000), ErrorCode::InvalidGrant);
        let other = FORM.replace(VERIFIER, CHALLENGE);
        refused(decide(&other, &row(), "c", 1000), ErrorCode::InvalidGrant);
        let revoked = CodeRow {
            is_revoked: true,
            ..row()
        };
        refused(decide(FORM, &revoked, "c", 1000), ErrorCode::InvalidGrant);
        let target = format!("{FORM}&resource=urn:a:2");
        refused(decide(&target, &row(), "c", 1000), ErrorCode::InvalidTarget);
    }

    /// Attack case 4.
    #[test]
    fn err_a_challenge_without_a_verifier_and_the_reverse() {
        let bare = "code=x&redirect_uri=https://app.example.com/cb";
        refused(decide(bare, &row(), "c", 1000), ErrorCode::InvalidGrant);
        let unchallenged = CodeRow {
            challenge: None,
            ..row()
        };
        refused(
            decide(FORM, &unchallenged, "c", 1000),
            ErrorCode::InvalidGrant,
        );
    }

    /// Attack case 10. Only who could have redeemed it can end what it gave.
    #[test]
    fn a_second_use_is_a_replay_but_not_by_a_stranger() {
        let used = CodeRow {
            used_at_secs: Some(990),
            ..row()
        };
        let replay = decide(FORM, &used, "c", 2000);
        assert!(
            matches!(replay, CodeDecision::Replay(error) if error.code == ErrorCode::InvalidGrant)
        );
        refused(decide(FORM, &used, "d", 1000), ErrorCode::InvalidGrant);
    }

    #[test]
    fn a_code_that_is_bound_to_a_key_needs_its_proof() {
        let bound = |jkt: &str| CodeRow {
            jkt: Some(jkt.to_owned()),
            ..row()
        };
        let redeemed = decide(FORM, &bound("thumb"), "c", 1000);
        assert!(matches!(redeemed, CodeDecision::Redeem(_)));
        refused(
            decide(FORM, &bound("other"), "c", 1000),
            ErrorCode::InvalidDpopProof,
        );
    }
}
