//! What the buckets of a request say to it together, and how the client is told.

use crate::gcra::{Bucket, Micros};
use crate::rate::Rate;

/// What a limit is about: its name in the header fields.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Policy {
    /// All requests of a tenant.
    Tenant,
    /// The requests of one client, or with one token.
    Client,
    /// The requests from one address.
    Address,
    /// Failures of a client at one address to say who it is.
    Failures,
}

impl Policy {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::Client => "client",
            Self::Address => "address",
            Self::Failures => "failures",
        }
    }
}

/// One of the buckets that a request needs a place in.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// What it is about.
    pub policy: Policy,
    /// The limit.
    pub rate: Rate,
    /// Into how many buckets the limit is split, of which this is one.
    pub shards: u32,
    /// Which bucket.
    pub key: String,
    /// Whether the request takes its place, or only asks whether there is one.
    pub takes: bool,
}

impl Ask {
    /// The bucket.
    #[must_use]
    pub fn bucket(&self) -> Bucket {
        self.rate.bucket(self.shards)
    }
}

/// How a request stands with one limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    policy: Policy,
    rate: Rate,
    remaining: u64,
    /// How long it is until there is a place, or until there are all of them when there is one now.
    window: Micros,
    /// How long it is until there is a place for this request; zero when it has one.
    wait: Micros,
}

/// Whether a request may be served. It has taken all of its places, or none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Admission {
    /// One for each limit.
    standings: Vec<Standing>,
}

impl Admission {
    /// What debts say, one for each bucket, as they were before the request.
    #[must_use]
    pub fn of(asks: &[Ask], debts: &[Micros]) -> Self {
        let pairs = || asks.iter().zip(debts);
        let is_allowed = pairs().all(|(ask, debt)| ask.bucket().take(*debt).is_allowed);
        let standings = pairs().map(|(ask, debt)| {
            let bucket = ask.bucket();
            let after = if is_allowed && ask.takes {
                bucket.take(*debt).debt
            } else {
                *debt
            };
            // The other parts of a limit are supposed to be as full as the one that was asked.
            let remaining = u64::from(bucket.remaining(after)) * u64::from(ask.shards.max(1));
            Standing {
                policy: ask.policy,
                rate: ask.rate,
                remaining,
                window: if remaining == 0 {
                    bucket.wait(after)
                } else {
                    after
                },
                wait: bucket.wait(*debt),
            }
        });
        Self {
            standings: standings.collect(),
        }
    }

    /// Whether the request may be served.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.refusing().is_none()
    }

    /// The limit that refuses the request for the longest time, if one does.
    #[must_use]
    pub fn refusing(&self) -> Option<Policy> {
        let refusing = self.standings.iter().filter(|standing| standing.wait > 0);
        refusing
            .max_by_key(|standing| standing.wait)
            .map(|standing| standing.policy)
    }

    /// The value of `Retry-After`, in seconds (RFC 9110 §10.2.3): when all that the request needs will be there, unless
    /// others take it. None when the request may be served.
    #[must_use]
    pub fn retry_after_secs(&self) -> Option<u64> {
        let waits = self.standings.iter().map(|standing| standing.wait);
        waits.max().filter(|wait| *wait > 0).map(seconds)
    }

    /// The values of `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11 §3, §4); none when
    /// nothing is limited.
    ///
    /// A place comes back all the time, not all of them at the end of a window. So `w` is the time in which an empty
    /// bucket fills, and `t` the time in which this one does; when nothing is left, it is the time until something is.
    #[must_use]
    pub fn fields(&self) -> Option<(String, String)> {
        let (mut policies, mut limits) = (String::with_capacity(128), String::with_capacity(128));
        // How many failures are left is told to nobody, unless none are.
        let told = |standing: &&Standing| standing.policy != Policy::Failures || standing.wait > 0;
        for standing in self.standings.iter().filter(told) {
            let (name, rate) = (standing.policy.name(), standing.rate);
            let (count, period) = (rate.count.into(), rate.period_secs.into());
            push(&mut policies, name, [(";q=", count), (";w=", period)]);
            let (remaining, window) = (standing.remaining, seconds(standing.window));
            push(&mut limits, name, [(";r=", remaining), (";t=", window)]);
        }
        (!policies.is_empty()).then_some((policies, limits))
    }
}

/// Adds an item to a list (RFC 9651 §3.1). Every answer has several, and `write!` takes a hundredth of a request for them.
fn push(list: &mut String, name: &str, parameters: [(&str, u64); 2]) {
    if !list.is_empty() {
        list.push_str(", ");
    }
    list.push('"');
    list.push_str(name);
    list.push('"');
    for (parameter, value) in parameters {
        list.push_str(parameter);
        list.push_str(itoa::Buffer::new().format(value));
    }
}

/// Whole seconds, rounded up.
fn seconds(time: Micros) -> u64 {
    time.div_ceil(1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(policy: Policy, rate: &str, shards: u32) -> Ask {
        Ask {
            policy,
            rate: Rate::parse(rate).unwrap().unwrap(),
            shards,
            key: "key".to_owned(),
            takes: true,
        }
    }

    #[test]
    fn all_places_are_taken_or_none() {
        let asks = [
            ask(Policy::Tenant, "10/10s", 1),
            ask(Policy::Client, "2/10s", 1),
        ];
        let allowed = Admission::of(&asks, &[0, 5_000_000]);
        assert_eq!(allowed.retry_after_secs(), None);
        assert_eq!(
            allowed.fields().unwrap(),
            (
                "\"tenant\";q=10;w=10, \"client\";q=2;w=10".to_owned(),
                "\"tenant\";r=9;t=1, \"client\";r=0;t=5".to_owned()
            )
        );
        let refused = Admission::of(&asks, &[0, 5_000_001]);
        assert_eq!(refused.refusing(), Some(Policy::Client));
        assert_eq!(refused.retry_after_secs(), Some(1));
        assert_eq!(
            refused.fields().unwrap().1,
            "\"tenant\";r=10;t=0, \"client\";r=0;t=1"
        );
    }

    #[test]
    fn the_longest_wait_counts() {
        let asks = [
            ask(Policy::Address, "1/20s", 1),
            ask(Policy::Client, "1/1m", 1),
        ];
        let refused = Admission::of(&asks, &[20_000_000, 30_500_000]);
        assert_eq!(refused.refusing(), Some(Policy::Client));
        assert_eq!(refused.retry_after_secs(), Some(31));
    }

    #[test]
    fn who_only_asks_takes_nothing() {
        let mut peek = ask(Policy::Failures, "2/10s", 1);
        peek.takes = false;
        let admission = Admission::of(&[peek.clone()], &[0]);
        assert!(admission.is_allowed());
        assert_eq!(admission.fields(), None);
        let refused = Admission::of(&[peek], &[10_000_000]);
        assert_eq!(refused.fields().unwrap().1, "\"failures\";r=0;t=5");
    }

    #[test]
    fn a_part_of_a_limit_stands_for_the_whole() {
        let shard = ask(Policy::Tenant, "1000/1s", 8);
        let admission = Admission::of(&[shard], &[0]);
        assert_eq!(admission.fields().unwrap().1, "\"tenant\";r=992;t=1");
    }

    #[test]
    fn without_limits_nothing_is_said() {
        let admission = Admission::of(&[], &[]);
        assert!(admission.is_allowed());
        assert_eq!(admission.fields(), None);
    }
}
