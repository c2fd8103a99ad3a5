//! The same decision in Redis: one script, which is called with all buckets of a request at once.
//!
//! A bucket is a string with its arrival time, by the clock of the Redis server, which expires when the bucket is full.
//! The script needs Redis 5 or newer.

use crate::admission::{Admission, Ask};
use crate::gcra::Micros;

/// The script, for `EVAL`.
pub const TEXT: &str = include_str!("take.lua");

/// Its SHA-1, for `EVALSHA`.
pub const SHA1: &str = "ac609c7aeb214ac25c50fb09946aed1fab2d59e7";

/// What follows the script, or its hash, in `EVAL` and `EVALSHA`: the number of keys, the keys, and three arguments for
/// each of them.
pub fn arguments(asks: &[Ask]) -> impl Iterator<Item = String> {
    let keys = asks.iter().map(|ask| ask.key.clone());
    let buckets = asks.iter().flat_map(|ask| {
        let bucket = ask.bucket();
        let takes = u64::from(ask.takes);
        [bucket.interval, bucket.full(), takes].map(|number| number.to_string())
    });
    [asks.len().to_string()]
        .into_iter()
        .chain(keys)
        .chain(buckets)
}

/// What the script's answer says; none when it is no answer to these questions.
#[must_use]
pub fn admission(asks: &[Ask], answer: &[i64]) -> Option<Admission> {
    let (is_allowed, debts) = answer.split_first()?;
    let debts = debts.iter().map(|debt| Micros::try_from(*debt).ok());
    let debts: Vec<Micros> = debts.collect::<Option<_>>()?;
    let admission = Admission::of(asks, &debts);
    let agrees = debts.len() == asks.len() && admission.is_allowed() == (*is_allowed == 1);
    agrees.then_some(admission)
}
