//! The authorization server over HTTP requests, on a database file: the attack cases of its endpoints, each with its exact
//! status, error code and header fields.
#![expect(clippy::unwrap_used, reason = "a helper of the tests ends the test")]

mod clients;
mod cost;
mod documents;
mod dpop;
mod exchange;
mod jwt;
mod keys;
mod log;
mod refresh;
mod register;
mod requests;
mod trusted;
mod world;
