//! Policies in [Cedar](https://www.cedarpolicy.com): reading, checking and evaluating. The only crate that knows the
//! engine, and one component alone is built from it, since it is larger than all of the others' code.
//!
//! Pure: what it says depends on its arguments alone.

mod bounds;
mod entities;
mod extent;
mod findings;
mod kinds;
mod named;
#[cfg(test)]
mod oracle;
mod rules;
mod schema;
mod set;

pub use bounds::{MAX_POLICIES, MAX_TEXT};
pub use set::CedarSet;

#[cfg(test)]
mod tests;
