//! Which attributes an answer shows.
//!
//! [RFC 7644 §3.9](https://www.rfc-editor.org/rfc/rfc7644#section-3.9)

mod specified;

use serde_json::Value;

use crate::schema::{Attribute, ResourceType, Returned, find};
use crate::{AttrPath, JsonObject, ScimError};

/// A choice of attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Projection {
    choice: Choice,
    /// What is shown on request alone, and stands in the client's request.
    specified: Vec<Named>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Choice {
    /// The default set.
    Default,
    /// What `attributes` names.
    Only(Vec<Named>),
    /// The default set without what `excludedAttributes` names.
    Without(Vec<Named>),
}

/// A schema, an attribute or a sub-attribute, by its canonical names.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Named {
    /// The extension's URI.
    extension: Option<String>,
    /// Nothing stands for the whole schema.
    attr: Option<String>,
    sub: Option<String>,
}

/// How much of an attribute is shown.
enum Extent<'p> {
    /// The attribute, with the sub-attributes that are not shown on request alone.
    Defaults,
    /// None of it.
    Nothing,
    /// These sub-attributes.
    OnlySubs(Vec<&'p str>),
    /// What [`Extent::Defaults`] has, without these sub-attributes.
    WithoutSubs(Vec<&'p str>),
}

impl Projection {
    /// Reads `attributes` and `excludedAttributes`: names separated by commas, whole schemas by their
    /// URI. A name that the type lacks selects nothing.
    ///
    /// # Errors
    ///
    /// `invalidValue` if both are given.
    pub fn parse(
        attributes: Option<&str>,
        excluded: Option<&str>,
        rt: &ResourceType,
    ) -> Result<Self, ScimError> {
        let given = |list: Option<&str>| list.is_some_and(|list| !list.trim().is_empty());
        let choice = match (given(attributes), given(excluded)) {
            // > either of the mutually exclusive URL query parameters "attributes" or
            // > "excludedAttributes"
            (true, true) => {
                return Err(ScimError::invalid_value(
                    "`attributes` and `excludedAttributes` exclude each other; give one",
                ));
            }
            (true, false) => Choice::Only(names(attributes, rt)),
            (false, true) => Choice::Without(names(excluded, rt)),
            (false, false) => Choice::Default,
        };
        Ok(Self {
            choice,
            specified: Vec::new(),
        })
    }

    /// The default set.
    #[must_use]
    pub fn all() -> Self {
        Self {
            choice: Choice::Default,
            specified: Vec::new(),
        }
    }

    /// Whether the client chose.
    #[must_use]
    pub fn names_anything(&self) -> bool {
        self.choice != Choice::Default
    }

    /// Whether it shows every attribute that a resource of the type may have, relations aside. What is never returned is
    /// no part of a resource.
    #[must_use]
    pub fn shows_all(&self, rt: &ResourceType) -> bool {
        let on_request = |attr: &Attribute| {
            let subs = attr.sub_attributes.iter();
            std::iter::once(attr)
                .chain(subs)
                .any(|attr| attr.returned == Returned::Request)
        };
        self.choice == Choice::Default && !rt.attributes().any(|(_, attr)| on_request(attr))
    }

    /// Which sub-attributes of the type's relations are shown, so that what is costly to find need not be looked for:
    /// `excludedAttributes=members`.
    #[must_use]
    pub fn related(&self, rt: &ResourceType) -> Vec<String> {
        let Some((_, target)) = rt.related() else {
            return Vec::new();
        };
        let extent = self.extent(target.extension, target.attr);
        let subs = target.attr.sub_attributes.iter();
        subs.filter(|sub| shows_sub(sub, &extent, &[]))
            .map(|sub| sub.name.clone())
            .collect()
    }

    /// What the client may see of a resource's full representation.
    #[must_use]
    pub fn apply(&self, resource: JsonObject, rt: &ResourceType) -> JsonObject {
        let mut shown = JsonObject::new();
        for (name, value) in resource {
            if let Some(extension) = rt.extension(&name) {
                let Value::Object(object) = value else {
                    continue;
                };
                let urn = Some(extension.schema.id.as_str());
                let mut inner = JsonObject::new();
                for (name, value) in object {
                    if let Some(attr) = extension.schema.attribute(&name) {
                        self.show(urn, attr, value, &mut inner);
                    }
                }
                if !inner.is_empty() {
                    shown.insert(name, Value::Object(inner));
                }
            } else {
                let common = find(ResourceType::common_attributes(), &name);
                if let Some(attr) = common.or_else(|| rt.schema.attribute(&name)) {
                    self.show(None, attr, value, &mut shown);
                }
            }
        }
        shown
    }

    fn show(
        &self,
        extension: Option<&str>,
        attr: &Attribute,
        mut value: Value,
        shown: &mut JsonObject,
    ) {
        let extent = self.extent(extension, attr);
        if matches!(extent, Extent::Nothing) {
            return;
        }
        if attr.is_complex() {
            let specified = named_subs(&self.specified, extension, attr);
            match &mut value {
                Value::Object(object) => retain_subs(attr, &extent, &specified, object),
                Value::Array(elements) => elements.retain_mut(|element| match element {
                    Value::Object(object) => {
                        retain_subs(attr, &extent, &specified, object);
                        !object.is_empty()
                    }
                    _ => true,
                }),
                _ => {}
            }
            if value.as_object().is_some_and(JsonObject::is_empty)
                || value.as_array().is_some_and(Vec::is_empty)
            {
                return;
            }
        }
        shown.insert(attr.name.clone(), value);
    }

    fn extent(&self, extension: Option<&str>, attr: &Attribute) -> Extent<'_> {
        match attr.returned {
            // > always: The attribute is always returned, regardless of the contents of the
            // > "attributes" parameter. (RFC 7643 §7)
            Returned::Always => return Extent::Defaults,
            Returned::Never => return Extent::Nothing,
            Returned::Default | Returned::Request => {}
        }
        // > request  The attribute is returned in response to any PUT, POST, or PATCH operations if the
        // > attribute was specified by the client
        let by_default = attr.returned == Returned::Default
            || names_of(&self.specified, extension, attr).next().is_some();
        match &self.choice {
            Choice::Default if by_default => Extent::Defaults,
            Choice::Default => Extent::Nothing,
            Choice::Only(names) if names_whole(names, extension, attr) => Extent::Defaults,
            Choice::Only(names) => match named_subs(names, extension, attr) {
                subs if subs.is_empty() => Extent::Nothing,
                subs => Extent::OnlySubs(subs),
            },
            Choice::Without(names) if by_default && !names_whole(names, extension, attr) => {
                Extent::WithoutSubs(named_subs(names, extension, attr))
            }
            Choice::Without(_) => Extent::Nothing,
        }
    }
}

