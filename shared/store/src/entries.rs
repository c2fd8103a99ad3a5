//! The search index of a resource, as the JSON that the write procedure takes.

use std::collections::BTreeSet;

use rollcall_core::{
    IndexEntry, IndexValue, JsonObject, Resource, ResourceType, index_entries, unique_values,
};
use serde_json::{Value as Json, json};

use crate::paths;

/// What a write takes from the index and what it brings to it.
pub(crate) struct Difference {
    /// `[path, element, value]` of each entry that goes.
    pub unindexed: String,
    /// `[path, element, value]` of each entry that comes.
    pub indexed: String,
    /// `[path, value]` of each unique value that goes.
    pub freed: String,
    /// `[path, value]` of each unique value that comes.
    pub uniques: String,
    /// The names of the attributes that differ.
    pub attributes: Vec<String>,
}

impl Difference {
    /// From one state of a resource to the next; a new resource comes from none.
    pub fn between(
        tenant: i64,
        resource_type: &ResourceType,
        old: Option<&Resource>,
        new: &Resource,
    ) -> Self {
        let old = old.map(|old| &old.attributes);
        let new = &new.attributes;
        Self {
            attributes: changed(old.unwrap_or(&JsonObject::new()), new),
            ..Self::from_to(
                tenant,
                old.map(|old| (old, resource_type)),
                (new, resource_type),
            )
        }
    }

    /// The same attributes by two forms of their type.
    pub fn of_type(
        tenant: i64,
        attributes: &JsonObject,
        (old, new): (&ResourceType, &ResourceType),
    ) -> Self {
        Self::from_to(tenant, Some((attributes, old)), (attributes, new))
    }

    fn from_to(
        tenant: i64,
        old: Option<(&JsonObject, &ResourceType)>,
        new: (&JsonObject, &ResourceType),
    ) -> Self {
        let entries = |(side, rt)| entries(tenant, side, rt);
        let values = |(side, rt)| uniques(tenant, side, rt);
        let (unindexed, indexed) = sides(old.map(entries), entries(new));
        let (freed, uniques) = sides(old.map(values), values(new));
        Self {
            unindexed,
            indexed,
            freed,
            uniques,
            attributes: Vec::new(),
        }
    }

    /// Whether nothing goes and nothing comes.
    pub fn is_empty(&self) -> bool {
        [&self.unindexed, &self.indexed, &self.freed, &self.uniques]
            .iter()
            .all(|items| *items == "[]")
    }
}

/// What only the first holds and what only the second holds, each as a JSON array.
fn sides(old: Option<BTreeSet<String>>, new: BTreeSet<String>) -> (String, String) {
    let old = old.unwrap_or_default();
    let list = |items: Vec<&str>| format!("[{}]", items.join(","));
    let gone = old.difference(&new).map(String::as_str).collect();
    let come = new.difference(&old).map(String::as_str).collect();
    (list(gone), list(come))
}

fn entries(tenant: i64, attributes: &JsonObject, resource_type: &ResourceType) -> BTreeSet<String> {
    let json = |entry: IndexEntry| {
        let path = paths::number(tenant, &resource_type.name, &entry.path, entry.lookup);
        let element = entry.element;
        match entry.value {
            IndexValue::Text(value) => json!([path, element, value]).to_string(),
            IndexValue::Integer(value) => json!([path, element, value]).to_string(),
            IndexValue::Decimal(value) => json!([path, element, value]).to_string(),
        }
    };
    index_entries(attributes, resource_type)
        .into_iter()
        .map(json)
        .collect()
}

fn uniques(tenant: i64, attributes: &JsonObject, resource_type: &ResourceType) -> BTreeSet<String> {
    unique_values(attributes, resource_type)
        .into_iter()
        .map(|unique| {
            let path = paths::number(tenant, &resource_type.name, &unique.path, unique.lookup);
            json!([path, unique.value]).to_string()
        })
        .collect()
}

/// The names of the attributes that are not the same in both, extension attributes by their whole path.
fn changed(old: &JsonObject, new: &JsonObject) -> Vec<String> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differing = names
        .into_iter()
        .filter(|name| old.get(*name) != new.get(*name));
    differing
        .flat_map(|name| {
            // An extension sits under its URI, and the name of an attribute has no colon.
            if !name.contains(':') {
                return vec![name.clone()];
            }
            let inner = |side: &JsonObject| {
                side.get(name)
                    .and_then(Json::as_object)
                    .cloned()
                    .unwrap_or_default()
            };
            changed(&inner(old), &inner(new))
                .into_iter()
                .map(|inner| format!("{name}:{inner}"))
                .collect()
        })
        .collect()
}
