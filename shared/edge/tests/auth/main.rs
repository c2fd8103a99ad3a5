//! The authorization server over HTTP requests, on a database file: the attack cases of its endpoints, each with its exact
//! status, error code and header fields.

mod clients;
mod documents;
mod dpop;
mod exchange;
mod jwt;
mod keys;
mod log;
mod refresh;
mod requests;
mod world;
