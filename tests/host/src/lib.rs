//! Runs a Spin application's own `spin.toml` and `.wasm` files on wasmtime, where no `spin` is
//! installed, and in tests.
//!
//! It mimics Spin 4.1 closely enough that what passes here passes there: routes, variables,
//! SQLite, key-value stores, Redis, outbound HTTP, calls between components, instance reuse.
//! What it does not support is an error at the start, never a silent difference.
//!
//! ```no_run
//! # async fn run() -> anyhow::Result<()> {
//! let host = rollcall_host::Host::builder("spin.toml")
//!     .state_dir(".spin")
//!     .variable("admin_token", "secret")
//!     .start()
//!     .await?;
//! println!("{}", host.base_url());
//! host.stop().await;
//! # Ok(())
//! # }
//! ```

mod app;
mod bindings;
mod engine;
mod headers;
mod host;
mod instance;
mod key_value;
mod logs;
mod manifest;
mod outbound;
mod redis;
mod route;
mod runtime_config;
mod serve;
mod sqlite;
mod state;
mod template;
mod variables;

pub use self::{
    host::{Builder, Host},
    instance::Reuse,
};
