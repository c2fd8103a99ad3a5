//! rollcall-store.
