//! rollcall-host.
