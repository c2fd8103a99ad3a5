//! Whether a token is a trusted issuer's.
//!
//! [RFC 8725 §3](https://www.rfc-editor.org/rfc/rfc8725#section-3)

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::OAuthError;
use crate::jose::{
    Algorithm, Audience, Compact, JwkSet, MAX_JWT_BYTES, NoKey, Unacceptable, numeric_date,
    optional_numeric_date,
};
use crate::window::is_ahead;

/// With what a trusted issuer may sign. Entra ID and Okta sign with RS256.
pub const ALGORITHMS: [Algorithm; 3] = [Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256];

/// Claims that only an ID token has. It tells a client who signed in, and is no key to anything.
const ID_TOKEN_CLAIMS: [&str; 3] = ["nonce", "at_hash", "c_hash"];

/// What a token must fit.
#[derive(Clone, Copy, Debug)]
pub struct TrustRules<'a> {
    /// The issuer.
    pub issuer: &'a str,
    /// For whom it must be: one of these.
    pub audiences: &'a [&'a str],
    /// With what the issuer signs.
    pub algorithms: &'a [Algorithm],
    /// When it came.
    pub now_secs: i64,
}

/// What a token says that was believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedClaims {
    /// Until when.
    pub exp: i64,
    /// For whom it is.
    pub audience: Vec<String>,
    /// Every claim.
    pub all: Map<String, Value>,
}

/// Why a token is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The issuer's keys, as they are known, lack the one that it names: fetch them once more, if that was a while ago.
    #[error("the token's key is not one of its issuer's")]
    UnknownKey,
    /// It does not hold.
    #[error("{0}")]
    Invalid(&'static str),
}

impl From<Unacceptable> for Rejected {
    fn from(error: Unacceptable) -> Self {
        Self::Invalid(error.0)
    }
}

impl From<Rejected> for OAuthError {
    fn from(error: Rejected) -> Self {
        Self::invalid_token(format!("the token is not accepted: {error}"))
    }
}

/// The issuer that a token names, to find out whether that is a trusted one. Nothing of it has been checked.
#[must_use]
pub fn claimed_issuer(token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Issuer {
        iss: String,
    }
    let token = Compact::parse(token, MAX_JWT_BYTES).ok()?;
    token.claims::<Issuer>().ok().map(|claims| claims.iss)
}

/// Checks a token.
///
/// # Errors
/// [`Rejected`].
pub fn verify(
    token: &str,
    keys: &JwkSet,
    rules: &TrustRules<'_>,
) -> Result<TrustedClaims, Rejected> {
    #[derive(Deserialize)]
    struct Claims {
        iss: String,
        aud: Audience,
        #[serde(deserialize_with = "numeric_date")]
        exp: i64,
        #[serde(default, deserialize_with = "optional_numeric_date")]
        iat: Option<i64>,
        #[serde(default, deserialize_with = "optional_numeric_date")]
        nbf: Option<i64>,
    }

    let token = Compact::parse(token, MAX_JWT_BYTES)?;
    if !is_plain_type(token.header.typ.as_deref()) {
        return Err(Rejected::Invalid("its `typ` is another kind of token's"));
    }
    let algorithm = token.algorithm(rules.algorithms)?;
    keys.verify(&token, algorithm).map_err(|no| match no {
        NoKey::Unknown => Rejected::UnknownKey,
        NoKey::Wrong => Rejected::Invalid("its signature is not its issuer's"),
    })?;
    let claims: Claims = token.claims()?;
    if claims.iss != rules.issuer {
        return Err(Rejected::Invalid("its `iss` is another issuer"));
    }
    if !rules.audiences.iter().any(|one| claims.aud.contains(one)) {
        return Err(Rejected::Invalid("its `aud` is someone else"));
    }
    if claims.exp <= rules.now_secs {
        return Err(Rejected::Invalid("it has expired"));
    }
    let begins = [claims.iat, claims.nbf];
    if begins
        .iter()
        .flatten()
        .any(|at| is_ahead(*at, rules.now_secs))
    {
        return Err(Rejected::Invalid("it is not valid yet"));
    }
    let all: Map<String, Value> = token.claims()?;
    if ID_TOKEN_CLAIMS.iter().any(|claim| all.contains_key(*claim)) {
        return Err(Rejected::Invalid("it is an ID token"));
    }
    Ok(TrustedClaims {
        exp: claims.exp,
        audience: claims.aud.0,
        all,
    })
}

