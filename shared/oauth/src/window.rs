//! When a signed statement holds, and for how long its use must be remembered.

/// How far another clock may be ahead, in seconds.
pub const LEEWAY_SECS: i64 = 10;

/// Something that may be used once: refuse it when `id` was used before, and remember it until then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SingleUse {
    /// What was used. Unique with whose it is: a client's assertion, a key's proof.
    pub id: String,
    /// Until when it would be accepted again, in seconds since the Unix epoch.
    pub until_secs: i64,
}

/// Whether a time lies further ahead than clocks differ.
pub(crate) fn is_ahead(at_secs: i64, now_secs: i64) -> bool {
    at_secs > now_secs.saturating_add(LEEWAY_SECS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_seconds_ahead_is_accepted_and_more_is_not() {
        assert!(!is_ahead(1010, 1000));
        assert!(is_ahead(1011, 1000));
        assert!(is_ahead(1060, 1000));
        assert!(!is_ahead(i64::MAX, i64::MAX));
    }
}
