//! What the model shows of a resource.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::model::{Entry, Model};
use crate::steps::Kind;

pub const BASE: &str = "https://id.example/scim/v2";

impl Model {
    /// A resource's attributes.
    pub fn attributes(&self, entry: &Entry) -> Json {
        match (entry.kind, &entry.title) {
            (Kind::User, None) => json!({"userName": entry.name}),
            (Kind::User, Some(title)) => json!({"userName": entry.name, "title": title}),
            (Kind::Group, _) => json!({"displayName": entry.name}),
        }
    }

    /// What a member is called.
    pub fn shown(&self, id: &str, display: &Option<String>) -> String {
        let name = || self.entry(id).map(|member| member.name.clone());
        display.clone().or_else(name).unwrap_or_default()
    }

    /// A group's members, or a user's groups.
    pub fn related(&self, entry: &Entry) -> Vec<Json> {
        match entry.kind {
            Kind::User => self.groups_of(entry),
            Kind::Group => self.members_of(entry),
        }
    }

    fn members_of(&self, group: &Entry) -> Vec<Json> {
        let members = self.entries.iter().filter_map(|member| {
            let display = group.members.get(&member.id)?;
            let shown = self.shown(&member.id, display);
            Some(card(member, &shown, member.kind.name()))
        });
        members.collect()
    }

    fn groups_of(&self, user: &Entry) -> Vec<Json> {
        let mut found = BTreeSet::from([&user.id]);
        // As often as there could be groups in groups.
        for _ in &self.entries {
            for group in &self.entries {
                if group.members.keys().any(|id| found.contains(id)) {
                    found.insert(&group.id);
                }
            }
        }
        found.remove(&user.id);
        let groups = self
            .entries
            .iter()
            .filter(|group| found.contains(&group.id));
        let groups = groups.map(|group| {
            let is_direct = group.members.contains_key(&user.id);
            card(
                group,
                &group.name,
                if is_direct { "direct" } else { "indirect" },
            )
        });
        groups.collect()
    }
}

/// What is shown of a related resource.
fn card(entry: &Entry, shown: &str, kind: &str) -> Json {
    let (id, endpoint) = (&entry.id, entry.kind.endpoint());
    json!({"value": id, "$ref": format!("{BASE}{endpoint}/{id}"), "display": shown, "type": kind})
}
