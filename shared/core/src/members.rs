//! The members of a group: what a request changes about them.
//!
//! [RFC 7643 §4.2](https://www.rfc-editor.org/rfc/rfc7643#section-4.2)

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::path::excerpt;
use crate::{JsonObject, Relation, ResourceType, ScimError, fold};

/// What becomes of a group's direct members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemberChange {
    /// Whether all of them go that `add` does not name.
    pub clear: bool,
    /// The ids of those that come; some may be members already.
    pub add: Vec<String>,
    /// The ids of those that go; some may be no members.
    pub remove: Vec<String>,
}

impl MemberChange {
    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.clear && self.add.is_empty() && self.remove.is_empty()
    }

    /// What leads from one list of ids to another.
    pub(crate) fn between(old: &[String], new: &[String]) -> Self {
        let before: BTreeSet<&String> = old.iter().collect();
        let after: BTreeSet<&String> = new.iter().collect();
        let only = |these: &BTreeSet<&String>, those: &BTreeSet<&String>| {
            these
                .difference(those)
                .map(|id| (*id).clone())
                .collect::<Vec<_>>()
        };
        Self {
            clear: false,
            add: only(&after, &before),
            remove: only(&before, &after),
        }
    }
}

/// Takes the members out of the attributes of a group, which [`crate::accept`] has checked, and returns their ids;
/// nothing if the type has no members.
///
/// # Errors
///
/// `invalidValue` if a member lacks its `value`.
pub fn members_of(
    attributes: &mut JsonObject,
    rt: &ResourceType,
) -> Result<Option<Vec<String>>, ScimError> {
    let Some((Relation::Members, target)) = rt.related() else {
        return Ok(None);
    };
    let listed = attributes.remove(&target.attr.name);
    ids(listed.as_ref()).map(Some)
}

/// The ids of the members in a list, each once.
pub(crate) fn ids(members: Option<&Value>) -> Result<Vec<String>, ScimError> {
    let elements = match members {
        Some(Value::Array(elements)) => elements.as_slice(),
        _ => &[],
    };
    let ids: Result<BTreeSet<String>, ScimError> = elements.iter().map(id).collect();
    ids.map(|ids| ids.into_iter().collect())
}

fn id(member: &Value) -> Result<String, ScimError> {
    match member.get("value").and_then(Value::as_str) {
        // Identifiers are in lower case, and a member's is compared without regard to it.
        Some(id) if !id.is_empty() => Ok(fold(id)),
        _ => Err(ScimError::invalid_value(format!(
            "the member `{}` needs a `value`: the id of a user or a group",
            excerpt(&member.to_string())
        ))),
    }
}

/// Follows the operations of a PATCH on members that are not at hand: only what they do is.
#[derive(Debug, Default)]
pub(crate) struct Tracker {
    clear: bool,
    /// Whether an id will be a member.
    wanted: BTreeMap<String, bool>,
}

impl Tracker {
    pub(crate) fn add(&mut self, ids: Vec<String>) {
        self.wanted.extend(ids.into_iter().map(|id| (id, true)));
    }

    pub(crate) fn remove(&mut self, ids: Vec<String>) {
        self.wanted.extend(ids.into_iter().map(|id| (id, false)));
    }

    pub(crate) fn clear(&mut self) {
        self.clear = true;
        self.wanted.clear();
    }

    pub(crate) fn into_change(self) -> MemberChange {
        let mut change = MemberChange {
            clear: self.clear,
            ..MemberChange::default()
        };
        for (id, is_member) in self.wanted {
            if is_member {
                change.add.push(id);
            } else if !self.clear {
                change.remove.push(id);
            }
        }
        change
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn strings(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn the_last_operation_on_an_id_counts() {
        let mut tracker = Tracker::default();
        tracker.add(strings(&["a", "b"]));
        tracker.remove(strings(&["b", "c"]));
        tracker.add(strings(&["c"]));
        let change = tracker.into_change();
        assert_eq!(change.add, ["a", "c"]);
        assert_eq!(change.remove, ["b"]);
        assert!(!change.clear);
    }

    #[test]
    fn clearing_forgets_what_came_before() {
        let mut tracker = Tracker::default();
        tracker.add(strings(&["a"]));
        tracker.clear();
        tracker.add(strings(&["b"]));
        tracker.remove(strings(&["c"]));
        let change = tracker.into_change();
        assert_eq!(change.add, ["b"]);
        assert!(change.clear && change.remove.is_empty());
    }

    #[test]
    fn a_group_gives_its_members_away_and_a_user_has_none() {
        let group = json!({"displayName": "g", "members": [{"value": "b"}, {"value": "a", "type": "User"}, {"value": "b"}]});
        let mut group = group.as_object().unwrap().clone();
        assert_eq!(
            members_of(&mut group, &ResourceType::group()),
            Ok(Some(strings(&["a", "b"])))
        );
        assert!(!group.contains_key("members"));
        assert_eq!(members_of(&mut group, &ResourceType::user()), Ok(None));
    }

    #[test]
    fn an_id_in_another_case_is_the_same_id() {
        let members = json!([{"value": "0190A"}, {"value": "0190a"}]);
        assert_eq!(ids(Some(&members)), Ok(strings(&["0190a"])));
    }

    #[test]
    fn err_a_member_without_an_id() {
        for member in [
            json!({"display": "x"}),
            json!({"value": ""}),
            json!({"$ref": "../Users/1"}),
        ] {
            let error = ids(Some(&json!([member]))).unwrap_err();
            assert_eq!(error.scim_type, Some(crate::ScimType::InvalidValue));
        }
    }

    #[test]
    fn a_difference_names_who_comes_and_who_goes() {
        let change = MemberChange::between(&strings(&["a", "b"]), &strings(&["b", "c"]));
        assert_eq!(
            (change.add, change.remove),
            (strings(&["c"]), strings(&["a"]))
        );
    }
}
