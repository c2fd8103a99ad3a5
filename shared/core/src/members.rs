//! The members of a group: what a request changes about them.
//!
//! [RFC 7643 §4.2](https://www.rfc-editor.org/rfc/rfc7643#section-4.2)

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::path::excerpt;
use crate::{JsonObject, Relation, ResourceType, ScimError, fold};

/// One who is to be a member of a group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// The id of a user or a group.
    pub id: String,
    /// What the client wants to be shown of it; without that, it is the name that the member has.
    pub display: Option<String>,
}

impl From<String> for Member {
    /// One of that id, under the name that they have.
    fn from(id: String) -> Self {
        Self { id, display: None }
    }
}

/// What becomes of a group's direct members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemberChange {
    /// Whether all of them go that `add` does not name.
    pub clear: bool,
    /// Those that come; some may be members already.
    pub add: Vec<Member>,
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
    pub(crate) fn between(old: &[Member], new: &[Member]) -> Self {
        let ids = |members: &[Member]| -> BTreeSet<String> {
            members.iter().map(|member| member.id.clone()).collect()
        };
        let (before, after) = (ids(old), ids(new));
        let come = new.iter().filter(|member| !before.contains(&member.id));
        Self {
            clear: false,
            add: come.cloned().collect(),
            remove: before.difference(&after).cloned().collect(),
        }
    }
}

/// Takes the members out of the attributes of a group, which [`crate::accept`] has checked; nothing if the type has no
/// members.
///
/// # Errors
///
/// `invalidValue` if a member lacks its `value`.
pub fn members_of(
    attributes: &mut JsonObject,
    rt: &ResourceType,
) -> Result<Option<Vec<Member>>, ScimError> {
    let Some((Relation::Members, target)) = rt.related() else {
        return Ok(None);
    };
    let listed = attributes.remove(&target.attr.name);
    listed_members(listed.as_ref()).map(Some)
}

/// The members in a list, each id once.
pub(crate) fn listed_members(members: Option<&Value>) -> Result<Vec<Member>, ScimError> {
    let elements = match members {
        Some(Value::Array(elements)) => elements.as_slice(),
        _ => &[],
    };
    let members: Result<BTreeMap<String, Member>, ScimError> = elements
        .iter()
        .map(|element| member(element).map(|member| (member.id.clone(), member)))
        .collect();
    members.map(|members| members.into_values().collect())
}

fn member(member: &Value) -> Result<Member, ScimError> {
    let text = |name: &str| member.get(name).and_then(Value::as_str).map(str::to_owned);
    match text("value") {
        // Identifiers are in lower case, and a member's is compared without regard to it.
        Some(id) if !id.is_empty() => Ok(Member {
            id: fold(&id),
            display: text("display"),
        }),
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
    /// Who will be a member under an id, and who will not.
    wanted: BTreeMap<String, Option<Member>>,
}

impl Tracker {
    /// One that was added before stays as it is.
    pub(crate) fn add(&mut self, members: Vec<Member>) {
        for member in members {
            let wanted = self.wanted.entry(member.id.clone()).or_default();
            wanted.get_or_insert(member);
        }
    }

    pub(crate) fn remove(&mut self, ids: Vec<String>) {
        self.wanted.extend(ids.into_iter().map(|id| (id, None)));
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
        for (id, member) in self.wanted {
            match member {
                Some(member) => change.add.push(member),
                None if self.clear => {}
                None => change.remove.push(id),
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

    fn members(ids: &[&str]) -> Vec<Member> {
        strings(ids).into_iter().map(Member::from).collect()
    }

    #[test]
    fn the_last_operation_on_an_id_counts() {
        let mut tracker = Tracker::default();
        tracker.add(members(&["a", "b"]));
        tracker.remove(strings(&["b", "c"]));
        tracker.add(members(&["c"]));
        let change = tracker.into_change();
        assert_eq!(change.add, members(&["a", "c"]));
        assert_eq!(change.remove, ["b"]);
        assert!(!change.clear);
    }

    #[test]
    fn clearing_forgets_what_came_before() {
        let mut tracker = Tracker::default();
        tracker.add(members(&["a"]));
        tracker.clear();
        tracker.add(members(&["b"]));
        tracker.remove(strings(&["c"]));
        let change = tracker.into_change();
        assert_eq!(change.add, members(&["b"]));
        assert!(change.clear && change.remove.is_empty());
    }

    #[test]
    fn a_group_gives_its_members_away_and_a_user_has_none() {
        let group = json!({"displayName": "g", "members": [{"value": "b"}, {"value": "a", "type": "User", "display": "A"}, {"value": "b"}]});
        let mut group = group.as_object().unwrap().clone();
        let mut expected = members(&["a", "b"]);
        expected[0].display = Some("A".to_owned());
        assert_eq!(
            members_of(&mut group, &ResourceType::group()),
            Ok(Some(expected))
        );
        assert!(!group.contains_key("members"));
        assert_eq!(members_of(&mut group, &ResourceType::user()), Ok(None));
    }

    #[test]
    fn an_id_in_another_case_is_the_same_id() {
        let members = json!([{"value": "0190A"}, {"value": "0190a"}]);
        let listed = listed_members(Some(&members)).unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].id, "0190a");
    }

    #[test]
    fn err_a_member_without_an_id() {
        for member in [
            json!({"display": "x"}),
            json!({"value": ""}),
            json!({"$ref": "../Users/1"}),
        ] {
            let error = listed_members(Some(&json!([member]))).unwrap_err();
            assert_eq!(error.scim_type, Some(crate::ScimType::InvalidValue));
        }
    }

    #[test]
    fn a_difference_names_who_comes_and_who_goes() {
        let change = MemberChange::between(&members(&["a", "b"]), &members(&["b", "c"]));
        assert_eq!(change.add, members(&["c"]));
        assert_eq!(change.remove, ["a"]);
    }
}
