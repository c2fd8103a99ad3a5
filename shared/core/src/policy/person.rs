//! Resources as entities: which attributes a policy sees of a person or a group.

use std::sync::LazyLock;

use serde_json::{Value as Json, json};

use super::USER;
use crate::{JsonObject, ResourceType};

/// The extension whose attributes stand beside those of the core schema (RFC 7643 §4.3).
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// The attribute with the display names of a person's groups.
const GROUP_NAMES: &str = "groupNames";

/// The names that [`person_attributes`] may give, those of tenants' own extensions excepted.
static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let user = ResourceType::user();
    let names = user.attributes().map(|(_, attribute)| &attribute.name);
    let own = [GROUP_NAMES, "id"].map(str::to_owned);
    names.cloned().chain(own).collect()
});

/// The attributes of a person, from their document and the display names of their groups.
///
/// - A simple attribute is itself; a complex one is a record; a multi-valued one is the set of its values (of complex
///   values, their `value`).
/// - The attributes of the enterprise extension stand beside those of the core schema; `manager` is a person.
/// - Another extension is a record under its URI.
/// - `groupNames` has the names of the groups, direct and indirect.
///
/// Those that nobody `sees` are left out.
#[must_use]
pub fn person_attributes(
    document: &JsonObject,
    group_names: &[String],
    sees: impl Fn(&str) -> bool,
) -> JsonObject {
    let mut attributes = JsonObject::new();
    for (name, value) in document {
        match value {
            Json::Object(extension) if name == ENTERPRISE => {
                for (name, value) in extension.iter().filter(|(name, _)| sees(name)) {
                    let value = match name.as_str() {
                        "manager" => manager(value),
                        _ => attribute(value),
                    };
                    insert(&mut attributes, name, value);
                }
            }
            value if sees(name) => insert(&mut attributes, name, attribute(value)),
            _ => {}
        }
    }
    if sees(GROUP_NAMES) {
        insert(&mut attributes, GROUP_NAMES, Some(group_names.into()));
    }
    attributes
}

/// The attributes of a group or a client, from its document; those that nobody `sees` are left out. Its members are no
/// part of a group.
#[must_use]
pub fn group_attributes(document: &JsonObject, sees: impl Fn(&str) -> bool) -> JsonObject {
    let mut attributes = JsonObject::new();
    for (name, value) in document.iter().filter(|(name, _)| sees(name)) {
        insert(&mut attributes, name, attribute(value));
    }
    attributes
}

/// Whether the attribute of that name is for the store alone to tell, so that no caller may add one where a person has
/// none.
#[must_use]
pub fn is_scim_attribute(name: &str) -> bool {
    NAMES.iter().any(|known| known == name) || name.starts_with("urn:")
}

fn insert(attributes: &mut JsonObject, name: &str, value: Option<Json>) {
    if let Some(value) = value {
        attributes.insert(name.to_owned(), value);
    }
}

/// An attribute's value; `None` for what no policy can see: null, and numbers that are not whole.
fn attribute(value: &Json) -> Option<Json> {
    match value {
        Json::Null => None,
        Json::Bool(_) | Json::String(_) => Some(value.clone()),
        Json::Number(number) => number.is_i64().then(|| value.clone()),
        Json::Array(elements) => {
            let of = |element: &Json| match element {
                Json::Object(parts) => parts.get("value").and_then(attribute),
                simple => attribute(simple),
            };
            Some(elements.iter().filter_map(of).collect())
        }
        Json::Object(parts) => {
            let mut record = JsonObject::new();
            for (name, part) in parts {
                insert(&mut record, name, attribute(part));
            }
            Some(record.into())
        }
    }
}

fn manager(value: &Json) -> Option<Json> {
    let id = value.get("value")?.as_str()?;
    Some(json!({"__entity": {"type": USER, "id": id}}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(document: Json, expected: &Json) {
        let document = document.as_object().unwrap().clone();
        let attributes = person_attributes(&document, &["Admins".to_owned()], |_| true);
        let mut expected = expected.as_object().unwrap().clone();
        expected.insert("groupNames".into(), json!(["Admins"]));
        assert_eq!(attributes, expected);
    }

    #[test]
    fn a_person_has_the_attributes_of_the_core_schema_and_the_enterprise_extension() {
        check(
            json!({
                "userName": "barbara",
                "active": true,
                "name": {"givenName": "Barbara", "familyName": null},
                "emails": [{"value": "b@example.com", "type": "work"}, {"type": "home"}],
                ENTERPRISE: {"department": "Sales", "manager": {"value": "26118915", "displayName": "John"}},
            }),
            &json!({
                "userName": "barbara",
                "active": true,
                "name": {"givenName": "Barbara"},
                "emails": ["b@example.com"],
                "department": "Sales",
                "manager": {"__entity": {"type": "User", "id": "26118915"}},
            }),
        );
    }

    #[test]
    fn another_extension_is_a_record_and_fractions_are_left_out() {
        check(
            json!({"urn:example:2.0:Badge": {"code": "7", "level": 3, "weight": 1.5, "tags": ["a", "b"]}}),
            &json!({"urn:example:2.0:Badge": {"code": "7", "level": 3, "tags": ["a", "b"]}}),
        );
    }

    #[test]
    fn only_the_store_tells_what_scim_defines() {
        for name in [
            "userName",
            "department",
            "active",
            "groupNames",
            "externalId",
            "id",
        ] {
            assert!(is_scim_attribute(name), "{name}");
        }
        assert!(is_scim_attribute("urn:example:2.0:Badge"));
        assert!(!is_scim_attribute("ip_address"));
    }
}