/// An access token, or a token without a type of its own.
fn is_plain_type(typ: Option<&str>) -> bool {
    let Some(typ) = typ else { return true };
    let typ = typ.to_ascii_lowercase();
    let typ = typ.strip_prefix("application/").unwrap_or(&typ);
    matches!(typ, "jwt" | "at+jwt")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::base64url;
    use crate::jose::SigningKey;

    const NOW: i64 = 1_800_000_000;
    const ISSUER: &str = "https://login.example.com/tenant/v2.0";

    fn key() -> SigningKey {
        SigningKey::generate(Algorithm::Es256, &[3; 32]).unwrap()
    }

    fn claims() -> Value {
        json!({"iss": ISSUER, "aud": "api://rollcall", "exp": NOW + 600, "iat": NOW, "sub": "s", "oid": "o"})
    }

    fn check(token: &str, algorithms: &[Algorithm]) -> Result<TrustedClaims, Rejected> {
        let rules = TrustRules {
            issuer: ISSUER,
            audiences: &["api://rollcall", "https://id.example.com"],
            algorithms,
            now_secs: NOW,
        };
        verify(token, &JwkSet::from(vec![key().jwk()]), &rules)
    }

    fn with(member: &str, value: Value) -> Result<TrustedClaims, Rejected> {
        let mut claims = claims();
        claims[member] = value;
        check(&key().encode("JWT", &claims).unwrap(), &ALGORITHMS)
    }

    #[test]
    fn ok_a_token_of_the_issuer() {
        let token = key().encode("at+jwt", &claims()).unwrap();
        assert_eq!(claimed_issuer(&token).as_deref(), Some(ISSUER));
        let believed = check(&token, &ALGORITHMS).unwrap();
        assert_eq!(believed.exp, NOW + 600);
        assert_eq!(believed.all["oid"], "o");
        assert!(with("aud", json!(["x", "https://id.example.com"])).is_ok());
        assert!(with("nbf", json!(NOW + 10)).is_ok());
    }

    /// Attack cases 19 and 22.
    #[test]
    fn err_claims_that_do_not_fit() {
        let err = |member: &str, value: Value, reason: &'static str| {
            assert_eq!(with(member, value), Err(Rejected::Invalid(reason)));
        };
        err(
            "iss",
            json!("https://login.example.com/other/v2.0"),
            "its `iss` is another issuer",
        );
        err("aud", json!("api://other"), "its `aud` is someone else");
        err("aud", json!([]), "its `aud` is someone else");
        err("exp", json!(NOW), "it has expired");
        err("iat", json!(NOW + 60), "it is not valid yet");
        err("nbf", json!(NOW + 60), "it is not valid yet");
        for claim in ID_TOKEN_CLAIMS {
            err(claim, json!("x"), "it is an ID token");
        }
    }

    /// Attack case 19.
    #[test]
    fn err_another_type_algorithm_or_key() {
        for typ in [
            "dpop+jwt",
            "logout+jwt",
            "token-introspection+jwt",
            "id_token",
        ] {
            let token = key().encode(typ, &claims()).unwrap();
            let rejected = Rejected::Invalid("its `typ` is another kind of token's");
            assert_eq!(check(&token, &ALGORITHMS), Err(rejected), "{typ}");
        }
        let token = key().encode("JWT", &claims()).unwrap();
        let rejected = Rejected::Invalid("its `alg` is not allowed here");
        assert_eq!(check(&token, &[Algorithm::Rs256]), Err(rejected));
        let other = SigningKey::generate(Algorithm::Es256, &[4; 32]).unwrap();
        let token = other.encode("JWT", &claims()).unwrap();
        assert_eq!(check(&token, &ALGORITHMS), Err(Rejected::UnknownKey));
        let forged = SigningKey::from_secret(Algorithm::Es256, key().kid(), &[4; 32]).unwrap();
        let token = forged.encode("JWT", &claims()).unwrap();
        let rejected = Rejected::Invalid("its signature is not its issuer's");
        assert_eq!(check(&token, &ALGORITHMS), Err(rejected));
    }

    #[test]
    fn ok_rs256() {
        // Made with another implementation: {"alg":"RS256","kid":"r","typ":"JWT"}.
        let token = include_str!("testdata/rs256.jwt").trim();
        let keys = JwkSet::parse(include_bytes!("testdata/rs256.jwks.json")).unwrap();
        let rules = TrustRules {
            issuer: ISSUER,
            audiences: &["api://rollcall"],
            algorithms: &ALGORITHMS,
            now_secs: NOW,
        };
        assert_eq!(verify(token, &keys, &rules).unwrap().all["sub"], "s");
        let (input, signature) = token.rsplit_once('.').unwrap();
        let mut signature = base64url::decode(signature).unwrap();
        signature[100] ^= 1;
        let changed = format!("{input}.{}", base64url::encode(signature));
        let rejected = Rejected::Invalid("its signature is not its issuer's");
        assert_eq!(verify(&changed, &keys, &rules), Err(rejected));
    }

    proptest! {
        #[test]
        fn never_panics(text: String) {
            let _ = claimed_issuer(&text);
            let _ = check(&text, &ALGORITHMS);
        }
    }
}
