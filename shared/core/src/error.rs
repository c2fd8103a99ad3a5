//! The one error of SCIM: a status, a `scimType` and a sentence that says what to change.
//!
//! [RFC 7644 §3.12](https://www.rfc-editor.org/rfc/rfc7644#section-3.12)

use serde_json::{Value, json};

use crate::JsonObject;

/// The schema of an error message.
pub const ERROR_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// The detail error keyword of a SCIM error (RFC 7644 Table 9; the cursor ones are RFC 9865's).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScimType {
    /// The filter is malformed, or compares what cannot be compared.
    InvalidFilter,
    /// The query would yield more than the server is willing to work out.
    TooMany,
    /// A value that must be unique is taken.
    Uniqueness,
    /// The change goes against the attribute's mutability.
    Mutability,
    /// The body's structure is wrong.
    InvalidSyntax,
    /// The `path` of a PATCH operation is malformed or names nothing.
    InvalidPath,
    /// The `path` of a PATCH operation selects nothing that could be operated on.
    NoTarget,
    /// A value is missing or does not fit the attribute.
    InvalidValue,
    /// The protocol version is not supported.
    InvalidVers,
    /// The request would disclose, or carries, sensitive information.
    Sensitive,
    /// The paging cursor is malformed.
    InvalidCursor,
    /// The paging cursor is no longer valid.
    ExpiredCursor,
    /// The page size does not fit the cursor.
    InvalidCount,
}

impl ScimType {
    /// The keyword on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
            Self::Mutability => "mutability",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidPath => "invalidPath",
            Self::NoTarget => "noTarget",
            Self::InvalidValue => "invalidValue",
            Self::InvalidVers => "invalidVers",
            Self::Sensitive => "sensitive",
            Self::InvalidCursor => "invalidCursor",
            Self::ExpiredCursor => "expiredCursor",
            Self::InvalidCount => "invalidCount",
        }
    }
}

/// What goes back to the client instead of a resource.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{status}: {detail}")]
pub struct ScimError {
    /// The HTTP status.
    pub status: u16,
    /// The detail error keyword, where the RFC has one.
    pub scim_type: Option<ScimType>,
    /// What is wrong and what to change.
    pub detail: String,
}

macro_rules! by_scim_type {
    ($($(#[$doc:meta])* $name:ident => $status:literal $kind:ident;)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(detail: impl Into<String>) -> Self {
            Self { status: $status, scim_type: Some(ScimType::$kind), detail: detail.into() }
        }
    )*};
}

macro_rules! by_status {
    ($($(#[$doc:meta])* $name:ident => $status:literal;)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(detail: impl Into<String>) -> Self {
            Self { status: $status, scim_type: None, detail: detail.into() }
        }
    )*};
}

impl ScimError {
    by_scim_type! {
        /// 400 `invalidFilter`.
        invalid_filter => 400 InvalidFilter;
        /// 400 `tooMany`.
        too_many => 400 TooMany;
        /// 409 `uniqueness`.
        uniqueness => 409 Uniqueness;
        /// 400 `mutability`.
        mutability => 400 Mutability;
        /// 400 `invalidSyntax`.
        invalid_syntax => 400 InvalidSyntax;
        /// 400 `invalidPath`.
        invalid_path => 400 InvalidPath;
        /// 400 `noTarget`.
        no_target => 400 NoTarget;
        /// 400 `invalidValue`.
        invalid_value => 400 InvalidValue;
        /// 400 `invalidVers`.
        invalid_vers => 400 InvalidVers;
        /// 403 `sensitive`.
        sensitive => 403 Sensitive;
        /// 400 `invalidCursor`.
        invalid_cursor => 400 InvalidCursor;
        /// 400 `expiredCursor`.
        expired_cursor => 400 ExpiredCursor;
        /// 400 `invalidCount`.
        invalid_count => 400 InvalidCount;
    }

    by_status! {
        /// 401.
        unauthorized => 401;
        /// 403.
        forbidden => 403;
        /// 404.
        not_found => 404;
        /// 405.
        method_not_allowed => 405;
        /// 409 without a keyword.
        conflict => 409;
        /// 412.
        precondition_failed => 412;
        /// 413.
        payload_too_large => 413;
        /// 415.
        unsupported_media_type => 415;
        /// 501.
        not_implemented => 501;
    }

    /// 500 with a fixed text: the cause is logged where it happened and never leaves the server.
    #[must_use]
    pub fn internal() -> Self {
        Self {
            status: 500,
            scim_type: None,
            detail: "internal server error".to_owned(),
        }
    }

    /// The body of the answer.
    #[must_use]
    pub fn to_json(&self) -> JsonObject {
        let mut body = JsonObject::new();
        body.insert("schemas".to_owned(), json!([ERROR_SCHEMA]));
        // > The HTTP status code … expressed as a JSON string.
        body.insert("status".to_owned(), Value::String(self.status.to_string()));
        if let Some(scim_type) = self.scim_type {
            body.insert(
                "scimType".to_owned(),
                Value::String(scim_type.as_str().to_owned()),
            );
        }
        body.insert("detail".to_owned(), Value::String(self.detail.clone()));
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_is_a_string_and_the_keyword_is_the_rfcs() {
        let body = ScimError::mutability("attribute `id` is readOnly").to_json();
        let expected = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "scimType": "mutability",
            "detail": "attribute `id` is readOnly",
            "status": "400",
        });
        assert_eq!(Value::Object(body), expected);
    }

    #[test]
    fn an_error_without_a_keyword_has_no_scim_type() {
        let body = ScimError::not_found("no such user").to_json();
        assert!(!body.contains_key("scimType"));
        assert_eq!(body["status"], "404");
    }

    #[test]
    fn uniqueness_is_a_conflict_and_sensitive_is_forbidden() {
        assert_eq!(ScimError::uniqueness("x").status, 409);
        assert_eq!(ScimError::sensitive("x").status, 403);
    }
}
