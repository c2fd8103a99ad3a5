//! What opens a tenant: a provisioning token, or an access token of one of the tenant's clients.

use rollcall_core::Timestamp;
use serde_json::{Value as Json, json};

use crate::access::TokenHash;
use crate::sql::Value;

/// What came with a request, as far as the store looks at it.
#[derive(Clone, Debug, PartialEq)]
pub enum Credential {
    /// A provisioning token.
    Provisioning(TokenHash),
    /// An access token that is kept under its hash.
    Opaque(TokenHash),
    /// An access token that is not kept. Its signature, its issuer, its audience and its scope are for the caller to
    /// check.
    Jwt(Box<Claims>),
}

/// What the store checks of a JWT (RFC 9068): that what it hangs on is still what it was when it was issued.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims {
    /// The client that it was issued to.
    pub client: String,
    /// The client's epoch at that time.
    pub client_epoch: i64,
    /// The id of the person that the client acts for, and their epoch.
    pub person: Option<(String, i64)>,
    /// The id of the grant that it was issued by, if it ends with it.
    pub grant: Option<String>,
    /// What else it ends with, as a JSON array: each an array of `person`, `client`, `grant` or `token`, its id, and its
    /// epoch then.
    pub links: Option<String>,
    /// Its own id.
    pub jti: String,
    /// When it expires.
    pub expires: Timestamp,
}

impl From<TokenHash> for Credential {
    fn from(hash: TokenHash) -> Self {
        Self::Provisioning(hash)
    }
}

impl Credential {
    /// What the procedure `write` calls it.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Provisioning(_) => "token",
            Self::Opaque(_) => "opaque",
            Self::Jwt(_) => "jwt",
        }
    }

    /// As it goes to another component.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            Self::Provisioning(hash) | Self::Opaque(hash) => json!([self.kind(), hash.as_bytes()]),
            Self::Jwt(claims) => json!([self.kind(), claims.to_json()]),
        }
    }

    /// As it came; `None` for what is none.
    #[must_use]
    pub fn from_json(json: &Json) -> Option<Self> {
        let hash = || serde_json::from_value::<[u8; 32]>(json[1].clone()).ok();
        match json[0].as_str()? {
            "token" => Some(Self::Provisioning(hash()?.into())),
            "opaque" => Some(Self::Opaque(hash()?.into())),
            "jwt" => Some(Self::Jwt(Box::new(Claims::from_json(&json[1])?))),
            _ => None,
        }
    }

    pub(crate) fn value(&self) -> Value {
        match self {
            Self::Provisioning(hash) | Self::Opaque(hash) => hash.into(),
            Self::Jwt(claims) => claims.value(),
        }
    }
}

impl Claims {
    /// What [`live_jwt`] reads.
    pub(crate) fn value(&self) -> Value {
        self.to_json().to_string().into()
    }

    fn from_json(json: &Json) -> Option<Self> {
        let text = |at: usize| json[at].as_str().map(str::to_owned);
        Some(Self {
            client: text(0)?,
            client_epoch: json[1].as_i64()?,
            expires: Timestamp::from_micros(json[2].as_i64()?),
            jti: text(3)?,
            grant: text(4),
            links: text(7),
            person: match text(5) {
                None => None,
                Some(person) => Some((person, json[6].as_i64()?)),
            },
        })
    }

    fn to_json(&self) -> Json {
        let (person, epoch) = self.person.as_ref().map(|(id, epoch)| (id, epoch)).unzip();
        let Self {
            client,
            client_epoch,
            grant,
            links,
            jti,
            expires,
            ..
        } = self;
        json!([
            client,
            client_epoch,
            expires.as_micros(),
            jti,
            grant,
            person,
            epoch,
            links
        ])
    }
}

/// The condition that a JWT, given as [`Claims::value`], is live at the time `?3`: `$c` is its client, `t` the tenant.
///
/// The procedure `write` has the same condition.
macro_rules! live_jwt {
    ($c:literal, $claims:literal) => {
        concat!(
            $c,
            ".id = ",
            $claims,
            " ->> 0 AND ",
            $c,
            ".epoch = ",
            $claims,
            " ->> 1 AND NOT ",
            $c,
            ".disabled AND NOT t.suspended \
             AND ",
            $claims,
            " ->> 2 > ?3 \
             AND NOT EXISTS (SELECT 1 FROM revoked_token v WHERE v.tenant = t.id AND v.jti = ",
            $claims,
            " ->> 3) \
             AND (",
            $claims,
            " ->> 4 IS NULL OR EXISTS (SELECT 1 FROM auth_grant g \
             WHERE g.tenant = t.id AND g.id = ",
            $claims,
            " ->> 4 AND g.revoked IS NULL)) \
             AND (",
            $claims,
            " ->> 5 IS NULL OR EXISTS (SELECT 1 FROM resource p \
             WHERE p.tenant = t.id AND p.id = ",
            $claims,
            " ->> 5 AND p.type = 'User' \
             AND p.epoch = ",
            $claims,
            " ->> 6)) AND ",
            $crate::credential::linked!(concat!($claims, " ->> 7"))
        )
    };
}
pub(crate) use live_jwt;

/// The condition that nothing of `$links` has ended in the tenant `t`.
///
/// The view `live_access_token` and the procedure `write` have the same condition. A view of all that may be linked would
/// save that, but SQLite reads it row by row.
macro_rules! linked {
    ($links:expr) => {
        concat!(
            "(",
            $links,
            " IS NULL OR NOT EXISTS (SELECT 1 FROM json_each(",
            $links,
            ") item WHERE NOT CASE item.value ->> 0 \
             WHEN 'person' THEN EXISTS (SELECT 1 FROM resource lp \
             WHERE lp.tenant = t.id AND lp.id = item.value ->> 1 AND lp.type = 'User' AND lp.epoch = item.value ->> 2) \
             WHEN 'client' THEN EXISTS (SELECT 1 FROM client lc \
             WHERE lc.tenant = t.id AND lc.id = item.value ->> 1 AND lc.epoch = item.value ->> 2 AND NOT lc.disabled) \
             WHEN 'grant' THEN EXISTS (SELECT 1 FROM auth_grant lg \
             WHERE lg.tenant = t.id AND lg.id = item.value ->> 1 AND lg.revoked IS NULL) \
             WHEN 'token' THEN NOT EXISTS (SELECT 1 FROM revoked_token lv \
             WHERE lv.tenant = t.id AND lv.jti = item.value ->> 1) \
             ELSE 0 END))"
        )
    };
}
pub(crate) use linked;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_to_another_component_arrives() {
        let claims = |person, grant| Claims {
            client: "c".to_owned(),
            client_epoch: i64::MAX,
            person,
            grant,
            links: Some("[]".to_owned()),
            jti: "j".to_owned(),
            expires: Timestamp::from_micros(1_800_000_000_000_001),
        };
        let person = Some(("p".to_owned(), -1));
        for credential in [
            Credential::Provisioning(TokenHash::of("a")),
            Credential::Opaque(TokenHash::of("b")),
            Credential::Jwt(Box::new(claims(None, None))),
            Credential::Jwt(Box::new(claims(person, Some("g".to_owned())))),
        ] {
            assert_eq!(
                Credential::from_json(&credential.to_json()),
                Some(credential)
            );
        }
        for none in [
            json!(null),
            json!(["token", [1, 2]]),
            json!(["token", "x"]),
            json!(["jwt", ["c", 1, 2]]),
            json!(["jwt", ["c", 1, 2, "j", null, "p", null]]),
            json!(["other", []]),
        ] {
            assert_eq!(Credential::from_json(&none), None, "{none}");
        }
    }
}
