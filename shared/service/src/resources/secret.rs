//! Attributes that are never returned, such as `password`.

use rollcall_core::{Attribute, JsonObject, ResourceType, Returned};
use serde_json::Value as Json;

/// Takes secret attributes out of what is to be stored.
///
/// # Incomplete support
/// Passwords are accepted, since clients such as Okta send them with every create, and are not kept: nothing in the
/// service checks a password yet. `/ServiceProviderConfig` says so with `changePassword`.
pub(super) fn without_secrets(
    mut attributes: JsonObject,
    resource_type: &ResourceType,
) -> JsonObject {
    drop_never_returned(&mut attributes, &resource_type.schema.attributes);
    for extension in &resource_type.extensions {
        if let Some(Json::Object(inner)) = attributes.get_mut(&extension.schema.id) {
            drop_never_returned(inner, &extension.schema.attributes);
        }
    }
    attributes
}

fn drop_never_returned(attributes: &mut JsonObject, definitions: &[Attribute]) {
    for definition in definitions
        .iter()
        .filter(|definition| definition.returned == Returned::Never)
    {
        attributes.remove(&definition.name);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_password_is_not_kept() {
        let body = json!({"userName": "a", "password": "secret", "nickName": "b"});
        let kept = without_secrets(body.as_object().unwrap().clone(), &ResourceType::user());
        assert_eq!(
            Json::Object(kept),
            json!({"userName": "a", "nickName": "b"})
        );
    }
}
