//! What the evaluator of `rollcall-core` says should be found, and in which order.

use std::collections::BTreeMap;

use rollcall_core::{JsonObject, Resource, ResourceType, Sort, SortOrder, display_of, matches};
use rollcall_store::{Found, Page, Part};
use serde_json::{Value as Json, json};

use super::world::{BASE, Entry, World};

impl World {
    /// The full representation, as the evaluator takes it.
    pub fn json(&self, entry: &Entry) -> JsonObject {
        let relations = if entry.rt.name == "User" {
            ("groups", self.groups_of(&entry.resource.id))
        } else {
            ("members", self.members_of(entry))
        };
        rendered(entry.rt, &entry.resource, relations)
    }

    fn members_of(&self, group: &Entry) -> Vec<Json> {
        let members = self.entries.iter();
        members
            .filter_map(|member| {
                let display = group.members.get(&member.resource.id)?;
                let mut card = card(member, &member.rt.name);
                if let Some(display) = display {
                    card["display"] = display.as_str().into();
                }
                Some(card)
            })
            .collect()
    }

    /// The groups that a user is in, directly or through others.
    fn groups_of(&self, user: &str) -> Vec<Json> {
        let mut found = BTreeMap::from([(user, "")]);
        loop {
            let before = found.len();
            for group in &self.entries {
                if group.members.contains_key(user) {
                    found.insert(&group.resource.id, "direct");
                } else if group.members.keys().any(|id| found.contains_key(&**id)) {
                    found.entry(&group.resource.id).or_insert("indirect");
                }
            }
            if found.len() == before {
                break;
            }
        }
        let groups = self.entries.iter().filter(|e| e.rt.name == "Group");
        groups
            .filter_map(|group| Some(card(group, found.get(&*group.resource.id)?)))
            .collect()
    }

    /// Demands that a list has those resources, in that order.
    #[track_caller]
    pub fn check(&self, page: &Page, expected: &[&Entry], what: &str) {
        let found = page.resources.iter();
        let found: Vec<&str> = found.map(|(_, found)| &*found.id).collect();
        let ids: Vec<&str> = expected.iter().map(|entry| &*entry.resource.id).collect();
        assert_eq!(found, ids, "{what}");
        for ((_, found), entry) in page.resources.iter().zip(expected) {
            assert_eq!(shown(entry.rt, found), self.json(entry), "{what}");
            assert_eq!(found.members, entry.members.len() as u64, "{what}");
        }
    }

    /// Those that a filter of their type matches, in order of creation.
    pub fn matching(&self, parts: &[Part<'_>]) -> Vec<&Entry> {
        let is_found = |entry: &&Entry| {
            let mut parts = parts.iter();
            let part = parts.find(|part| part.resource_type.name == entry.rt.name);
            part.is_some_and(|part| part.filter.is_none_or(|f| matches(f, &self.json(entry))))
        };
        let mut found: Vec<&Entry> = self.entries.iter().filter(is_found).collect();
        found.sort_by_key(|entry| entry.resource.created);
        found
    }

    /// Those that a filter of their type matches, in the order in which they are to be listed.
    pub fn listed(&self, parts: &[Part<'_>], sort: Option<&Sort<'_>>) -> Vec<&Entry> {
        let Some(sort) = sort else {
            return self.matching(parts);
        };
        let ascending = Sort {
            order: SortOrder::Ascending,
            ..*sort
        };
        let found = self.matching(parts);
        let mut listed: Vec<(JsonObject, &Entry)> = self
            .entries
            .iter()
            .filter(|entry| found.iter().any(|f| f.resource.id == entry.resource.id))
            .map(|entry| (self.json(entry), entry))
            .collect();
        listed.sort_by(|(a, _), (b, _)| ascending.compare(a, b));
        // Those with the same key are in order of creation, and in the opposite order when descending.
        if sort.order == SortOrder::Descending {
            listed.reverse();
        }
        listed.into_iter().map(|(_, entry)| entry).collect()
    }
}

/// What is shown of a related resource.
fn card(entry: &Entry, kind: &str) -> Json {
    let id = &entry.resource.id;
    json!({
        "value": id,
        "$ref": format!("{BASE}{}/{id}", entry.rt.endpoint),
        "display": display_of(&entry.resource.attributes),
        "type": kind,
    })
}

fn shown(rt: &ResourceType, found: &Found) -> JsonObject {
    let related = found.related.as_deref();
    let related = related.map_or(Vec::new(), |text| serde_json::from_str(text).unwrap());
    let (_, target) = rt.related().unwrap();
    rendered(rt, &found.resource().unwrap(), (&target.attr.name, related))
}

fn rendered(rt: &ResourceType, resource: &Resource, relations: (&str, Vec<Json>)) -> JsonObject {
    let location = format!("{BASE}{}/{}", rt.endpoint, resource.id);
    let mut whole = resource.to_json(rt, &location);
    let (name, related) = relations;
    if !related.is_empty() {
        whole.insert(name.to_owned(), related.into());
    }
    whole
}
