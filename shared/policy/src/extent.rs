//! How large a schema is for the engine, which puts each common type where it is named and each declaration's attributes at
//! each name that it gives: a few lines can be more than any memory holds. And it follows `in` by recursion.

use std::collections::BTreeMap;

use cedar_policy_core::ast::{InternalName, Name};
use cedar_policy_core::parser::Loc;
use cedar_policy_core::validator::RawName;
use cedar_policy_core::validator::json_schema::{
    ActionType, EntityTypeKind, Fragment, Type, TypeVariant,
};

use crate::bounds::{MAX_DEPTH, code, is_word};

/// The most entity types of a schema, and the most actions: all of them may stand in one chain of `in`. A component's stack
/// takes a chain of more than twice as many.
pub(crate) const MAX_DECLARATIONS: usize = 500;

/// The most attributes of a schema, with those of a common type as often as it is named.
pub(crate) const MAX_ATTRIBUTES: usize = 10_000;

/// The most attributes and members of lists that may be written, times the names of the declaration that they are in. Each
/// attribute is two: its name and its type.
const MAX_ENTRIES: usize = 2 * MAX_ATTRIBUTES;

/// The most pairs of a principal's and a resource's type, over all actions. The engine checks a policy for each.
pub(crate) const MAX_PAIRS: usize = 10_000;

/// What is too large, and at which byte if that is known.
pub(crate) type Violation = (String, Option<usize>);

/// What is too large in the text of a schema in Cedar's own form: the engine copies attributes, and lists of types, for each
/// name of a declaration while it reads them.
pub(crate) fn of_text(text: &str) -> Option<Violation> {
    let mut total = 0_usize;
    let mut depth = 0_usize;
    // Where the names of a declaration stand.
    let mut outside = 0_usize;
    let (mut names, mut entries) = (1_usize, 1_usize);
    let mut is_namespace = false;
    for (offset, byte) in code(text) {
        match byte {
            b'n' if depth == 0 && is_word(text, offset, "namespace") => is_namespace = true,
            b'{' if depth == 0 && is_namespace => (depth, outside, is_namespace) = (1, 1, false),
            b'{' | b'[' | b'(' | b'<' => depth += 1,
            b'}' | b']' | b')' | b'>' => {
                depth = depth.saturating_sub(1);
                outside = outside.min(depth);
            }
            b',' if depth <= outside => names += 1,
            b',' => entries += 1,
            b':' => entries += usize::from(!is_path(text, offset)),
            b';' => {
                total = total.saturating_add(names.saturating_mul(entries));
                (names, entries, is_namespace) = (1, 1, false);
            }
            _ => {}
        }
        if total.saturating_add(names.saturating_mul(entries)) > MAX_ENTRIES {
            let message = format!(
                "the schema has more than {MAX_ENTRIES} members of lists and attributes, of which each counts as two, for each \
                 name that a declaration has: let each declaration have fewer names or attributes"
            );
            return Some((message, Some(offset)));
        }
    }
    None
}

fn is_path(text: &str, offset: usize) -> bool {
    let (before, here) = text.as_bytes().split_at(offset);
    before.ends_with(b":") || here.starts_with(b"::")
}

/// How many attributes the widest entity or context of a schema has that has been read, those of its records included.
///
/// # Errors
/// What is too large in it.
pub(crate) fn of_schema(schema: &Fragment<RawName>) -> Result<usize, Violation> {
    counted(schema).map_or(Ok(()), Err)?;
    Types::new(schema).measure(schema)
}

fn counted(schema: &Fragment<RawName>) -> Option<Violation> {
    let sum = |count: fn(&ActionType<RawName>) -> usize| {
        let actions = schema.0.values().flat_map(|within| within.actions.values());
        actions.map(count).fold(0, usize::saturating_add)
    };
    let entities = schema.0.values().map(|within| within.entity_types.len());
    for (what, count) in [("entity types", entities.sum()), ("actions", sum(|_| 1))] {
        if count > MAX_DECLARATIONS {
            let message =
                format!("there are {count} {what}: a schema has {MAX_DECLARATIONS} at the most");
            return Some((message, None));
        }
    }
    let pairs = sum(|action| {
        action.applies_to.as_ref().map_or(0, |of| {
            of.principal_types
                .len()
                .saturating_mul(of.resource_types.len())
        })
    });
    (pairs > MAX_PAIRS).then(|| {
        let message = format!(
            "the actions apply to {pairs} pairs of a principal and a resource, and may to {MAX_PAIRS}: let each apply to \
             fewer types"
        );
        (message, None)
    })
}

