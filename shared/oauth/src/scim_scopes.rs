//! The scopes of the SCIM endpoints: `scim:read` and `scim:write` for all types, `scim:users:read` and the like for one.

use crate::Scope;

/// What a request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// It reads.
    Read,
    /// It changes something. The answer shows the result, which needs no right to read.
    Write,
}

impl Access {
    const fn verb(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// Whether a scope permits this with the resources at an endpoint (`Users`), or with all of them.
#[must_use]
pub fn permits(scope: &Scope, access: Access, endpoint: Option<&str>) -> bool {
    scope.contains(&for_all(access))
        || endpoint.is_some_and(|endpoint| scope.contains(&for_one(access, endpoint)))
}

/// The least scope that would do, for a challenge (RFC 6750 §3).
#[must_use]
pub fn needed(access: Access, endpoint: Option<&str>) -> Scope {
    // A name with a space would be two tokens.
    let token = endpoint
        .map(|endpoint| for_one(access, endpoint))
        .filter(|token| !token.contains(' '));
    let one = token.and_then(|token| Scope::parse(&token).ok());
    one.or_else(|| Scope::parse(&for_all(access)).ok())
        .unwrap_or_default()
}

/// The scopes that there are, for the metadata: for all types, and for each of these endpoints.
#[must_use]
pub fn supported(endpoints: &[&str]) -> Vec<String> {
    let both = [Access::Read, Access::Write];
    let ones = endpoints
        .iter()
        .flat_map(|endpoint| both.map(|access| for_one(access, endpoint)));
    both.map(for_all).into_iter().chain(ones).collect()
}

fn for_all(access: Access) -> String {
    format!("scim:{}", access.verb())
}

fn for_one(access: Access, endpoint: &str) -> String {
    let endpoint = endpoint.trim_matches('/').to_ascii_lowercase();
    format!("scim:{endpoint}:{}", access.verb())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(scope: &str, access: Access, endpoint: Option<&str>) -> bool {
        permits(&Scope::parse(scope).unwrap(), access, endpoint)
    }

    #[test]
    fn a_scope_permits_what_it_says_and_no_more() {
        use Access::{Read, Write};
        assert!(may("scim:read", Read, Some("Users")));
        assert!(may("scim:read", Read, None));
        assert!(!may("scim:read", Write, Some("Users")));
        assert!(!may("scim:write", Read, Some("Users")));
        assert!(may("scim:users:read", Read, Some("Users")));
        assert!(!may("scim:users:read", Read, Some("Groups")));
        assert!(!may("scim:users:read", Read, None));
        assert!(!may("scim:users:read", Write, Some("Users")));
        assert!(may("a scim:groups:write", Write, Some("Groups")));
        assert!(!may("scim", Read, Some("Users")));
        assert!(!may("SCIM:READ", Read, Some("Users")));
        assert!(!permits(&Scope::default(), Read, Some("Users")));
    }

    /// An endpoint whose name looks like a verb does not widen anything.
    #[test]
    fn an_endpoint_is_always_between_colons() {
        assert!(!may("scim:read", Access::Write, Some("read")));
        assert!(!may("scim:read:read", Access::Read, Some("Users")));
    }

    #[test]
    fn the_challenge_names_the_least_that_would_do() {
        let name = |access, endpoint| needed(access, endpoint).to_string();
        assert_eq!(name(Access::Read, Some("Users")), "scim:users:read");
        assert_eq!(name(Access::Write, Some("/Devices")), "scim:devices:write");
        assert_eq!(name(Access::Write, None), "scim:write");
        assert_eq!(name(Access::Write, Some("a b")), "scim:write");
    }

    #[test]
    fn all_scopes_are_listed() {
        assert_eq!(
            supported(&["Users"]),
            [
                "scim:read",
                "scim:write",
                "scim:users:read",
                "scim:users:write"
            ]
        );
    }
}
