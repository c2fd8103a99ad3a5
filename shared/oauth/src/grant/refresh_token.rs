//! A client gets a new access token, and a new refresh token, for an old refresh token.
//!
//! [RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749#section-6),
//! [RFC 9700 §4.14](https://www.rfc-editor.org/rfc/rfc9700#section-4.14)

use super::{Allowed, GrantType, Granted};
use crate::{Form, OAuthError, Resource, Scope};

/// For how long after its first use a refresh token still yields its successor, in seconds: two requests of one client may
/// race, and answers get lost.
pub const GRACE_SECS: i64 = 10;

/// A request with a refresh token.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshRequest {
    /// The token. Its row is found by its hash.
    pub token: String,
    scope: Option<Scope>,
    resources: Vec<Resource>,
}

/// A refresh token and the grant that it belongs to, as their rows tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshRow {
    /// The client that it was issued to.
    pub client_id: String,
    /// What was granted at first.
    pub scope: Scope,
    /// What the tokens may be for.
    pub resources: Vec<Resource>,
    /// The thumbprint that it is bound to, as a public client's is (RFC 9449 §5).
    pub jkt: Option<String>,
    /// Until when this token can be used.
    pub expires_secs: i64,
    /// Until when any token of the grant can.
    pub grant_expires_secs: i64,
    /// When it was used first.
    pub used_at_secs: Option<i64>,
    /// Whether its successor was used.
    pub is_successor_used: bool,
    /// Whether the grant was revoked.
    pub is_revoked: bool,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefreshDecision {
    /// Mark it as used, by a statement that only one of many can win, store its successor, and issue. Who loses decides
    /// again with the row as it is then.
    Rotate(Granted),
    /// It was used a moment ago: issue, with the same successor as before.
    Again(Granted),
    /// It was used long ago, so that one of two is a thief: revoke the grant, and everything that hangs on it, and answer
    /// `invalid_grant`.
    Replay(OAuthError),
    /// Answer this and leave the token as it is.
    Refuse(OAuthError),
}

impl RefreshRequest {
    /// Reads the form.
    ///
    /// # Errors
    /// `invalid_request`, `invalid_scope`, `invalid_target`.
    pub fn parse(form: &Form) -> Result<Self, OAuthError> {
        Ok(Self {
            token: form.required("refresh_token")?.to_owned(),
            scope: Scope::parse_optional(form.get("scope"))?,
            resources: Resource::asked(form)?,
        })
    }

    /// What is to be done with a token that was found; `jkt` is the thumbprint of the request's proof.
    #[must_use]
    pub fn decide(
        &self,
        row: &RefreshRow,
        allowed: &Allowed<'_>,
        jkt: Option<&str>,
        now_secs: i64,
    ) -> RefreshDecision {
        if let Err(error) = check(row, allowed, jkt, now_secs) {
            return RefreshDecision::Refuse(error);
        }
        let in_grace = match row.used_at_secs {
            None => false,
            Some(used) => {
                if row.is_successor_used || now_secs.saturating_sub(used) > GRACE_SECS {
                    return RefreshDecision::Replay(invalid());
                }
                true
            }
        };
        match self.granted(row) {
            Err(error) => RefreshDecision::Refuse(error),
            Ok(granted) if in_grace => RefreshDecision::Again(granted),
            Ok(granted) => RefreshDecision::Rotate(granted),
        }
    }

    /// > The requested scope MUST NOT include any scope not originally granted by the resource owner
    fn granted(&self, row: &RefreshRow) -> Result<Granted, OAuthError> {
        Ok(Granted {
            scope: Scope::granted(self.scope.as_ref(), &row.scope)?,
            resources: Resource::granted(&self.resources, &row.resources)?,
        })
    }
}

impl RefreshRow {
    /// Until when a successor that is issued now can be used: never longer than the grant.
    #[must_use]
    pub fn successor_expires_secs(&self, now_secs: i64, life_secs: i64) -> i64 {
        now_secs
            .saturating_add(life_secs)
            .min(self.grant_expires_secs)
    }
}

fn check(
    row: &RefreshRow,
    allowed: &Allowed<'_>,
    jkt: Option<&str>,
    now_secs: i64,
) -> Result<(), OAuthError> {
    allowed.check(GrantType::RefreshToken)?;
    let expires = row.expires_secs.min(row.grant_expires_secs);
    if row.client_id != allowed.client_id || row.is_revoked || expires <= now_secs {
        return Err(invalid());
    }
    if row.jkt.is_some() && row.jkt.as_deref() != jkt {
        return Err(OAuthError::invalid_dpop_proof(
            "the refresh token is bound to another key than the proof's",
        ));
    }
    Ok(())
}

