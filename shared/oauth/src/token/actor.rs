//! Who acts for the subject of a token.
//!
//! [RFC 8693 §4.1](https://www.rfc-editor.org/rfc/rfc8693#section-4.1)

use serde::{Deserialize, Serialize};

/// The most actors in a chain.
pub const MAX_ACTORS: usize = 4;

/// The `act` claim: the current actor, and within it those before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Who acts.
    pub sub: String,
    /// For whom that one acted before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Box<Self>>,
}

impl Actor {
    /// The actor `sub`, after those who acted before. `None` when the chain would be too long.
    ///
    /// > The outermost "act" claim represents the current actor while nested "act" claims represent prior actors.
    #[must_use]
    pub fn after(sub: &str, before: Option<&Self>) -> Option<Self> {
        let count = std::iter::successors(before, |actor| actor.act.as_deref()).count();
        (count < MAX_ACTORS).then(|| Self {
            sub: sub.to_owned(),
            act: before.cloned().map(Box::new),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// RFC 8693 §4.1, figure 6.
    #[test]
    fn the_current_actor_is_outermost() {
        let first = Actor::after("https://service77.example.com", None).unwrap();
        let second = Actor::after("https://service16.example.com", Some(&first)).unwrap();
        assert_eq!(
            serde_json::to_value(&second).unwrap(),
            json!({"sub": "https://service16.example.com", "act": {"sub": "https://service77.example.com"}})
        );
    }

    #[test]
    fn a_chain_ends() {
        let mut actor = Actor::after("0", None);
        for n in 1..MAX_ACTORS {
            actor = Actor::after(&n.to_string(), actor.as_ref());
        }
        assert!(actor.is_some());
        assert_eq!(Actor::after("one more", actor.as_ref()), None);
    }
}
