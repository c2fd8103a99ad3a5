//! rollcall-core.
