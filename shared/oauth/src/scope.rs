//! What a token permits: a set of scope tokens.
//!
//! [RFC 6749 §3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::OAuthError;

/// The longest scope, in bytes.
pub const MAX_SCOPE_BYTES: usize = 4096;

/// The most tokens in a scope.
const MAX_TOKENS: usize = 128;

/// Scope tokens, each once, in the order in which they were first named. None at all is a scope, too.
#[derive(Clone, Debug, Default)]
pub struct Scope(Vec<String>);

impl Scope {
    /// Reads `scope-token *( SP scope-token )`.
    ///
    /// # Errors
    /// `invalid_scope`.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        if text.len() > MAX_SCOPE_BYTES {
            return Err(OAuthError::invalid_scope(format!(
                "the scope is longer than {MAX_SCOPE_BYTES} bytes"
            )));
        }
        let mut scope = Self::default();
        for token in text.split(' ') {
            if token.is_empty() || !token.bytes().all(is_scope_char) {
                return Err(OAuthError::invalid_scope(
                    "a scope is tokens of visible ASCII, without quotes and backslashes, with one space between them",
                ));
            }
            if scope.contains(token) {
                continue;
            }
            if scope.0.len() == MAX_TOKENS {
                return Err(OAuthError::invalid_scope(format!(
                    "the scope has more than {MAX_TOKENS} tokens"
                )));
            }
            scope.0.push(token.to_owned());
        }
        Ok(scope)
    }

    /// As [`Scope::parse`], and none for what is not there.
    ///
    /// # Errors
    /// `invalid_scope`.
    pub fn parse_optional(text: Option<&str>) -> Result<Option<Self>, OAuthError> {
        text.map(Self::parse).transpose()
    }

    /// Whether it has this token.
    #[must_use]
    pub fn contains(&self, token: &str) -> bool {
        self.0.iter().any(|other| other == token)
    }

    /// Whether `other` permits all that this does.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.iter().all(|token| other.contains(token))
    }

    /// What both permit, in the order of this one.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        let both = self.iter().filter(|token| other.contains(token));
        Self(both.map(str::to_owned).collect())
    }

    /// Whether it permits nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tokens.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// What a request gets: what it asks for if all of that is allowed, and all that is allowed if it does not ask.
    ///
    /// # Errors
    /// `invalid_scope` when it asks for more.
    pub fn granted(asked: Option<&Self>, allowed: &Self) -> Result<Self, OAuthError> {
        let Some(asked) = asked else {
            return Ok(allowed.clone());
        };
        match asked.iter().find(|token| !allowed.contains(token)) {
            None => Ok(asked.clone()),
            Some(token) => Err(OAuthError::invalid_scope(format!(
                "scope `{}` is not allowed here",
                token.chars().take(80).collect::<String>()
            ))),
        }
    }
}

/// > scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
const fn is_scope_char(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)
}

/// Sets: the order does not count.
impl PartialEq for Scope {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.is_subset(other)
    }
}

impl Eq for Scope {}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() {
            return Ok(Self::default());
        }
        Self::parse(&text).map_err(|error| de::Error::custom(error.description))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ErrorCode;

    fn scope(text: &str) -> Scope {
        Scope::parse(text).unwrap()
    }

    #[test]
    fn ok_tokens_keep_their_order_and_are_there_once() {
        assert_eq!(scope("b a b !#[]~").to_string(), "b a !#[]~");
        assert_eq!(scope("a b"), scope("b a"));
        assert_ne!(scope("a b"), scope("a"));
    }

    #[test]
    fn err_what_the_syntax_does_not_allow() {
        for text in ["", " ", "a  b", " a", "a ", "a\tb", "\"", "\\", "ä", "a\nb"] {
            let code = Scope::parse(text).map_err(|error| error.code);
            assert_eq!(code, Err(ErrorCode::InvalidScope), "{text:?}");
        }
        assert!(Scope::parse(&"a".repeat(MAX_SCOPE_BYTES + 1)).is_err());
        let many: Vec<_> = (0..=MAX_TOKENS).map(|n| n.to_string()).collect();
        assert!(Scope::parse(&many.join(" ")).is_err());
        assert!(Scope::parse(&many[1..].join(" ")).is_ok());
    }

    #[test]
    fn scope_is_a_set() {
        assert!(scope("a").is_subset(&scope("b a")));
        assert!(!scope("a c").is_subset(&scope("b a")));
        assert!(Scope::default().is_subset(&scope("a")));
        assert_eq!(scope("c a b").intersect(&scope("b c")).to_string(), "c b");
        assert!(scope("a").intersect(&scope("A")).is_empty());
    }

    /// Attack case 13.
    #[test]
    fn more_than_is_allowed_is_invalid_scope() {
        let allowed = scope("a b");
        assert_eq!(Scope::granted(None, &allowed), Ok(scope("a b")));
        assert_eq!(Scope::granted(Some(&scope("b")), &allowed), Ok(scope("b")));
        let wider = Scope::granted(Some(&scope("b c")), &allowed).unwrap_err();
        assert_eq!(wider.code, ErrorCode::InvalidScope);
        assert_eq!(wider.description, "scope `c` is not allowed here");
    }

    #[test]
    fn serde_is_one_string() {
        assert_eq!(serde_json::to_string(&scope("a b")).unwrap(), "\"a b\"");
        assert_eq!(
            serde_json::from_str::<Scope>("\"a b\"").unwrap(),
            scope("a b")
        );
        assert!(serde_json::from_str::<Scope>("\"\"").unwrap().is_empty());
        assert!(serde_json::from_str::<Scope>("\"a  b\"").is_err());
        assert!(serde_json::from_str::<Scope>("[\"a\"]").is_err());
    }

    proptest! {
        #[test]
        fn never_panics(text: String) {
            let _ = Scope::parse(&text);
        }

        #[test]
        fn printed_is_parsed_again(text in "[!-~]{1,8}( [!-~]{1,8}){0,5}") {
            if let Ok(scope) = Scope::parse(&text) {
                prop_assert_eq!(Scope::parse(&scope.to_string()), Ok(scope));
            }
        }
    }
}
