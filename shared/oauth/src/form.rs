//! The parameters of a request, `application/x-www-form-urlencoded`.
//!
//! [RFC 6749 §3.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.2) and its appendix B.

use crate::{OAuthError, percent};

/// The longest body, in bytes. Assertions and tokens that are exchanged have to fit.
pub const MAX_FORM_BYTES: usize = 64 * 1024;

/// The most parameters.
pub const MAX_PARAMETERS: usize = 64;

/// What may be there more than once (RFC 8707 §2, RFC 8693 §2.1).
const REPEATABLE: [&str; 2] = ["resource", "audience"];

/// Parameters in the order in which they were sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a body.
    ///
    /// > Parameters sent without a value MUST be treated as if they were omitted from the request. […]
    /// > Request and response parameters MUST NOT be included more than once.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn parse(body: &[u8]) -> Result<Self, OAuthError> {
        if body.len() > MAX_FORM_BYTES {
            return Err(OAuthError::invalid_request(format!(
                "the form is longer than {MAX_FORM_BYTES} bytes"
            )));
        }
        let mut parameters: Vec<(String, String)> = Vec::new();
        for pair in body.split(|byte| *byte == b'&').filter(|p| !p.is_empty()) {
            if parameters.len() == MAX_PARAMETERS {
                return Err(OAuthError::invalid_request(format!(
                    "the form has more than {MAX_PARAMETERS} parameters"
                )));
            }
            let at = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = at.map_or((pair, &[][..]), |at| (&pair[..at], &pair[at + 1..]));
            let name = decoded(name)?;
            let value = decoded(value)?;
            let is_there = parameters.iter().any(|(other, _)| *other == name);
            if is_there && !REPEATABLE.contains(&name.as_str()) {
                let name = name.chars().take(40).collect::<String>();
                return Err(OAuthError::invalid_request(format!(
                    "parameter `{name}` is there more than once"
                )));
            }
            parameters.push((name, value));
        }
        Ok(Self(parameters))
    }

    /// The value of a parameter, unless it is empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Every value of a parameter that may be repeated.
    pub fn all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        self.0
            .iter()
            .filter(move |(other, value)| other == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// The value of a parameter that must be there.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn required(&self, name: &str) -> Result<&str, OAuthError> {
        self.get(name)
            .ok_or_else(|| OAuthError::invalid_request(format!("parameter `{name}` is missing")))
    }
}

fn decoded(text: &[u8]) -> Result<String, OAuthError> {
    percent::decode_form(text).ok_or_else(|| {
        OAuthError::invalid_request("the form is not percent-encoded UTF-8 throughout")
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ErrorCode;

    #[track_caller]
    fn err(body: &[u8]) {
        let code = Form::parse(body).map_err(|error| error.code);
        assert_eq!(code, Err(ErrorCode::InvalidRequest));
    }

    #[test]
    fn ok_names_and_values_are_decoded() {
        let form = Form::parse(b"grant_type=client_credentials&sc%6Fpe=a+b%2Bc&x=%C3%A4").unwrap();
        assert_eq!(form.get("grant_type"), Some("client_credentials"));
        assert_eq!(form.get("scope"), Some("a b+c"));
        assert_eq!(form.get("x"), Some("ä"));
    }

    #[test]
    fn ok_an_empty_parameter_is_not_there() {
        let form = Form::parse(b"scope=&state&a=1&&").unwrap();
        assert_eq!(form.get("scope"), None);
        assert_eq!(form.get("state"), None);
        assert_eq!(form.required("a"), Ok("1"));
        let missing = form.required("scope").unwrap_err();
        assert_eq!(missing.description, "parameter `scope` is missing");
    }

    #[test]
    fn err_a_parameter_twice_even_when_it_is_empty_or_unknown() {
        err(b"scope=a&scope=a");
        err(b"scope=&scope=a");
        err(b"scope=a&%73cope=b");
        err(b"other=1&other=2");
    }

    #[test]
    fn ok_resource_and_audience_may_repeat() {
        let form = Form::parse(b"resource=a&audience=x&resource=b&resource=").unwrap();
        assert_eq!(form.all("resource").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(form.all("audience").collect::<Vec<_>>(), ["x"]);
    }

    #[test]
    fn err_malformed_or_too_much() {
        err(b"a=%");
        err(b"a=%ff");
        err(b"{\"grant_type\": \"%\"}");
        err(&vec![b'a'; MAX_FORM_BYTES + 1]);
        let many: String = (0..=MAX_PARAMETERS).map(|n| format!("p{n}=1&")).collect();
        err(many.as_bytes());
    }

    proptest! {
        #[test]
        fn never_panics(body: Vec<u8>) {
            let _ = Form::parse(&body);
        }
    }
}
