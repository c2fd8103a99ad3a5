//! The `path` of an operation.

use crate::ScimError;
use crate::path::excerpt;

/// What stands before a `bulkId` where an id would be.
pub(super) const REFERENCE: &str = "bulkId:";

/// Which resource an operation is about.
///
/// > The resource's relative path to the SCIM service provider's root. If "method" is "POST", the value
/// > must specify a resource type endpoint …, whereas all other "method" values must specify the path
/// > to a specific resource
#[derive(Clone, Debug, PartialEq)]
pub(super) struct BulkPath {
    /// The endpoint, with its slash: `/Users`.
    pub(super) endpoint: String,
    /// The resource's id, perhaps `bulkId:…`.
    pub(super) id: Option<String>,
}

impl BulkPath {
    /// Reads a path: `/Users`, `/Users/2819c223`, `/Users/bulkId:qwerty`. Escapes stay as they are.
    ///
    /// # Errors
    ///
    /// `invalidValue` if it is absolute, has a query, or is neither an endpoint nor a resource.
    pub(super) fn parse(text: &str) -> Result<Self, ScimError> {
        if is_absolute(text) {
            return Err(ScimError::invalid_value(format!(
                "`path` is the absolute address `{}`; send what follows the base address of the service, \
                 such as `/Users`",
                excerpt(text)
            )));
        }
        let relative = text.strip_prefix('/').unwrap_or(text);
        let (endpoint, id) = relative.split_once('/').unwrap_or((relative, ""));
        let id = match id {
            // A bulkId is the client's own text, and may have any character in it.
            reference if reference.starts_with(REFERENCE) => reference,
            id => id.strip_suffix('/').unwrap_or(id),
        };
        let not_in_a_segment: &[char] = &['/', '?', '#'];
        let is_segment = |text: &str| !text.contains(not_in_a_segment);
        if endpoint.is_empty()
            || !is_segment(endpoint)
            || !(id.starts_with(REFERENCE) || is_segment(id))
        {
            return Err(ScimError::invalid_value(format!(
                "`path` is `{}`; send an endpoint, such as `/Users`, or a resource, such as `/Users/{{id}}`, \
                 without a query",
                excerpt(text)
            )));
        }
        Ok(Self {
            endpoint: format!("/{endpoint}"),
            id: (!id.is_empty()).then(|| id.to_owned()),
        })
    }
}

/// `https://a.example/Users` or `//a.example/Users`.
fn is_absolute(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    text.starts_with("//") || scheme.is_some_and(|scheme| !scheme.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, endpoint: &str, id: Option<&str>) {
        let path = BulkPath::parse(text).unwrap();
        assert_eq!((path.endpoint.as_str(), path.id.as_deref()), (endpoint, id));
    }

    #[track_caller]
    fn check_err(text: &str, expected: &str) {
        let error = BulkPath::parse(text).unwrap_err();
        assert_eq!(error.scim_type, Some(crate::ScimType::InvalidValue));
        assert!(error.detail.contains(expected), "{}", error.detail);
    }

    #[test]
    fn ok_endpoints_and_resources() {
        check("/Users", "/Users", None);
        check("/Users/", "/Users", None);
        check("Groups", "/Groups", None);
        check("/Users/2819c223", "/Users", Some("2819c223"));
        check("Users/2819c223/", "/Users", Some("2819c223"));
        check("/Users/a%2Fb", "/Users", Some("a%2Fb"));
    }

    #[test]
    fn ok_a_reference_takes_the_rest_as_it_is() {
        check("/Users/bulkId:abc", "/Users", Some("bulkId:abc"));
        check("/Users/bulkId:a/b?c#d/", "/Users", Some("bulkId:a/b?c#d/"));
        check("/Users/bulkId:a://b", "/Users", Some("bulkId:a://b"));
    }

    #[test]
    fn err_absolute_addresses() {
        check_err(
            "https://a.example/scim/v2/Users",
            "`https://a.example/scim/v2/Users`; send what follows the base address",
        );
        check_err("//a.example/Users", "absolute address");
        check_err("://", "absolute address");
    }

    #[test]
    fn err_neither_an_endpoint_nor_a_resource() {
        for path in [
            "",
            "/",
            "/Users/1/2",
            "/Users//1",
            "/scim/v2/Users",
            "/Users?attributes=id",
            "/Users/1?x",
            "/Users/1#x",
        ] {
            check_err(path, &format!("`path` is `{path}`; send an endpoint"));
        }
        let error = BulkPath::parse(&format!("/{}?", "é".repeat(10_000))).unwrap_err();
        assert!(error.detail.len() < 400);
    }
}
