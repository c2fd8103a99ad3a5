//! Names of entity types.

use std::cell::RefCell;
use std::collections::BTreeMap;

use cedar_policy_core::ast::{Eid, EntityType, EntityUID};
use rollcall_core::policy::EntityName;

/// How many names are remembered.
const MAX_NAMES: usize = 256;

/// Names that have been parsed: the engine takes longer to parse one than to evaluate a policy.
#[derive(Default)]
pub(crate) struct Kinds(RefCell<BTreeMap<String, EntityType>>);

impl Kinds {
    /// The type of that name, or why there can be none.
    pub fn get(&self, name: &str) -> Result<EntityType, String> {
        if let Some(known) = self.0.borrow().get(name) {
            return Ok(known.clone());
        }
        let kind = EntityType::from_normalized_str(name).map_err(|_| {
            let name = rollcall_core::excerpt(name);
            format!(
                "`{name}` can't be a type: use letters, digits and `_`, not beginning with a digit"
            )
        })?;
        let mut names = self.0.borrow_mut();
        if names.len() >= MAX_NAMES {
            names.clear();
        }
        names.insert(name.to_owned(), kind.clone());
        Ok(kind)
    }

    /// The entity of that name.
    pub fn uid(&self, name: &EntityName) -> Result<EntityUID, String> {
        let id = Eid::new(name.id.as_str());
        let kind = self.get(&name.kind)?;
        Ok(EntityUID::from_components(kind, id, None))
    }
}
