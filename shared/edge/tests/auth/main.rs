//! The authorization server over HTTP requests, on a database file: the attack cases of its endpoints, each with its exact
//! status, error code and header fields.
#![expect(clippy::unwrap_used, reason = "a helper of the tests ends the test")]

mod calls;
mod clients;
mod delegates;
mod documents;
mod dpop;
mod ended;
mod enforce;
mod exchange;
mod introspect;
mod jwt;
mod keys;
mod limits;
mod log;
mod made_up;
mod policies;
mod policy_limits;
mod published;
mod recent;
mod refresh;
mod register;
mod requests;
mod resource;
mod revoke;
mod toy;
mod trusted;
mod world;
