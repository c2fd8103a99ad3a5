//! The life of a tenant's keys: published, then signing, then kept for the tokens that it signed, then gone.
//!
//! No state is stored. It follows from two times of each key and from the other keys, so that all instances agree.
//!
//! [RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5)

use super::Algorithm;

/// A key, as its row tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyTimes {
    /// Its name.
    pub kid: String,
    /// How it signs.
    pub algorithm: Algorithm,
    /// When it was made, and so published.
    pub created_secs: i64,
    /// When it begins to sign.
    pub active_from_secs: i64,
}

/// How long things last, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// For how long anyone may keep a JWKS. Nothing signs before it was published for as long.
    pub jwks_secs: i64,
    /// The longest life of a token. A key stays published for as long after it has signed its last.
    pub token_secs: i64,
    /// For how long a key signs before another one should.
    pub rotate_after_secs: i64,
}

/// What a key is for at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Published, and not signing yet.
    Next,
    /// The one that signs.
    Active,
    /// Published for the tokens that it signed.
    Retired,
    /// No token of it is left. Its row may go.
    Dropped,
}

/// All keys of a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySet {
    /// In the order in which they begin to sign.
    keys: Vec<KeyTimes>,
    lifetimes: Lifetimes,
}

impl KeySet {
    /// From rows in any order.
    #[must_use]
    pub fn new(mut keys: Vec<KeyTimes>, lifetimes: Lifetimes) -> Self {
        keys.sort_by(|a, b| {
            let order = |key: &KeyTimes| (key.active_from_secs, key.created_secs);
            order(a).cmp(&order(b)).then_with(|| a.kid.cmp(&b.kid))
        });
        Self { keys, lifetimes }
    }

    /// The key that signs. `None` before the tenant has one.
    #[must_use]
    pub fn active(&self, now_secs: i64) -> Option<&KeyTimes> {
        self.keys
            .iter()
            .rfind(|key| key.active_from_secs <= now_secs)
    }

    /// The key that will sign next, if there is one already.
    #[must_use]
    pub fn next(&self, now_secs: i64) -> Option<&KeyTimes> {
        self.keys.iter().find(|key| key.active_from_secs > now_secs)
    }

    /// What every key is for, in the order in which they begin to sign.
    pub fn states(&self, now_secs: i64) -> impl Iterator<Item = (&KeyTimes, KeyState)> {
        self.keys.iter().enumerate().map(move |(at, key)| {
            let state = if key.active_from_secs > now_secs {
                KeyState::Next
            } else {
                match self.retired_at(at) {
                    Some(retired) if retired <= now_secs => {
                        let dropped = retired.saturating_add(self.lifetimes.token_secs);
                        if now_secs < dropped {
                            KeyState::Retired
                        } else {
                            KeyState::Dropped
                        }
                    }
                    _ => KeyState::Active,
                }
            };
            (key, state)
        })
    }

    /// The keys of the JWKS: all that sign, will sign, or have signed a token that may still live.
    pub fn published(&self, now_secs: i64) -> impl Iterator<Item = &KeyTimes> {
        self.states(now_secs)
            .filter(|(_, state)| *state != KeyState::Dropped)
            .map(|(key, _)| key)
    }

    /// Whether a key should be made: there is none that signs, or the one that does is old or of another algorithm than the
    /// tenant wants, and no next one is waiting.
    #[must_use]
    pub fn is_rotation_due(&self, now_secs: i64, wanted: Algorithm) -> bool {
        if self.next(now_secs).is_some() {
            return false;
        }
        self.active(now_secs).is_none_or(|active| {
            let due = active
                .active_from_secs
                .saturating_add(self.lifetimes.rotate_after_secs);
            active.algorithm != wanted || due <= now_secs
        })
    }

    /// When a key that is made now begins to sign: at once if it is the first, else when nobody keeps a JWKS without it.
    #[must_use]
    pub fn active_from_secs(&self, now_secs: i64) -> i64 {
        if self.active(now_secs).is_none() {
            now_secs
        } else {
            now_secs.saturating_add(self.lifetimes.jwks_secs)
        }
    }

    /// For how long from now anyone may keep the JWKS. A set without keys is not kept: the first key signs at once.
    #[must_use]
    pub fn max_age_secs(&self, now_secs: i64) -> i64 {
        if self.active(now_secs).is_none() {
            0
        } else {
            self.lifetimes.jwks_secs
        }
    }

    /// When a state changes next without anyone doing anything, or a rotation is due.
    #[must_use]
    pub fn changes_at_secs(&self, now_secs: i64) -> Option<i64> {
        let begins = self.keys.iter().map(|key| key.active_from_secs);
        let ends = (0..self.keys.len())
            .filter_map(|at| self.retired_at(at))
            .map(|retired| retired.saturating_add(self.lifetimes.token_secs));
        let due = self.keys.last().map(|key| {
            key.active_from_secs
                .saturating_add(self.lifetimes.rotate_after_secs)
        });
        begins
            .chain(ends)
            .chain(due)
            .filter(|at| *at > now_secs)
            .min()
    }

