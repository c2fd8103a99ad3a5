//! scim-discovery.
