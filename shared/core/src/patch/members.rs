//! Operations on the members of a group whose members are not at hand: what they add and remove is all that is worked
//! out, so that it costs the same in a group of any size.

use serde_json::Value;

use super::add::as_array;
use super::place::{Place, Selection, check_writable};
use super::replace::check_not_hollow;
use super::{OpKind, Patch};
use crate::members::listed_members;
use crate::schema::Target;
use crate::validate::coerce;
use crate::{CompareOp, Filter, Literal, Mode, Relation, ScimError, fold};

impl Patch<'_> {
    /// Follows the operation if it is about members that are not at hand. Says whether it was.
    pub(super) fn change_members(
        &self,
        op: OpKind,
        place: &Place<'_>,
        value: Option<&Value>,
    ) -> Result<bool, ScimError> {
        let target = match place {
            Place::Resource | Place::Extension(_) => return Ok(false),
            Place::Attribute(target) => *target,
            Place::Selected(selection) => selection.target,
        };
        let Some(members) = &self.members else {
            return Ok(false);
        };
        if target.attr.relation != Some(Relation::Members) {
            return Ok(false);
        }
        check_writable(target)?;
        let mut members = members.borrow_mut();
        match (place, target.sub, op, value) {
            (Place::Attribute(_), None, OpKind::Add, Some(value)) => {
                members
                    .tracker
                    .add(listed_members(self.listed(target, value)?.as_ref())?);
            }
            (Place::Attribute(_), None, OpKind::Replace, Some(value)) => {
                let listed = self.listed(target, value)?;
                check_not_hollow(target, value, listed.as_ref())?;
                let all = listed_members(listed.as_ref())?;
                members.tracker.clear();
                members.tracker.add(all);
            }
            // Entra: `{"op":"Remove","path":"members","value":[{"value":"u"}]}` removes u, never the whole list
            // (golden/entra_group_life_cycle.json).
            (Place::Attribute(_), None, OpKind::Remove, Some(value)) if !value.is_null() => {
                let listed = coerce(target, as_array(value), Mode::Compat)?;
                match listed_members(listed.as_ref()) {
                    Ok(listed) => {
                        let ids = listed.into_iter().map(|member| member.id);
                        members.tracker.remove(ids.collect());
                    }
                    // One without an id is told apart by what else is known of it.
                    Err(_) => members.needed = true,
                }
            }
            (Place::Attribute(_), None, OpKind::Remove, _) => members.tracker.clear(),
            (Place::Selected(selection), None, OpKind::Remove, _) => match named(selection) {
                Some(ids) => members.tracker.remove(ids),
                None => members.needed = true,
            },
            _ => members.needed = true,
        }
        Ok(true)
    }

    /// The list of members that a value is; a single object is a list of one.
    fn listed(&self, target: Target<'_>, value: &Value) -> Result<Option<Value>, ScimError> {
        coerce(target, as_array(value), self.mode)
    }
}

/// The ids that a filter names, if it is made of `value eq "…"` alone.
fn named(selection: &Selection<'_>) -> Option<Vec<String>> {
    let terms = match selection.written {
        Filter::Or(terms) => terms.as_slice(),
        one => std::slice::from_ref(one),
    };
    terms.iter().map(named_id).collect()
}

fn named_id(term: &Filter) -> Option<String> {
    match term {
        Filter::Compare(path, CompareOp::Eq, Literal::Text(id))
            if path.name.eq_ignore_ascii_case("value") =>
        {
            Some(fold(id))
        }
        _ => None,
    }
}
