//! The black-box tests: the real Wasm components, over HTTP, with a real SQLite file.
//!
//! A test asks for a [`Service`] and gets one of its own. With `ROLLCALL_BASE_URL` and `ROLLCALL_ADMIN_TOKEN` in the
//! environment the same tests run against a service that is up already, under `spin up` for example. Only those that
//! start, stop, kill or measure the service ([`Service::own`], [`Process`]) always run the native host.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "this is a test harness: a broken precondition ends the test"
)]

mod client;
pub mod golden;
mod process;
mod raw;
mod redis;
mod service;

pub use client::{Answer, Client, encode};
pub use process::Process;
pub use redis::Redis;
pub use service::{MASTER_KEY, Service, workspace};