    /// When the key after it begins to sign.
    fn retired_at(&self, at: usize) -> Option<i64> {
        self.keys.get(at + 1).map(|key| key.active_from_secs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFETIMES: Lifetimes = Lifetimes {
        jwks_secs: 300,
        token_secs: 3600,
        rotate_after_secs: 86_400,
    };

    fn key(kid: &str, created_secs: i64, active_from_secs: i64) -> KeyTimes {
        KeyTimes {
            kid: kid.to_owned(),
            algorithm: Algorithm::EdDsa,
            created_secs,
            active_from_secs,
        }
    }

    fn two() -> KeySet {
        KeySet::new(
            vec![key("b", 90_000, 90_300), key("a", 1000, 1000)],
            LIFETIMES,
        )
    }

    fn states(set: &KeySet, now_secs: i64) -> Vec<(&str, KeyState)> {
        set.states(now_secs)
            .map(|(key, state)| (key.kid.as_str(), state))
            .collect()
    }

    /// Attack case 21: publish, wait, sign, keep, drop.
    #[test]
    fn a_key_is_published_then_signs_then_is_kept_then_dropped() {
        use KeyState::{Active, Dropped, Next, Retired};
        let set = two();
        let cases = [
            (90_000, [("a", Active), ("b", Next)]),
            (90_299, [("a", Active), ("b", Next)]),
            (90_300, [("a", Retired), ("b", Active)]),
            (93_899, [("a", Retired), ("b", Active)]),
            (93_900, [("a", Dropped), ("b", Active)]),
        ];
        for (now, expected) in cases {
            assert_eq!(states(&set, now), expected, "{now}");
        }
        let published: Vec<_> = set.published(93_900).map(|key| key.kid.as_str()).collect();
        assert_eq!(published, ["b"]);
        assert_eq!(set.published(93_899).count(), 2);
    }

    /// Attack case 21: tokens verify before, during and after a rotation.
    #[test]
    fn whatever_signed_is_published_for_as_long_as_its_tokens_live() {
        let set = two();
        for signed_at in (1000..200_000).step_by(97) {
            let signer = &set.active(signed_at).unwrap().kid;
            for verified_at in [
                signed_at,
                signed_at + 1,
                signed_at + LIFETIMES.token_secs - 1,
            ] {
                // Also by those who fetched the JWKS as long ago as they may.
                for fetched_at in [verified_at, verified_at - LIFETIMES.jwks_secs] {
                    let known = set
                        .published(fetched_at.max(1000))
                        .any(|key| key.kid == *signer && key.created_secs <= fetched_at.max(1000));
                    assert!(known, "{signed_at} {verified_at} {fetched_at}");
                }
            }
        }
    }

    #[test]
    fn the_first_key_signs_at_once_and_later_ones_wait() {
        let none = KeySet::new(Vec::new(), LIFETIMES);
        assert!(none.is_rotation_due(5, Algorithm::EdDsa));
        assert_eq!(none.active_from_secs(5), 5);
        assert_eq!(none.max_age_secs(5), 0);
        assert_eq!(none.changes_at_secs(5), None);
        let one = KeySet::new(vec![key("a", 1000, 1000)], LIFETIMES);
        assert_eq!(one.active_from_secs(2000), 2300);
        assert_eq!(one.max_age_secs(2000), 300);
    }

    /// Attack case 21: two rotations at once make one new key.
    #[test]
    fn rotation_is_due_by_age_or_algorithm_but_not_while_a_next_key_waits() {
        let one = KeySet::new(vec![key("a", 1000, 1000)], LIFETIMES);
        assert!(!one.is_rotation_due(87_399, Algorithm::EdDsa));
        assert!(one.is_rotation_due(87_400, Algorithm::EdDsa));
        assert!(one.is_rotation_due(2000, Algorithm::Es256));
        assert!(!two().is_rotation_due(90_000, Algorithm::EdDsa));
        assert!(!two().is_rotation_due(90_000, Algorithm::Es256));
        assert!(!two().is_rotation_due(90_300, Algorithm::EdDsa));
    }

    #[test]
    fn changes_are_foreseen() {
        let set = two();
        assert_eq!(set.changes_at_secs(0), Some(1000));
        assert_eq!(set.changes_at_secs(1000), Some(90_300));
        assert_eq!(set.changes_at_secs(90_300), Some(93_900));
        assert_eq!(set.changes_at_secs(93_900), Some(90_300 + 86_400));
        assert_eq!(set.changes_at_secs(200_000), None);
    }

    #[test]
    fn keys_of_the_same_second_have_an_order_that_all_agree_on() {
        let (a, b) = (key("a", 1000, 1000), key("b", 1000, 1000));
        let set = KeySet::new(vec![b.clone(), a.clone()], LIFETIMES);
        assert_eq!(set, KeySet::new(vec![a, b], LIFETIMES));
        assert_eq!(set.active(1000).unwrap().kid, "b");
    }
}
