//! The resource that a token is for: its audience.
//!
//! [RFC 8707 §2](https://www.rfc-editor.org/rfc/rfc8707#section-2)

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::uri::Uri;
use crate::{Form, OAuthError};

/// The most resources in a request.
pub const MAX_RESOURCES: usize = 16;

/// > an absolute URI, as specified by Section 4.3 of RFC 3986 […] that MUST NOT include a fragment component
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Resource(String);

impl Resource {
    /// Reads a resource indicator.
    ///
    /// # Errors
    /// `invalid_target`.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        match Uri::parse(text) {
            Some(uri) if uri.fragment.is_none() => Ok(Self(text.to_owned())),
            _ => Err(OAuthError::invalid_target(
                "a resource is an absolute URI without a fragment",
            )),
        }
    }

    /// The resources that a request names, each once.
    ///
    /// # Errors
    /// `invalid_target`.
    pub fn asked(form: &Form) -> Result<Vec<Self>, OAuthError> {
        let mut asked = Vec::new();
        for text in form.all("resource") {
            let resource = Self::parse(text)?;
            if asked.contains(&resource) {
                continue;
            }
            if asked.len() == MAX_RESOURCES {
                return Err(OAuthError::invalid_target(format!(
                    "a request names at most {MAX_RESOURCES} resources"
                )));
            }
            asked.push(resource);
        }
        Ok(asked)
    }

    /// What a request gets: the resources it names if all are allowed, and all that are allowed if it names none.
    ///
    /// # Errors
    /// `invalid_target` when it names another one.
    pub fn granted(asked: &[Self], allowed: &[Self]) -> Result<Vec<Self>, OAuthError> {
        if asked.is_empty() {
            return Ok(allowed.to_vec());
        }
        match asked.iter().find(|resource| !allowed.contains(resource)) {
            None => Ok(asked.to_vec()),
            Some(_) => Err(OAuthError::invalid_target(
                "a resource that the request names is not allowed here",
            )),
        }
    }

    /// The URI.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Resource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(|error| de::Error::custom(error.description))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorCode;

    fn resource(text: &str) -> Resource {
        Resource::parse(text).unwrap()
    }

    #[test]
    fn ok_absolute_uris() {
        for text in [
            "https://api.example.com/app/",
            "https://api.example.com?x=1",
            "urn:example:api",
        ] {
            assert_eq!(resource(text).as_str(), text);
        }
    }

    #[test]
    fn err_relative_or_with_a_fragment() {
        for text in [
            "",
            "/app",
            "api.example.com/app",
            "https://api.example.com/#x",
            "https://api.example.com/#",
            "https://api example.com/",
            "https://api.example.com/ä",
        ] {
            let code = Resource::parse(text).map_err(|error| error.code);
            assert_eq!(code, Err(ErrorCode::InvalidTarget), "{text}");
        }
    }

    /// Attack case 13.
    #[test]
    fn a_resource_that_is_not_allowed_is_invalid_target() {
        let allowed = [resource("urn:a:1"), resource("urn:a:2")];
        assert_eq!(Resource::granted(&[], &allowed), Ok(allowed.to_vec()));
        assert_eq!(
            Resource::granted(&allowed[1..], &allowed),
            Ok(allowed[1..].to_vec())
        );
        let other = Resource::granted(&[resource("urn:a:3")], &allowed);
        assert_eq!(other.unwrap_err().code, ErrorCode::InvalidTarget);
    }

    #[test]
    fn a_request_names_each_once_and_not_too_many() {
        let form = Form::parse(b"resource=urn:a:1&resource=urn:a:2&resource=urn:a:1").unwrap();
        assert_eq!(Resource::asked(&form).unwrap().len(), 2);
        let many: String = (0..=MAX_RESOURCES)
            .map(|n| format!("resource=urn:a:{n}&"))
            .collect();
        let many = Form::parse(many.as_bytes()).unwrap();
        let code = Resource::asked(&many).map_err(|error| error.code);
        assert_eq!(code, Err(ErrorCode::InvalidTarget));
    }
}
