//! The schema: what the engine takes it for, and which attributes and parents it lets an entity have.

use cedar_policy::Schema;
use cedar_policy_core::ast::{EntityType, EntityUID};
use cedar_policy_core::extensions::Extensions;
use cedar_policy_core::validator::json_schema::Fragment;
use cedar_policy_core::validator::types::{Attributes, Type};
use cedar_policy_core::validator::{ValidatorEntityType, ValidatorSchema};
use rollcall_core::policy::{Finding, Source};

use crate::bounds;
use crate::extent;
use crate::findings::{finding, first, report, reports};

/// A schema.
pub(crate) struct KnownSchema {
    pub schema: Schema,
    /// How many attributes its widest entity or context has.
    pub widest: usize,
}

impl KnownSchema {
    /// Reads a schema: in the JSON form if it begins with a brace, else in Cedar's own.
    pub fn read(text: &str) -> Result<(Self, Vec<Finding>), Vec<Finding>> {
        let about = (Source::Schema, text);
        if let Some((message, offset)) = bounds::violation(text, true) {
            return Err(vec![finding(about, message, offset)]);
        }
        let too_large = |(message, offset)| vec![finding(about, message, offset)];
        let (fragment, warnings) = if text.trim_start().starts_with('{') {
            let fragment = Fragment::from_json_str(text);
            let fragment = fragment.map_err(|error| reports(about, &error))?;
            (fragment, Vec::new())
        } else {
            extent::of_text(text).map_or(Ok(()), |violation| Err(too_large(violation)))?;
            let extensions = Extensions::all_available();
            let (fragment, warnings) = Fragment::from_cedarschema_str(text, extensions)
                .map_err(|error| reports(about, &error))?;
            let warnings = warnings.map(|warning| report(about, &warning)).collect();
            (fragment, first(warnings))
        };
        let widest = extent::of_schema(&fragment).map_err(too_large)?;
        let schema = ValidatorSchema::try_from(fragment);
        let schema = Schema::from(schema.map_err(|error| reports(about, &error))?);
        Ok((Self { schema, widest }, warnings))
    }

    /// As the evaluator has it.
    pub fn core(&self) -> &ValidatorSchema {
        self.schema.as_ref()
    }

    /// What it says of a type.
    pub fn entity(&self, kind: &EntityType) -> Option<&ValidatorEntityType> {
        self.core().get_entity_type(kind)
    }

    /// What the circumstances of an action may have.
    pub fn context(&self, action: &EntityUID) -> Option<&Attributes> {
        match self.core().context_type(action) {
            Some(Type::Record { attrs, .. }) => Some(attrs),
            _ => None,
        }
    }

    /// Whether entities of a type must have an attribute.
    pub fn requires(&self, kind: &EntityType, attribute: &str) -> bool {
        let declared = self.entity(kind).and_then(|kind| kind.attr(attribute));
        declared.is_some_and(|declared| declared.is_required)
    }

    /// Whether entities of a type may be in those of another, directly or through others.
    pub fn may_be_in(&self, kind: &EntityType, parent: &EntityType) -> bool {
        let parent = self.entity(parent);
        parent.is_some_and(|parent| parent.has_descendant_entity_type(kind))
    }
}