/// The same words whatever is wrong: they are no help in guessing.
fn invalid() -> OAuthError {
    OAuthError::invalid_grant(
        "the refresh token is unknown, expired, used or revoked, or was issued to another client",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorCode;

    const NOW: i64 = 1_800_000_000;

    fn row() -> RefreshRow {
        RefreshRow {
            client_id: "c".to_owned(),
            scope: Scope::parse("a b").unwrap(),
            resources: vec![Resource::parse("urn:a:1").unwrap()],
            jkt: None,
            expires_secs: NOW + 100,
            grant_expires_secs: NOW + 1000,
            used_at_secs: None,
            is_successor_used: false,
            is_revoked: false,
        }
    }

    fn decide(form: &str, row: &RefreshRow, client_id: &str) -> RefreshDecision {
        let allowed = Allowed {
            client_id,
            grant_types: &[GrantType::RefreshToken],
            scope: &Scope::default(),
            resources: &[],
            is_public: true,
        };
        let form = Form::parse(form.as_bytes()).unwrap();
        let request = RefreshRequest::parse(&form).ok().unwrap();
        request.decide(row, &allowed, Some("thumb"), NOW)
    }

    fn used(ago: i64, is_successor_used: bool) -> RefreshRow {
        RefreshRow {
            used_at_secs: Some(NOW - ago),
            is_successor_used,
            ..row()
        }
    }

    #[track_caller]
    fn refused(decision: RefreshDecision, code: ErrorCode) {
        match decision {
            RefreshDecision::Refuse(error) => assert_eq!(error.code, code),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn ok_rotation_with_the_same_scope_or_less() {
        let RefreshDecision::Rotate(granted) = decide("refresh_token=x", &row(), "c") else {
            panic!("not rotated");
        };
        assert_eq!(granted.scope, row().scope);
        let RefreshDecision::Rotate(granted) = decide("refresh_token=x&scope=b", &row(), "c")
        else {
            panic!("not rotated");
        };
        assert_eq!(granted.scope.to_string(), "b");
    }

    /// Attack case 12.
    #[test]
    fn within_the_grace_the_same_successor_and_after_it_a_replay() {
        for ago in [0, GRACE_SECS] {
            let again = decide("refresh_token=x", &used(ago, false), "c");
            assert!(matches!(again, RefreshDecision::Again(_)), "{ago}");
        }
        for row in [used(GRACE_SECS + 1, false), used(0, true)] {
            let replay = decide("refresh_token=x", &row, "c");
            assert!(
                matches!(replay, RefreshDecision::Replay(error) if error.code == ErrorCode::InvalidGrant)
            );
        }
        // A stranger cannot revoke the family.
        let stranger = decide("refresh_token=x", &used(100, false), "d");
        refused(stranger, ErrorCode::InvalidGrant);
    }

    /// Attack cases 12 and 13.
    #[test]
    fn err_another_client_wider_scope_other_resource() {
        refused(
            decide("refresh_token=x", &row(), "d"),
            ErrorCode::InvalidGrant,
        );
        let wider = decide("refresh_token=x&scope=a+c", &row(), "c");
        refused(wider, ErrorCode::InvalidScope);
        let other = decide("refresh_token=x&resource=urn:a:2", &row(), "c");
        refused(other, ErrorCode::InvalidTarget);
    }

    #[test]
    fn err_expired_revoked_or_without_its_key() {
        let change = |change: fn(&mut RefreshRow)| {
            let mut row = row();
            change(&mut row);
            decide("refresh_token=x", &row, "c")
        };
        refused(change(|r| r.expires_secs = NOW), ErrorCode::InvalidGrant);
        refused(
            change(|r| r.grant_expires_secs = NOW),
            ErrorCode::InvalidGrant,
        );
        refused(change(|r| r.is_revoked = true), ErrorCode::InvalidGrant);
        refused(
            change(|r| r.jkt = Some("other".to_owned())),
            ErrorCode::InvalidDpopProof,
        );
        let bound = change(|r| r.jkt = Some("thumb".to_owned()));
        assert!(matches!(bound, RefreshDecision::Rotate(_)));
    }

    /// Attack case 12: the absolute lifetime is kept.
    #[test]
    fn no_successor_outlives_the_grant() {
        assert_eq!(row().successor_expires_secs(NOW, 500), NOW + 500);
        assert_eq!(row().successor_expires_secs(NOW, 5000), NOW + 1000);
    }
}
