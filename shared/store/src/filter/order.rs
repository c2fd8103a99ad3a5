//! What a list is sorted by.

use rollcall_core::{Lookup, Target};

use super::Compiler;
use super::driver::{index, is_singular};
use super::place::Place;

/// The key that rows are sorted by.
pub(crate) struct SortKey {
    /// The expression on `r` and the join.
    pub expression: String,
    /// The join that it needs, or nothing.
    pub join: String,
    /// Where an index has the keys in order: its table, and the condition on its row `s`.
    pub walk: Option<(&'static str, String)>,
}

impl SortKey {
    /// The order of creation.
    pub fn created() -> Self {
        Self::column("r.created")
    }

    /// No value.
    pub fn none() -> Self {
        Self::column("NULL")
    }

    fn column(expression: &str) -> Self {
        Self {
            expression: expression.to_owned(),
            join: String::new(),
            walk: None,
        }
    }
}

impl Compiler<'_> {
    /// What to sort the rows `r` by.
    pub fn sort_key(&mut self, target: &Target<'_>) -> SortKey {
        match Place::of(target) {
            Place::Column(expression) => SortKey::column(expression),
            Place::Location => SortKey::column("r.id"),
            Place::Related(relation) => SortKey::column(&self.first_related(relation, target)),
            Place::Index => {
                let path = self.path(target);
                let join = format!(
                    "LEFT JOIN attribute s ON s.resource = r.seq AND s.path = {path} AND s.element = 0"
                );
                // Of a multi-valued attribute the index has every value, and the list goes by one.
                let is_walkable = is_singular(target) && target.lookup() != Lookup::None;
                let walk = is_walkable.then(|| {
                    let (table, bit) = index(target);
                    let condition = format!("s.path = {path}{}", bit.replace("a.", "s."));
                    (table, condition)
                });
                SortKey {
                    expression: "s.value".to_owned(),
                    join,
                    walk,
                }
            }
        }
    }
}
