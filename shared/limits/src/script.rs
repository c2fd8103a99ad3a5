//! The same decision in Redis: one script, which is called with all buckets of a request at once.
//!
//! A bucket is a string with its arrival time, by the clock of the Redis server, which expires when the bucket is full.
//! The script needs Redis 5 or newer.

use crate::admission::Ask;
use crate::batch::{Batch, Taken};
use crate::gcra::Micros;

/// The script, for `EVAL`.
pub const TEXT: &str = include_str!("take.lua");

/// Its SHA-1, for `EVALSHA`.
pub const SHA1: &str = "19fdd843fd6fd12c00fbf36c212abd038cf732b2";

/// What follows the script, or its hash, in `EVAL` and `EVALSHA`: the number of keys, the keys, three arguments for the batch,
/// and three for each key.
pub fn arguments(asks: &[Ask], batch: Batch) -> impl Iterator<Item = String> {
    let keys = asks.iter().map(|ask| ask.key.clone());
    let buckets = asks.iter().flat_map(|ask| {
        let bucket = ask.bucket();
        [bucket.interval, bucket.full(), u64::from(ask.takes)]
    });
    let numbers = [batch.places.into(), batch.own.into(), batch.hold].into_iter();
    let numbers = numbers.chain(buckets).map(|number| number.to_string());
    [asks.len().to_string()]
        .into_iter()
        .chain(keys)
        .chain(numbers)
}

/// What the script's answer says; none when it is no answer to these questions.
#[must_use]
pub fn taken(asks: &[Ask], batch: Batch, answer: &[i64]) -> Option<Taken> {
    let (places, debts) = answer.split_first()?;
    let debts = debts.iter().map(|debt| Micros::try_from(*debt).ok());
    let debts: Vec<Micros> = debts.collect::<Option<_>>()?;
    let granted = batch.granted(asks, &debts);
    let agrees = debts.len() == asks.len() && i64::from(granted) == *places;
    agrees.then_some(Taken {
        places: granted,
        debts,
    })
}
