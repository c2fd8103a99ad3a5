//! Rate limits, pure: the generic cell rate algorithm, who a request counts against, and what it is told.
//!
//! Nothing here does I/O or reads a clock. Times are microseconds since any epoch, or between two moments, as [`Micros`].

mod address;
mod admission;
mod batch;
mod breaker;
mod buckets;
mod failures;
mod gcra;
mod held;
mod proxies;
mod rate;
pub mod script;

pub use address::ClientAddress;
pub use admission::{Admission, Ask, Policy, Standing};
pub use batch::{Batch, Taken};
pub use breaker::Breaker;
pub use buckets::Buckets;
pub use failures::Failures;
pub use gcra::{Bucket, Decision, Micros};
pub use held::{Held, Kind, Spent};
pub use proxies::{NotProxies, Proxies};
pub use rate::{NotARate, Rate};
