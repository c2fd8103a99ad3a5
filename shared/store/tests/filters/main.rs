//! What the store finds, and in which order, against what `rollcall-core` says it should, on random resources.
#![expect(
    clippy::unwrap_used,
    reason = "a step that prepares the test and fails is a failed test"
)]

mod cursors;
mod oracle;
mod random;
mod relations;
mod sorting;
mod text;
mod users;
mod world;
