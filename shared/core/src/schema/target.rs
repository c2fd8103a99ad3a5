//! What a path names, once the schema has been asked.

use super::{Attribute, Lookup};

/// An attribute or sub-attribute of a resource type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target<'s> {
    /// The URI of the extension that it belongs to.
    pub extension: Option<&'s str>,
    /// The attribute.
    pub attr: &'s Attribute,
    /// The sub-attribute.
    pub sub: Option<&'s Attribute>,
}

impl<'s> Target<'s> {
    /// The sub-attribute if there is one, else the attribute.
    #[must_use]
    pub fn leaf(&self) -> &'s Attribute {
        self.sub.unwrap_or(self.attr)
    }

    /// The canonical path: `userName`, `emails.value`,
    /// `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value`.
    #[must_use]
    pub fn key(&self) -> String {
        key(
            self.extension,
            &self.attr.name,
            self.sub.map(|sub| sub.name.as_str()),
        )
    }

    /// What an index is kept of its values. The values of `schemas` are shared by all.
    #[must_use]
    pub fn lookup(&self) -> Lookup {
        if self.attr.name == "schemas" && self.extension.is_none() {
            return Lookup::None;
        }
        self.leaf().lookup()
    }

    /// The same attribute without the sub-attribute.
    #[must_use]
    pub fn parent(&self) -> Self {
        Self { sub: None, ..*self }
    }

    /// A sub-attribute of the same attribute.
    #[must_use]
    pub fn with_sub(&self, sub: &'s Attribute) -> Self {
        Self {
            sub: Some(sub),
            ..*self
        }
    }
}

/// The canonical path of an attribute, as [`Target::key`] has it.
pub(crate) fn key(extension: Option<&str>, attr: &str, sub: Option<&str>) -> String {
    let mut key = String::with_capacity(64);
    if let Some(urn) = extension {
        key.push_str(urn);
        key.push(':');
    }
    key.push_str(attr);
    if let Some(sub) = sub {
        key.push('.');
        key.push_str(sub);
    }
    key
}
