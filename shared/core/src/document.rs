//! Where an attribute sits in a resource: at the top, or in the object of its extension.

use serde_json::Value;

use crate::JsonObject;
use crate::schema::Target;

/// The attribute's value.
pub(crate) fn get<'v>(document: &'v JsonObject, target: Target<'_>) -> Option<&'v Value> {
    match target.extension {
        None => document.get(&target.attr.name),
        Some(urn) => document.get(urn)?.as_object()?.get(&target.attr.name),
    }
}

/// Takes the attribute out.
pub(crate) fn take(document: &mut JsonObject, target: Target<'_>) -> Option<Value> {
    let Some(urn) = target.extension else {
        return document.remove(&target.attr.name);
    };
    let container = document.get_mut(urn)?.as_object_mut()?;
    let taken = container.remove(&target.attr.name);
    if container.is_empty() {
        document.remove(urn);
    }
    taken
}

/// Sets the attribute, or takes it out; an extension without attributes disappears.
pub(crate) fn put(document: &mut JsonObject, target: Target<'_>, value: Option<Value>) {
    let Some(value) = value else {
        take(document, target);
        return;
    };
    let container = match target.extension {
        None => Some(document),
        Some(urn) => {
            let container = document
                .entry(urn)
                .or_insert_with(|| Value::Object(JsonObject::new()));
            container.as_object_mut()
        }
    };
    if let Some(container) = container {
        container.insert(target.attr.name.clone(), value);
    }
}
