//! Attributes that are never returned, such as `password`.

use rollcall_core::{Attribute, JsonObject, ResourceType, Returned};
use serde_json::Value as Json;

/// The attribute whose value is kept, as a hash.
const PASSWORD: &str = "password";

/// Takes what is never returned out of what is to be stored, and returns the password, if there is one.
pub(super) fn take_secrets(
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
}
