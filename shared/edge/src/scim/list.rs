//! What a list request asks for, in a query string (RFC 7644 §3.4.2) or in a body (§3.4.3).

use rollcall_core::{JsonObject, Projection, ResourceType, ScimError, excerpt};
use rollcall_service::resources::SearchRequest;
use serde_json::Value as Json;

use crate::query::{self, QueryError};

const SEARCH_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// The names of the parameters.
const KNOWN: &[&str] = &[
    "filter",
    "sortBy",
    "sortOrder",
    "startIndex",
    "count",
    "cursor",
    "attributes",
    "excludedAttributes",
];

/// The parameters of a request, wherever they came from. Unknown ones are left out.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Parameters {
    /// Which resources, in which order, which page.
    pub search: SearchRequest,
    attributes: Option<String>,
    excluded: Option<String>,
}

impl Parameters {
    /// From a query string.
    ///
    /// # Errors
    /// 400 `invalidValue` for a number that isn't one, text that isn't UTF-8, or a parameter that is there twice.
    pub fn from_query(query: Option<&str>) -> Result<Self, ScimError> {
        let mut parameters = Self::default();
        let pairs =
            query::parse(query.unwrap_or_default(), KNOWN).map_err(|error| match error {
                QueryError::NotUtf8(name) => ScimError::invalid_value(format!(
                    "`{name}` is not UTF-8: percent-encode it as UTF-8"
                )),
                QueryError::Duplicate(name) => {
                    ScimError::invalid_value(format!("`{name}` is there twice: send it once"))
                }
            })?;
        for (name, value) in pairs {
            parameters.set(name, value)?;
        }
        Ok(parameters)
    }

    /// From the body of a `.search`.
    ///
    /// # Errors
    /// 400 `invalidValue` for a parameter of the wrong type, `invalidSyntax` for another message than a SearchRequest.
    pub fn from_body(body: JsonObject) -> Result<Self, ScimError> {
        let mut parameters = Self::default();
        let mut is_search = false;
        for (name, value) in body {
            if name.eq_ignore_ascii_case("schemas") {
                is_search = value
                    .as_array()
                    .is_some_and(|schemas| schemas.iter().any(|schema| schema == SEARCH_SCHEMA));
                continue;
            }
            if let Some(text) = text_of(&name, value)? {
                parameters.set(&name, text)?;
            }
        }
        if is_search {
            Ok(parameters)
        } else {
            Err(ScimError::invalid_syntax(format!(
                "`schemas` must be [\"{SEARCH_SCHEMA}\"]"
            )))
        }
    }

    /// Which attributes the client wants to see.
    ///
    /// # Errors
    /// 400 as [`Projection::parse`] has it.
    pub fn projection(&self, resource_type: &ResourceType) -> Result<Projection, ScimError> {
        Projection::parse(
            self.attributes.as_deref(),
            self.excluded.as_deref(),
            resource_type,
        )
    }

    fn set(&mut self, name: &str, value: String) -> Result<(), ScimError> {
        let search = &mut self.search;
        match name.to_ascii_lowercase().as_str() {
            "filter" => search.filter = Some(value),
            "sortby" => search.sort_by = Some(value),
            "sortorder" => search.sort_order = Some(value),
            "startindex" => search.start_index = Some(integer(name, &value)?),
            "count" => search.count = Some(integer(name, &value)?),
            "cursor" => search.cursor = Some(value),
            "attributes" => self.attributes = Some(value),
            "excludedattributes" => self.excluded = Some(value),
            _ => {}
        }
        Ok(())
    }
}

/// A member of a SearchRequest as it would stand in a query string; `None` when it is null or unknown.
fn text_of(name: &str, value: Json) -> Result<Option<String>, ScimError> {
    let expected = match name.to_ascii_lowercase().as_str() {
        "filter" | "sortby" | "sortorder" | "cursor" => "a string",
        "startindex" | "count" => "an integer",
        "attributes" | "excludedattributes" => "a list of attribute names",
        _ => return Ok(None),
    };
    let names = |items: Vec<Json>| {
        let names: Option<Vec<&str>> = items.iter().map(Json::as_str).collect();
        names.map(|names| names.join(","))
    };
    let text = match (expected, value) {
        (_, Json::Null) => return Ok(None),
        (_, Json::String(text)) => Some(text),
        ("an integer", Json::Number(number)) => Some(number.to_string()),
        ("a list of attribute names", Json::Array(items)) => names(items),
        _ => None,
    };
    text.map(Some)
        .ok_or_else(|| ScimError::invalid_value(format!("`{name}` takes {expected}")))
}

fn integer(name: &str, value: &str) -> Result<i64, ScimError> {
    value.trim().parse().map_err(|_| {
        ScimError::invalid_value(format!(
            "`{name}` takes an integer, not `{}`",
            excerpt(value)
        ))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ok_query_and_body_say_the_same() {
        let query = Parameters::from_query(Some(
            "filter=a+pr&SORTBY=b&count=2&startIndex=-1&attributes=x,y&aadOptscim062020",
        ))
        .unwrap();
        let body = json!({"schemas": [SEARCH_SCHEMA], "filter": "a pr", "sortBy": "b", "count": 2, "startIndex": -1, "attributes": ["x", "y"]});
        assert_eq!(
            query,
            Parameters::from_body(body.as_object().unwrap().clone()).unwrap()
        );
        assert_eq!(query.search.count, Some(2));
    }

    #[test]
    fn ok_unknown_members_and_nulls_are_left_out() {
        let body = json!({"schemas": [SEARCH_SCHEMA], "new": true, "also": {}, "count": null});
        let parameters = Parameters::from_body(body.as_object().unwrap().clone()).unwrap();
        assert_eq!(parameters, Parameters::default());
    }

    #[test]
    fn err_wrong_types() {
        assert_eq!(
            Parameters::from_query(Some("count=ten"))
                .unwrap_err()
                .status,
            400
        );
        for body in [
            json!({"schemas": [SEARCH_SCHEMA], "count": true}),
            json!({"schemas": [SEARCH_SCHEMA], "count": 1.5}),
            json!({"schemas": [SEARCH_SCHEMA], "count": [1]}),
            json!({"schemas": [SEARCH_SCHEMA], "filter": ["a pr"]}),
            json!({"schemas": [SEARCH_SCHEMA], "sortBy": 1}),
            json!({"schemas": [SEARCH_SCHEMA], "attributes": {"a": "b"}}),
            json!({"schemas": [SEARCH_SCHEMA], "attributes": [1]}),
            json!({"filter": "a pr"}),
        ] {
            assert_eq!(
                Parameters::from_body(body.as_object().unwrap().clone())
                    .unwrap_err()
                    .status,
                400,
                "{body}"
            );
        }
    }
}
