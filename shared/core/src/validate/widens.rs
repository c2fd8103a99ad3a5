//! Whether a change of a resource type can be told to fit what is stored without a look at it.

use crate::schema::{Attribute, ResourceType, Returned, Uniqueness};

/// Whether all that is stored of `old` fits `new` and is found there by the same values, whatever it is. So it is where
/// `new` only adds what need not be there, or takes a demand back.
///
/// Where it is false, [`crate::violation`] and [`crate::index_entries`] have to say for each resource.
#[must_use]
pub fn widens(old: &ResourceType, new: &ResourceType) -> bool {
    let stays = old.extensions.iter().all(|extension| {
        let id = &extension.schema.id;
        let other = new.extensions.iter().find(|other| other.schema.id == *id);
        other.is_some_and(|other| {
            (extension.required || !other.required)
                && all_widen(&extension.schema.attributes, &other.schema.attributes)
        })
    });
    let is_new = |urn: &str| old.extension(urn).is_none();
    let asks_for_more = new
        .extensions
        .iter()
        .any(|extension| extension.required && is_new(&extension.schema.id));
    // The URI of the core schema is a value of `schemas`.
    old.schema.id == new.schema.id
        && all_widen(&old.schema.attributes, &new.schema.attributes)
        && stays
        && !asks_for_more
}

fn all_widen(old: &[Attribute], new: &[Attribute]) -> bool {
    let named = |side: &[Attribute], name: &str| side.iter().position(|attr| attr.name == name);
    let stays = old.iter().all(|attr| {
        let other = named(new, &attr.name).and_then(|at| new.get(at));
        other.is_some_and(|other| attribute_widens(attr, other))
    });
    let asks_for_more = new
        .iter()
        .any(|attr| attr.required && named(old, &attr.name).is_none());
    stays && !asks_for_more
}

/// What is left out of this says nothing about what is stored: descriptions, mutability, what a reference points to.
fn attribute_widens(old: &Attribute, new: &Attribute) -> bool {
    let is_hidden = |attr: &Attribute| attr.returned == Returned::Never;
    let is_unique = |attr: &Attribute| attr.uniqueness != Uniqueness::None;
    old.kind == new.kind
        && old.multi_valued == new.multi_valued
        && (old.required || !new.required)
        && old.is_case_exact() == new.is_case_exact()
        && old.lookup() == new.lookup()
        && is_unique(old) == is_unique(new)
        && is_hidden(old) == is_hidden(new)
        && all_widen(&old.sub_attributes, &new.sub_attributes)
}
