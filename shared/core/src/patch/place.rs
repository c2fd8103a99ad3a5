//! What a PATCH path names, once the schema has been asked.

use super::Patch;
use crate::path::excerpt;
use crate::schema::{Extension, Mutability, Target};
use crate::{Bound, Filter, PatchPath, ScimError};

/// Where an operation applies.
#[derive(Clone, Debug)]
pub(super) enum Place<'a> {
    /// The resource itself.
    Resource,
    /// All of an extension.
    Extension(&'a Extension),
    /// An attribute, or a sub-attribute of every value of one.
    Attribute(Target<'a>),
    /// Some values of an attribute, or a sub-attribute of them.
    Selected(Selection<'a>),
}

/// The values of an attribute that a filter selects.
#[derive(Clone, Debug)]
pub(super) struct Selection<'a> {
    /// The attribute, and the sub-attribute after the brackets.
    pub(super) target: Target<'a>,
    /// What an element must satisfy.
    pub(super) filter: Bound<'a>,
    /// The same as it was written: it tells what an element would be like.
    pub(super) written: &'a Filter,
}

impl<'a> Patch<'a> {
    /// Looks a path up.
    pub(super) fn find<'p>(&self, path: &'p PatchPath) -> Result<Place<'p>, ScimError>
    where
        'a: 'p,
    {
        let rt: &'p crate::ResourceType = self.rt;
        match path {
            PatchPath::Schema(urn) => self.schema(urn).ok_or_else(|| self.unknown(path)),
            PatchPath::Attr(attr) => match rt.resolve(attr) {
                Some(target) => Ok(Place::Attribute(target)),
                None => self
                    .schema(&attr.to_string())
                    .ok_or_else(|| self.unknown(path)),
            },
            PatchPath::Value { attr, filter, sub } => {
                let target = rt.resolve(attr).ok_or_else(|| self.unknown(path))?;
                let named = match sub {
                    None => target,
                    Some(sub) => {
                        let sub = target
                            .attr
                            .sub_attribute(sub)
                            .filter(|_| target.sub.is_none());
                        target.with_sub(sub.ok_or_else(|| self.unknown(path))?)
                    }
                };
                let whole = Filter::Element(attr.clone(), Box::new(filter.clone()));
                match whole.bind(rt)? {
                    Bound::Element(_, bound) => Ok(Place::Selected(Selection {
                        target: named,
                        filter: *bound,
                        written: filter,
                    })),
                    _ => Err(self.unknown(path)),
                }
            }
        }
    }

    fn schema<'p>(&self, urn: &str) -> Option<Place<'p>>
    where
        'a: 'p,
    {
        if urn.eq_ignore_ascii_case(&self.rt.schema.id) {
            return Some(Place::Resource);
        }
        self.rt.extension(urn).map(Place::Extension)
    }

    fn unknown(&self, path: &PatchPath) -> ScimError {
        ScimError::invalid_path(format!(
            "`{}` names nothing that {} has; see /Schemas for its attributes",
            excerpt(&path.to_string()),
            self.rt.name
        ))
    }
}

/// > a client MUST NOT modify an attribute that has mutability "readOnly"
pub(super) fn check_writable(target: Target<'_>) -> Result<(), ScimError> {
    let read_only = |mutability| mutability == Mutability::ReadOnly;
    if read_only(target.attr.mutability) || read_only(target.leaf().mutability) {
        return Err(ScimError::mutability(format!(
            "`{}` is readOnly; leave it out",
            target.key()
        )));
    }
    Ok(())
}

/// `schemas` follows from the attributes: clients may send it, and it has no effect.
pub(super) fn is_schemas(target: Target<'_>) -> bool {
    target.extension.is_none() && target.attr.name == "schemas"
}
