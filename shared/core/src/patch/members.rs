//! Operations on the members of a group whose members are not at hand: what they add and remove is all that is worked
//! out, so that it costs the same in a group of any size.

use serde_json::Value;

use super::add::as_array;
use super::place::{Place, Selection, check_writable};
use super::{OpKind, Patch};
use crate::members::{Member, listed_members};
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
                members.tracker.add(listed(target, value, self.mode)?);
            }
            (Place::Attribute(_), None, OpKind::Replace, Some(value)) => {
                let all = listed(target, value, self.mode)?;
                members.tracker.clear();
                members.tracker.add(all);
            }
            // Entra: `{"op":"Remove","path":"members","value":[{"value":"u"}]}` removes u, never the whole list
            // (golden/entra_group_life_cycle.json).
            (Place::Attribute(_), None, OpKind::Remove, Some(value)) if !value.is_null() => {
                let listed = listed(target, value, Mode::Compat)?;
                let ids = listed.into_iter().map(|member| member.id);
                members.tracker.remove(ids.collect());
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
}

/// The members in a list.
fn listed(target: Target<'_>, value: &Value, mode: Mode) -> Result<Vec<Member>, ScimError> {
    let list = match mode {
        // A single object is a list of one.
        Mode::Compat => as_array(value),
        Mode::Strict => value.clone(),
    };
    listed_members(coerce(target, list, mode)?.as_ref())
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
            // Identifiers are in lower case, and members are compared without regard to it.
            Some(fold(id))
        }
        _ => None,
    }
}
