//! scim-users.