/// What names an attribute, its extension or a part of it.
fn names_of<'p>(
    names: &'p [Named],
    extension: Option<&str>,
    attr: &Attribute,
) -> impl Iterator<Item = &'p Named> {
    names.iter().filter(move |named| {
        named.extension.as_deref() == extension
            && named.attr.as_ref().is_none_or(|name| *name == attr.name)
    })
}

/// Whether an attribute is named as a whole, or with all of its schema.
fn names_whole(names: &[Named], extension: Option<&str>, attr: &Attribute) -> bool {
    names_of(names, extension, attr).any(|named| named.sub.is_none())
}

/// The sub-attributes of an attribute that are named.
fn named_subs<'p>(names: &'p [Named], extension: Option<&str>, attr: &Attribute) -> Vec<&'p str> {
    names_of(names, extension, attr)
        .filter_map(|named| named.sub.as_deref())
        .collect()
}

fn retain_subs(attr: &Attribute, extent: &Extent<'_>, specified: &[&str], object: &mut JsonObject) {
    object.retain(|name, _| {
        attr.sub_attribute(name)
            .is_some_and(|sub| shows_sub(sub, extent, specified))
    });
}

fn shows_sub(sub: &Attribute, extent: &Extent<'_>, specified: &[&str]) -> bool {
    let name = sub.name.as_str();
    let by_default = sub.returned != Returned::Request || specified.contains(&name);
    match (sub.returned, extent) {
        (Returned::Always, _) => true,
        (Returned::Never, _) | (_, Extent::Nothing) => false,
        (_, Extent::Defaults) => by_default,
        (_, Extent::OnlySubs(subs)) => subs.contains(&name),
        (_, Extent::WithoutSubs(subs)) => by_default && !subs.contains(&name),
    }
}

fn names(list: Option<&str>, rt: &ResourceType) -> Vec<Named> {
    list.unwrap_or_default()
        .split(',')
        .filter_map(|name| named(name.trim(), rt))
        .collect()
}

fn named(name: &str, rt: &ResourceType) -> Option<Named> {
    if name.eq_ignore_ascii_case(&rt.schema.id) {
        return Some(Named {
            extension: None,
            attr: None,
            sub: None,
        });
    }
    if let Some(extension) = rt.extension(name) {
        return Some(Named {
            extension: Some(extension.schema.id.clone()),
            attr: None,
            sub: None,
        });
    }
    let target = rt.resolve(&AttrPath::read(name).ok()?)?;
    Some(Named {
        extension: target.extension.map(str::to_owned),
        attr: Some(target.attr.name.clone()),
        sub: target.sub.map(|sub| sub.name.clone()),
    })
}

#[cfg(test)]
mod tests;
