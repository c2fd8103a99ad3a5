//! The authorization server.

pub(crate) mod registration;
