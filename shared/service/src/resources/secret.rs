//! Attributes that are never returned, such as `password`.

use rollcall_core::{Attribute, JsonObject, ResourceType, Returned, Target};
use serde_json::Value as Json;

/// The attribute whose value is kept, as a hash.
const PASSWORD: &str = "password";

/// Takes what is never returned out of what is to be stored, and returns the password, if there is one.
pub(crate) fn take_secrets(
    attributes: &mut JsonObject,
    resource_type: &ResourceType,
) -> Option<String> {
    let password = match attributes.get(PASSWORD) {
        Some(Json::String(password)) => Some(password.clone()),
        _ => None,
    };
    let is_secret = drop_never_returned(attributes, &resource_type.schema.attributes);
    for extension in &resource_type.extensions {
        if let Some(Json::Object(inner)) = attributes.get_mut(&extension.schema.id) {
            drop_never_returned(inner, &extension.schema.attributes);
        }
    }
    password.filter(|_| is_secret)
}

/// Whether the password was among them.
fn drop_never_returned(attributes: &mut JsonObject, definitions: &[Attribute]) -> bool {
    let mut has_password = false;
    for definition in definitions
        .iter()
        .filter(|definition| definition.returned == Returned::Never)
    {
        attributes.remove(&definition.name);
        has_password |= definition.name == PASSWORD;
    }
    has_password
}

/// An attribute that is never returned and yet kept, if there is one: it was another kind of attribute when that was
/// written.
pub(crate) fn kept_secret(attributes: &JsonObject, resource_type: &ResourceType) -> Option<String> {
    let mut secrets = resource_type
        .attributes()
        .filter(|(_, attr)| attr.returned == Returned::Never);
    let (extension, attr) = secrets.find(|(extension, attr)| {
        let side = match extension {
            None => Some(attributes),
            Some(urn) => attributes.get(*urn).and_then(Json::as_object),
        };
        side.is_some_and(|side| side.contains_key(&attr.name))
    })?;
    let target = Target {
        extension,
        attr,
        sub: None,
    };
    Some(target.key())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_password_is_taken_out() {
        let body = json!({"userName": "a", "password": "secret", "nickName": "b"});
        let mut kept = body.as_object().unwrap().clone();
        let password = take_secrets(&mut kept, &ResourceType::user());
        assert_eq!(password.as_deref(), Some("secret"));
        assert_eq!(
            Json::Object(kept),
            json!({"userName": "a", "nickName": "b"})
        );
    }

    #[test]
    fn a_secret_that_is_kept_is_named() {
        let mut users = ResourceType::user();
        let check = |users: &ResourceType, kept: Json, expected: Option<&str>| {
            let kept = kept.as_object().unwrap();
            assert_eq!(kept_secret(kept, users).as_deref(), expected);
        };
        check(&users, json!({"userName": "a"}), None);
        check(&users, json!({"password": "b"}), Some("password"));
        let extension = &mut users.extensions[0].schema;
        let urn = extension.id.clone();
        extension.attributes[0].returned = Returned::Never;
        let name = extension.attributes[0].name.clone();
        let path = format!("{urn}:{name}");
        check(&users, json!({urn.as_str(): {name: "7"}}), Some(&path));
        check(&users, json!({urn: {"other": "7"}}), None);
    }
}
