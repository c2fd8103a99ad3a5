//! Which attributes the policies can look at at all.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// The text of a policy set, and of which names it is known whether they stand in it.
///
/// Cedar has no way to an attribute but its name: `entity.name`, `entity["name"]` or `entity has name`. So what the text
/// doesn't have no policy sees, and the engine need not be told: most of a person is of no interest to any policy.
pub(crate) struct Named {
    text: String,
    found: RefCell<BTreeMap<String, bool>>,
}

/// How many names are remembered.
const MAX_FOUND: usize = 1024;

impl Named {
    /// The names in the text of a policy set.
    pub fn new(policies: &str) -> Self {
        Self {
            text: policies.to_owned(),
            found: RefCell::default(),
        }
    }

    /// Whether a policy may look at attributes of that name. Where the text has escapes, any name may hide in one.
    pub fn has(&self, name: &str) -> bool {
        if let Some(known) = self.found.borrow().get(name) {
            return *known;
        }
        let is_named = self.text.contains(name) || self.text.contains('\\');
        let mut found = self.found.borrow_mut();
        if found.len() < MAX_FOUND {
            found.insert(name.to_owned(), is_named);
        }
        is_named
    }
}
