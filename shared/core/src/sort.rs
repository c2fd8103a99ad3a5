//! The order of a list.
//!
//! [RFC 7644 §3.4.2.3](https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2.3)

use std::cmp::Ordering;

use crate::index::sort_value;
use crate::path::excerpt;
use crate::schema::{Returned, Target};
use crate::{AttrPath, JsonObject, ResourceType, ScimError};

/// Which end comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SortOrder {
    /// The least first; those without a value last.
    #[default]
    Ascending,
    /// The greatest first; those without a value before them.
    Descending,
}

/// What a list is sorted by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sort<'s> {
    /// A leaf. A bare complex attribute has been taken to mean its `value`.
    pub target: Target<'s>,
    /// The direction.
    pub order: SortOrder,
}

impl<'s> Sort<'s> {
    /// Reads `sortBy` and `sortOrder`.
    ///
    /// # Errors
    ///
    /// `invalidValue` if the attribute is unknown, complex without a `value`, or a multi-valued
    /// sub-attribute, or the order is neither `ascending` nor `descending`; `sensitive` if the attribute
    /// is never returned.
    pub fn parse(
        sort_by: &str,
        order: Option<&str>,
        rt: &'s ResourceType,
    ) -> Result<Self, ScimError> {
        // > If a value for "sortBy" is provided and no "sortOrder" is specified, "sortOrder" SHALL
        // > default to ascending.
        let order = match order {
            None | Some("") => SortOrder::Ascending,
            Some(order) if order.eq_ignore_ascii_case("ascending") => SortOrder::Ascending,
            Some(order) if order.eq_ignore_ascii_case("descending") => SortOrder::Descending,
            Some(other) => {
                return Err(ScimError::invalid_value(format!(
                    "`sortOrder` is `{}`; use ascending or descending",
                    excerpt(other)
                )));
            }
        };
        let target = AttrPath::read(sort_by)
            .ok()
            .and_then(|path| rt.resolve(&path));
        let target = target.ok_or_else(|| {
            ScimError::invalid_value(format!(
                "`sortBy` is `{}`, which is not an attribute of {}",
                excerpt(sort_by),
                rt.name
            ))
        })?;
        Ok(Self {
            target: leaf(target)?,
            order,
        })
    }

    /// Which of two resources, as they are rendered, comes first. Text is compared by code point,
    /// folded unless the attribute is case exact; of a multi-valued attribute it is the primary
    /// element that counts, else the first.
    #[must_use]
    pub fn compare(&self, a: &JsonObject, b: &JsonObject) -> Ordering {
        let ascending = match (sort_value(&self.target, a), sort_value(&self.target, b)) {
            (Some(a), Some(b)) => a.compare(&b),
            // > if there is no data for the specified "sortBy" value, … they are ordered last if
            // > ascending and first if descending
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        match self.order {
            SortOrder::Ascending => ascending,
            SortOrder::Descending => ascending.reverse(),
        }
    }
}

/// > If the attribute is complex, the attribute name must be a path to a sub-attribute
fn leaf(target: Target<'_>) -> Result<Target<'_>, ScimError> {
    let key = target.key();
    let target = match target.attr.value_attribute() {
        Some(value) if target.sub.is_none() => target.with_sub(value),
        _ => target,
    };
    if target.attr.returned == Returned::Never || target.leaf().returned == Returned::Never {
        return Err(ScimError::sensitive(format!(
            "`{key}` is never returned, so a list cannot be sorted by it"
        )));
    }
    if target.leaf().is_complex() {
        let example = target
            .attr
            .sub_attributes
            .first()
            .map_or("value", |sub| sub.name.as_str());
        return Err(ScimError::invalid_value(format!(
            "`sortBy` is `{key}`, which is complex; name a sub-attribute, such as `{key}.{example}`"
        )));
    }
    // > if it's a multi-valued attribute, resources are sorted by the value of the primary attribute …
    // > or else the first value in the list
    //
    // That is about elements. An element that itself has several values has no first one to an index.
    if target.sub.is_some_and(|sub| sub.multi_valued) {
        return Err(ScimError::invalid_value(format!(
            "`sortBy` is `{}`, which has several values in one element; sort by another attribute",
            target.key()
        )));
    }
    Ok(target)
}

#[cfg(test)]
mod tests;
