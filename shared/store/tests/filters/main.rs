//! What the store finds, and in which order, against what `rollcall-core` says it should, on random resources.

mod cursors;
mod relations;
mod sorting;
mod text;
mod users;
mod world;
