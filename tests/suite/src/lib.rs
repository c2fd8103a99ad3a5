//! The black-box tests: the real Wasm components, over HTTP, with a real SQLite file.
//!
//! A test asks for a [`Service`] and gets one of its own. With `ROLLCALL_BASE_URL` and `ROLLCALL_ADMIN_TOKEN` in the
//! environment the same tests run against a service that is up already, under `spin up` for example.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "this is a test harness: a broken precondition ends the test"
)]

mod client;
pub mod golden;
mod service;

pub use client::{Answer, Client};
pub use service::Service;
