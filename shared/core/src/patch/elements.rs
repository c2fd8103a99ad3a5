//! The elements of an attribute: which are selected, which are the same, which is primary.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hasher};

use serde_json::Value;

use super::add::as_array;
use super::place::Selection;
use crate::equal::{equal, hash};
use crate::filter::{has_value, matches_element};
use crate::path::excerpt;
use crate::schema::{Attribute, Mutability, Target};
use crate::validate::{coerce, drop_duplicates, is_primary, two_primaries};
use crate::{CompareOp, Filter, JsonObject, Literal, Mode, ScimError};

/// The elements of a value: those of an array, or the one value of a singular attribute.
pub(super) fn into_elements(value: Option<Value>) -> Vec<Value> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(elements)) => elements,
        Some(value) => vec![value],
    }
}

/// The value that elements make up; nothing if there are none.
///
/// > If no other values remain after removal of the selected values, the multi-valued attribute SHALL
/// > be considered unassigned.
pub(super) fn from_elements(attr: &Attribute, mut elements: Vec<Value>) -> Option<Value> {
    if attr.multi_valued {
        (!elements.is_empty()).then_some(Value::Array(elements))
    } else {
        elements.pop()
    }
}

/// The same, after elements have been changed: those that have lost all they had are gone, and of those
/// that have become equal one is left.
pub(super) fn from_changed(attr: &Attribute, mut elements: Vec<Value>) -> Option<Value> {
    elements.retain(has_value);
    drop_duplicates(&mut elements);
    from_elements(attr, elements)
}

impl Selection<'_> {
    /// Whether an element is selected.
    pub(super) fn selects(&self, element: &Value) -> bool {
        matches_element(&self.filter, element)
    }

    /// The element that the filter describes, if it is a conjunction of `eq`:
    /// `emails[type eq "work"]` is `{"type": "work"}`.
    pub(super) fn template(&self, mode: Mode) -> Result<Option<JsonObject>, ScimError> {
        let mut template = JsonObject::new();
        let described = describe(self.target.parent(), self.written, mode, &mut template)?;
        Ok(described.then_some(template))
    }

    /// The filter selects nothing.
    ///
    /// > no record match was made, the service provider SHALL indicate failure by returning HTTP
    /// > status code 400 and a "scimType" error code of "noTarget".
    pub(super) fn no_target(&self) -> ScimError {
        let key = self.target.parent().key();
        let written = excerpt(&self.written.to_string());
        ScimError::no_target(format!("no value of `{key}` matches `{written}`"))
    }
}

fn describe(
    target: Target<'_>,
    filter: &Filter,
    mode: Mode,
    template: &mut JsonObject,
) -> Result<bool, ScimError> {
    match filter {
        Filter::And(filters) => {
            for filter in filters {
                if !describe(target, filter, mode, template)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Filter::Compare(path, CompareOp::Eq, literal) => {
            let Some(sub) = target.attr.sub_attribute(&path.name) else {
                return Ok(false);
            };
            let value = match literal {
                Literal::Text(text) => Value::String(text.clone()),
                Literal::Number(number) => Value::Number(number.clone()),
                Literal::Bool(value) => Value::Bool(*value),
                Literal::Null => return Ok(false),
            };
            // `roles[primary eq "True"]`: what a filter takes for a boolean becomes one.
            let mode = if value.is_string() {
                Mode::Compat
            } else {
                mode
            };
            let value = if sub.multi_valued {
                as_array(&value)
            } else {
                value
            };
            let value = coerce(target.with_sub(sub), value, mode)?;
            let Some(value) = value.filter(|_| sub.mutability != Mutability::ReadOnly) else {
                return Ok(false);
            };
            Ok(template.insert(sub.name.clone(), value).is_none())
        }
        _ => Ok(false),
    }
}

/// Finds elements that are the same as others, without comparing each with each.
pub(super) struct Index<'s> {
    attr: &'s Attribute,
    /// The positions of the elements by what can make another the same: see [`is_same`].
    positions: BTreeSet<(u64, usize)>,
}

impl<'s> Index<'s> {
    pub(super) fn new(attr: &'s Attribute, elements: &[Value]) -> Self {
        let mut index = Self {
            attr,
            positions: BTreeSet::new(),
        };
        for (position, element) in elements.iter().enumerate() {
            index.add(element, position);
        }
        index
    }

    pub(super) fn add(&mut self, element: &Value, position: usize) {
        let subs = significant(self.attr, element);
        self.positions
            .insert((hash_of(self.attr, &subs, element), position));
        // One that is given without its `type` is the same, too.
        if let [value, _] = subs[..] {
            self.positions
                .insert((hash_of(self.attr, &[value], element), position));
        }
    }

    /// The first element that is the same.
    pub(super) fn find(&self, elements: &[Value], element: &Value) -> Option<usize> {
        self.find_all(elements, element).next()
    }

    /// Every element that is the same.
    pub(super) fn find_all<'i>(
        &'i self,
        elements: &'i [Value],
        element: &'i Value,
    ) -> impl Iterator<Item = usize> + 'i {
        let key = hash_of(self.attr, &significant(self.attr, element), element);
        let candidates = self.positions.range((key, 0)..=(key, usize::MAX));
        candidates
            .map(|(_, position)| *position)
            .filter(move |position| {
                elements
                    .get(*position)
                    .is_some_and(|existing| is_same(self.attr, existing, element))
            })
    }
}

