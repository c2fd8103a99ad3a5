//! The authorization server's half of the store.
#![expect(
    clippy::unwrap_used,
    reason = "a step that prepares the test and fails is a failed test"
)]

mod clients;
mod delegates;
mod grants;
mod issuers;
mod keys;
mod liveness;
mod log;
mod once;
mod people;
mod registration;
mod revocation;
mod secrets;
mod suspension;
mod sweeping;
mod tenancy;
mod world;