fn too_many_attributes() -> String {
    format!(
        "the schema has more than {MAX_ATTRIBUTES} attributes, where those of a common type count as often as it is named: \
         name it less often, or make an entity type of it"
    )
}

fn too_deep(declared: &Type<RawName>) -> Violation {
    let message = format!(
        "types nest deeper than {MAX_DEPTH}, where a common type that is named is a level, too, or one is part of itself"
    );
    (message, place(declared.loc()))
}

/// A type as the engine has it.
#[derive(Clone, Copy, Default)]
struct Extent {
    attributes: usize,
    depth: usize,
}

/// The common types, and how large those are that have been measured.
struct Types<'s> {
    declared: BTreeMap<InternalName, (Option<&'s Name>, &'s Type<RawName>)>,
    measured: BTreeMap<InternalName, Extent>,
}

impl<'s> Types<'s> {
    fn new(schema: &'s Fragment<RawName>) -> Self {
        let declared = schema.0.iter().flat_map(|(namespace, within)| {
            let types = within.common_types.iter();
            types.map(move |(id, declared)| {
                let name = RawName::new_from_unreserved(id.as_ref().clone(), None);
                let name = name.qualify_with_name(namespace.as_ref());
                (name, (namespace.as_ref(), &declared.ty))
            })
        });
        Self {
            declared: declared.collect(),
            measured: BTreeMap::new(),
        }
    }

    fn measure(&mut self, schema: &'s Fragment<RawName>) -> Result<usize, Violation> {
        let (mut total, mut widest) = (0_usize, 0);
        for (namespace, within) in &schema.0 {
            let common = within.common_types.values().map(|declared| &declared.ty);
            let of_entities = within.entity_types.values().flat_map(|kind| {
                let standard = match &kind.kind {
                    EntityTypeKind::Standard(standard) => Some(standard),
                    EntityTypeKind::Enum { .. } => None,
                };
                standard
                    .into_iter()
                    .flat_map(|of| [Some(&of.shape.0), of.tags.as_ref()])
                    .flatten()
            });
            let applies = within
                .actions
                .values()
                .filter_map(|of| of.applies_to.as_ref());
            let contexts = applies.map(|of| &of.context.0);
            for declared in common.chain(of_entities).chain(contexts) {
                let extent = self.extent(namespace.as_ref(), declared, 0)?;
                total = total.saturating_add(extent.attributes);
                widest = extent.attributes.max(widest);
                if total > MAX_ATTRIBUTES {
                    return Err((too_many_attributes(), place(declared.loc())));
                }
            }
        }
        Ok(widest)
    }

    /// How large a type is that stands at that depth of another.
    fn extent(
        &mut self,
        namespace: Option<&'s Name>,
        declared: &Type<RawName>,
        depth: usize,
    ) -> Result<Extent, Violation> {
        if depth > MAX_DEPTH {
            return Err(too_deep(declared));
        }
        let mut extent = Extent::default();
        match declared {
            Type::CommonTypeRef { type_name, .. }
            | Type::Type {
                ty: TypeVariant::EntityOrCommon { type_name },
                ..
            } => {
                let here = namespace.map(|_| type_name.qualify_with_name(namespace));
                let names = here.into_iter().chain([type_name.qualify_with(None)]);
                let mut known = names.filter(|name| self.declared.contains_key(name));
                if let Some(name) = known.next() {
                    extent = self.named(name, depth)?;
                    extent.depth += 1;
                }
            }
            Type::Type {
                ty: TypeVariant::Set { element },
                ..
            } => {
                extent = self.extent(namespace, element, depth + 1)?;
                extent.depth += 1;
            }
            Type::Type {
                ty: TypeVariant::Record(record),
                ..
            } => {
                for attribute in record.attributes.values() {
                    let of = self.extent(namespace, &attribute.ty, depth + 1)?;
                    let attributes = of.attributes.saturating_add(1);
                    extent.attributes = extent.attributes.saturating_add(attributes);
                    extent.depth = extent.depth.max(of.depth + 1);
                }
            }
            Type::Type { .. } => {}
        }
        if depth + extent.depth > MAX_DEPTH {
            return Err(too_deep(declared));
        }
        Ok(extent)
    }

    fn named(&mut self, name: InternalName, depth: usize) -> Result<Extent, Violation> {
        if let Some(known) = self.measured.get(&name) {
            return Ok(*known);
        }
        let Some((namespace, declared)) = self.declared.get(&name).copied() else {
            return Ok(Extent::default());
        };
        let extent = self.extent(namespace, declared, depth + 1)?;
        self.measured.insert(name, extent);
        Ok(extent)
    }
}

fn place(loc: Option<&Loc>) -> Option<usize> {
    loc.map(Loc::start)
}

#[cfg(test)]
mod tests;
