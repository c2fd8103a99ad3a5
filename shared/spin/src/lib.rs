//! rollcall-spin.
