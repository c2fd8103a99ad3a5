//! rollcall-edge.
