//! rollcall-service.
