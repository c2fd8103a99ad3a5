//! The credentials of a client, as a request presents them.
//!
//! [RFC 6749 §2.3](https://www.rfc-editor.org/rfc/rfc6749#section-2.3),
//! [RFC 7521 §4.2](https://www.rfc-editor.org/rfc/rfc7521#section-4.2)

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{ASSERTION_TYPE, AuthMethod, asserted_client};
use crate::{Form, OAuthError, percent};

/// The longest client id, in bytes.
const MAX_CLIENT_ID: usize = 256;

/// Who the client says it is, and how it would prove it. Nothing of it has been checked.
#[derive(Clone, PartialEq, Eq)]
pub enum Presented {
    /// A secret, in the `Authorization` header field or in the form.
    Secret {
        /// Where it was.
        method: AuthMethod,
        /// The client.
        client_id: String,
        /// The secret.
        secret: String,
    },
    /// A JWT that the client signed.
    Assertion {
        /// The client.
        client_id: String,
        /// The JWT.
        assertion: String,
    },
    /// Only a name.
    Public {
        /// The client.
        client_id: String,
    },
}

impl Presented {
    /// Takes them from a request: the value of `Authorization`, if there is one, and the form.
    ///
    /// > The client MUST NOT use more than one authentication method in each request.
    ///
    /// # Errors
    /// `invalid_request` for two methods at once, `invalid_client` for none and for what cannot be read.
    pub fn parse(authorization: Option<&str>, form: &Form) -> Result<Self, OAuthError> {
        let named = form.get("client_id");
        let secret = form.get("client_secret");
        let assertion = form.get("client_assertion");
        let assertion_type = form.get("client_assertion_type");
        let methods = [
            authorization.is_some(),
            secret.is_some(),
            assertion.is_some() || assertion_type.is_some(),
        ];
        if methods.iter().filter(|is_used| **is_used).count() > 1 {
            return Err(OAuthError::invalid_request(
                "the client authenticates in more than one way",
            ));
        }
        let presented = if let Some(authorization) = authorization {
            basic(authorization)?
        } else if assertion.is_some() || assertion_type.is_some() {
            if assertion_type != Some(ASSERTION_TYPE) {
                return Err(OAuthError::invalid_client(
                    "parameter `client_assertion_type` must be `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`",
                ));
            }
            let assertion = assertion.ok_or_else(|| {
                OAuthError::invalid_client("parameter `client_assertion` is missing")
            })?;
            Self::Assertion {
                client_id: asserted_client(assertion)?,
                assertion: assertion.to_owned(),
            }
        } else {
            let client_id = named
                .ok_or_else(|| OAuthError::invalid_client("the client does not say who it is"))?
                .to_owned();
            match secret {
                Some(secret) => Self::Secret {
                    method: AuthMethod::ClientSecretPost,
                    client_id,
                    secret: secret.to_owned(),
                },
                None => Self::Public { client_id },
            }
        };
        if named.is_some_and(|named| named != presented.client_id()) {
            return Err(OAuthError::invalid_request(
                "parameter `client_id` is another client than the one that authenticates",
            ));
        }
        if presented.client_id().len() > MAX_CLIENT_ID {
            return Err(OAuthError::invalid_client("the client is unknown"));
        }
        Ok(presented)
    }

    /// The client.
    #[must_use]
    pub fn client_id(&self) -> &str {
        match self {
            Self::Secret { client_id, .. }
            | Self::Assertion { client_id, .. }
            | Self::Public { client_id } => client_id,
        }
    }

    /// The method that it uses, which must be the one that it registered.
    #[must_use]
    pub const fn method(&self) -> AuthMethod {
        match self {
            Self::Secret { method, .. } => *method,
            Self::Assertion { .. } => AuthMethod::PrivateKeyJwt,
            Self::Public { .. } => AuthMethod::None,
        }
    }
}

