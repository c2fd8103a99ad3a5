//! What a token ends with that was made from others.

use serde::{Deserialize, Serialize};

/// The most that a token may hang on.
pub const MAX_LINKS: usize = 32;

/// Something that a token ends with, beside its own client, person and grant: what the tokens that it was exchanged for hung
/// on, and those tokens. Written as an array of kind, id and epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link(pub Linked, pub String, pub i64);

/// What a [`Link`] is to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Linked {
    /// A person, in an epoch of theirs.
    Person,
    /// A client, in an epoch of its own.
    Client,
    /// A grant. The epoch is 0.
    Grant,
    /// A token, by its `jti`. The epoch is 0.
    Token,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_an_array() {
        let link = Link(Linked::Person, "u1".to_owned(), 7);
        let text = serde_json::to_string(&link).unwrap();
        assert_eq!(text, r#"["person","u1",7]"#);
        assert_eq!(serde_json::from_str::<Link>(&text).unwrap(), link);
        assert!(serde_json::from_str::<Link>(r#"["other","u1",7]"#).is_err());
    }
}
