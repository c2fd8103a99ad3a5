//! What the client's own request says of attributes that are returned on request alone.
//!
//! > request  The attribute is returned in response to any PUT, POST, or PATCH operations if the
//! > attribute was specified by the client (for example, the attribute was modified).
//! > ([RFC 7643 §7](https://www.rfc-editor.org/rfc/rfc7643#section-7))

use serde_json::Value;

use super::{Named, Projection};
use crate::json::get_ignore_case;
use crate::schema::{ResourceType, Returned, Target};
use crate::{AttrPath, JsonObject, PatchOp, PatchPath};

impl Projection {
    /// For the answer to a POST or PUT: shows, besides what it shows anyway, the attributes of the body
    /// that are returned on request. What `attributes` or `excludedAttributes` say goes before.
    #[must_use]
    pub fn with_body(mut self, body: &JsonObject, rt: &ResourceType) -> Self {
        self.specify_members(None, body, rt);
        self
    }

    /// For the answer to a PATCH: the same with the attributes that its operations name.
    #[must_use]
    pub fn with_operations(mut self, operations: &[PatchOp], rt: &ResourceType) -> Self {
        for operation in operations {
            let value = operation.value.as_ref().unwrap_or(&Value::Null);
            match &operation.path {
                None => self.specify_all(None, value, rt),
                Some(PatchPath::Schema(urn)) => self.specify_schema(urn, value, rt),
                Some(PatchPath::Attr(path)) => match rt.resolve(path) {
                    Some(target) => self.specify(target, value),
                    None => self.specify_schema(&path.to_string(), value, rt),
                },
                Some(PatchPath::Value { attr, sub, .. }) => {
                    let target = rt.resolve(attr);
                    if let Some(target) = target {
                        let sub = sub.as_ref().and_then(|sub| target.attr.sub_attribute(sub));
                        self.specify(sub.map_or(target, |sub| target.with_sub(sub)), value);
                    }
                }
            }
        }
        self
    }

    fn specify_schema(&mut self, urn: &str, value: &Value, rt: &ResourceType) {
        match rt.extension(urn) {
            Some(extension) => self.specify_all(Some(&extension.schema.id), value, rt),
            None => self.specify_all(None, value, rt),
        }
    }

    fn specify_all(&mut self, extension: Option<&str>, value: &Value, rt: &ResourceType) {
        if let Value::Object(members) = value {
            self.specify_members(extension, members, rt);
        }
    }

    /// The members of a resource or of an extension. In a PATCH the names may be paths.
    fn specify_members(
        &mut self,
        extension: Option<&str>,
        members: &JsonObject,
        rt: &ResourceType,
    ) {
        for (name, value) in members {
            match (extension, rt.extension(name)) {
                (None, Some(extension)) => self.specify_all(Some(&extension.schema.id), value, rt),
                _ => {
                    let path = AttrPath::read(name).ok().map(|path| AttrPath {
                        schema: extension.map(str::to_owned).or(path.schema),
                        ..path
                    });
                    if let Some(target) = path.and_then(|path| rt.resolve(&path)) {
                        self.specify(target, value);
                    }
                }
            }
        }
    }

    /// An attribute with a value, or a sub-attribute.
    fn specify(&mut self, target: Target<'_>, value: &Value) {
        if target.attr.returned == Returned::Request {
            self.add_specified(target.parent());
        }
        if target.sub.is_some() {
            if target.leaf().returned == Returned::Request {
                self.add_specified(target);
            }
            return;
        }
        let on_request = target.attr.sub_attributes.iter();
        let on_request = on_request.filter(|sub| sub.returned == Returned::Request);
        let elements = match value {
            Value::Array(elements) => elements.as_slice(),
            single => std::slice::from_ref(single),
        };
        for sub in on_request {
            let has = |element: &Value| {
                let object = element.as_object();
                object.is_some_and(|object| get_ignore_case(object, &sub.name).is_some())
            };
            if elements.iter().any(has) {
                self.add_specified(target.with_sub(sub));
            }
        }
    }

    fn add_specified(&mut self, target: Target<'_>) {
        let named = Named {
            extension: target.extension.map(str::to_owned),
            attr: Some(target.attr.name.clone()),
            sub: target.sub.map(|sub| sub.name.clone()),
        };
        if !self.specified.contains(&named) {
            self.specified.push(named);
        }
    }
}
