//! ops-health.