/// What makes an element the same as another: its `value` and, if it is given and can be changed, its
/// `type`. Without a `value` there is nothing, for then the element as a whole does.
fn significant<'s>(attr: &'s Attribute, element: &Value) -> Vec<&'s Attribute> {
    let given = |sub: &&Attribute| element.get(&sub.name).is_some();
    let Some(value) = attr.value_attribute().filter(given) else {
        return Vec::new();
    };
    let type_attr = attr.sub_attribute("type").filter(given);
    let type_attr = type_attr.filter(|sub| sub.mutability == Mutability::ReadWrite);
    std::iter::once(value).chain(type_attr).collect()
}

fn hash_of(attr: &Attribute, subs: &[&Attribute], element: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    if subs.is_empty() {
        hash(attr, element, &mut hasher);
    }
    for sub in subs {
        if let Some(value) = element.get(&sub.name) {
            hash(sub, value, &mut hasher);
        }
    }
    hasher.finish()
}

/// Whether an element is there already: the same `value` and, if it is given and can be changed, the
/// same `type`; without a `value`, all sub-attributes are the same.
///
/// > service providers … SHOULD NOT return the same (type, value) combination more than once per
/// > attribute (RFC 7643 §2.4)
fn is_same(attr: &Attribute, existing: &Value, element: &Value) -> bool {
    let subs = significant(attr, element);
    if subs.is_empty() {
        return equal(attr, existing, element);
    }
    subs.iter().all(
        |sub| match (existing.get(&sub.name), element.get(&sub.name)) {
            (Some(a), Some(b)) => equal(sub, a, b),
            _ => false,
        },
    )
}

/// Adds those values to the elements that are not there yet.
pub(super) fn add_missing(attr: &Attribute, elements: &mut Vec<Value>, added: &[Value]) {
    let mut index = Index::new(attr, elements);
    for value in added {
        if index.find(elements, value).is_none() {
            index.add(value, elements.len());
            elements.push(value.clone());
        }
    }
}

/// Removes every element that is the same as one of those listed.
pub(super) fn remove_listed(attr: &Attribute, elements: &mut Vec<Value>, listed: &[Value]) {
    let index = Index::new(attr, elements);
    let mut kept = vec![true; elements.len()];
    for value in listed {
        for position in index.find_all(elements, value) {
            if let Some(kept) = kept.get_mut(position) {
                *kept = false;
            }
        }
    }
    let mut kept = kept.into_iter();
    elements.retain(|_| kept.next().unwrap_or(true));
}

/// Makes the promoted element the only primary one.
///
/// > a PATCH operation that sets a value's "primary" sub-attribute to "true" SHALL cause the server to
/// > automatically set "primary" to "false" for any other values in the array.
pub(super) fn settle_primary(
    target: Target<'_>,
    elements: &mut [Value],
    promoted: &[usize],
) -> Result<(), ScimError> {
    let [promoted] = promoted else {
        return if promoted.is_empty() {
            Ok(())
        } else {
            Err(two_primaries(target))
        };
    };
    for (position, element) in elements.iter_mut().enumerate() {
        if position != *promoted
            && is_primary(element)
            && let Some(object) = element.as_object_mut()
        {
            object.insert("primary".to_owned(), Value::Bool(false));
        }
    }
    Ok(())
}
