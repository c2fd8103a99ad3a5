//! ops-admin.