/// > Basic […] The client identifier is encoded using the "application/x-www-form-urlencoded" encoding algorithm […], and
/// > the encoded value is used as the username; the client password is encoded using the same algorithm and used as the
/// > password.
fn basic(authorization: &str) -> Result<Presented, OAuthError> {
    let malformed = || {
        OAuthError::invalid_client(
            "header field `Authorization` is not `Basic` with a client's id and secret, each percent-encoded, in base64",
        )
    };
    let (scheme, credentials) = authorization.split_once(' ').ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(malformed());
    }
    let credentials = STANDARD
        .decode(credentials.trim_matches(' '))
        .map_err(|_| malformed())?;
    let colon = credentials
        .iter()
        .position(|byte| *byte == b':')
        .ok_or_else(malformed)?;
    let client_id = percent::decode_form(&credentials[..colon]).ok_or_else(malformed)?;
    let secret = percent::decode_form(&credentials[colon + 1..]).ok_or_else(malformed)?;
    if client_id.is_empty() {
        return Err(malformed());
    }
    Ok(Presented::Secret {
        method: AuthMethod::ClientSecretBasic,
        client_id,
        secret,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{ErrorCode, base64url};

    fn parse(authorization: Option<&str>, form: &str) -> Result<Presented, OAuthError> {
        Presented::parse(authorization, &Form::parse(form.as_bytes()).unwrap())
    }

    #[track_caller]
    fn err(authorization: Option<&str>, form: &str, status: u16, code: ErrorCode) {
        let error = parse(authorization, form).err().unwrap();
        assert_eq!((error.status, error.code), (status, code));
    }

    fn encoded(credentials: &str) -> String {
        format!("Basic {}", STANDARD.encode(credentials))
    }

    /// Attack case 14.
    #[test]
    fn ok_basic_is_percent_decoded_and_its_scheme_has_no_case() {
        let is_expected = |authorization: &str| {
            parse(Some(authorization), "")
                == Ok(Presented::Secret {
                    method: AuthMethod::ClientSecretBasic,
                    client_id: "a:b".to_owned(),
                    secret: "c d:e".to_owned(),
                })
        };
        let credentials = encoded("a%3Ab:c+d:e");
        assert!(is_expected(&credentials));
        assert!(is_expected(&credentials.replace("Basic", "bAsIc")));
        assert!(is_expected(&credentials.replace("Basic", "Basic ")));
        // RFC 6749 §2.3.1
        let example = parse(
            Some("Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW"),
            "client_id=s6BhdRkqt3",
        );
        assert_eq!(example.ok().unwrap().client_id(), "s6BhdRkqt3");
    }

    /// Attack case 14: 401, not 500.
    #[test]
    fn err_malformed_basic() {
        for authorization in [
            "",
            "Basic",
            "Basic ",
            "Basic !",
            "Bearer abc",
            "Basicabc",
            &encoded("no-colon"),
            &encoded(":secret"),
            &encoded("a:%"),
            &encoded("%ff:a"),
            &encoded(&format!("{}:b", "a".repeat(300))),
        ] {
            err(Some(authorization), "", 401, ErrorCode::InvalidClient);
        }
        let not_utf8 = format!("Basic {}", STANDARD.encode(b"\xff:\xff"));
        err(Some(&not_utf8), "", 401, ErrorCode::InvalidClient);
    }

    /// Attack case 14.
    #[test]
    fn err_two_methods_at_once() {
        let basic = encoded("a:b");
        let assertion = format!("client_assertion=x&client_assertion_type={ASSERTION_TYPE}");
        err(
            Some(&basic),
            "client_secret=b",
            400,
            ErrorCode::InvalidRequest,
        );
        err(
            Some(&basic),
            "client_id=a&client_secret=b",
            400,
            ErrorCode::InvalidRequest,
        );
        err(Some(&basic), &assertion, 400, ErrorCode::InvalidRequest);
        let both = format!("client_id=a&client_secret=b&{assertion}");
        err(None, &both, 400, ErrorCode::InvalidRequest);
        err(Some(&basic), "client_id=c", 400, ErrorCode::InvalidRequest);
    }

    #[test]
    fn ok_secret_in_the_form_and_public() {
        let post = parse(None, "client_id=a&client_secret=b").ok().unwrap();
        assert_eq!(post.method(), AuthMethod::ClientSecretPost);
        let public = parse(None, "client_id=a&client_secret=").ok().unwrap();
        assert_eq!(public.method(), AuthMethod::None);
        err(None, "", 401, ErrorCode::InvalidClient);
        err(None, "client_secret=b", 401, ErrorCode::InvalidClient);
    }

    #[test]
    fn an_assertion_names_the_client_and_needs_its_type() {
        let claims = base64url::encode(r#"{"sub":"a"}"#);
        let header = base64url::encode(r#"{"alg":"ES256"}"#);
        let assertion = format!("client_assertion={header}.{claims}.AAAA");
        let typed = format!("{assertion}&client_assertion_type={ASSERTION_TYPE}");
        let presented = parse(None, &typed).ok().unwrap();
        assert_eq!(presented.client_id(), "a");
        assert_eq!(presented.method(), AuthMethod::PrivateKeyJwt);
        err(None, &assertion, 401, ErrorCode::InvalidClient);
        let saml = typed.replace("jwt-bearer", "saml2-bearer");
        err(None, &saml, 401, ErrorCode::InvalidClient);
        let only_type = format!("client_assertion_type={ASSERTION_TYPE}");
        err(None, &only_type, 401, ErrorCode::InvalidClient);
        let other = format!("{typed}&client_id=b");
        err(None, &other, 400, ErrorCode::InvalidRequest);
    }

    proptest! {
        #[test]
        fn never_panics(authorization: String, credentials: Vec<u8>) {
            let _ = parse(Some(&authorization), "");
            let _ = parse(Some(&format!("Basic {}", STANDARD.encode(credentials))), "");
        }
    }
}
