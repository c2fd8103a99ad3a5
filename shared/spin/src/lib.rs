//! The ports on Spin: the only shared crate that names its SDK.

mod clock;
mod random;
mod serve;
mod sqlite;
mod variables;

pub use random::HostRandom;
pub use serve::serve;
pub use sqlite::Sqlite;
