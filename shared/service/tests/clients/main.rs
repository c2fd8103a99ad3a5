//! Clients, what the operator does with them and they with themselves; and the tokens of trusted issuers.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a step that prepares the test and fails is a failed test"
)]

#[path = "../fakes/mod.rs"]
mod fakes;
mod keys;
mod operator;
mod published;
mod registering;
mod trusted;
mod world;
