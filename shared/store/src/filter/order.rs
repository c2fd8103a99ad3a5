//! What a list is sorted by.

use rollcall_core::{Lookup, Target};

use super::Compiler;
use super::driver::index;
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
    /// That of resources which all lack the attribute.
    pub fn none() -> Self {
        Self {
            expression: "NULL".to_owned(),
            join: String::new(),
            walk: None,
        }
    }
}

impl Compiler<'_> {
    /// What to sort the rows `r` by. Without a target it is the order of creation.
    pub fn sort_key(&mut self, target: Option<&Target<'_>>) -> SortKey {
        let column = |expression: &str| SortKey {
            expression: expression.to_owned(),
            join: String::new(),
            walk: None,
        };
        let Some(target) = target else {
            return column("r.created");
        };
        match Place::of(target) {
            Place::Column(expression) => column(expression),
            Place::Location => column("r.id"),
            Place::Related(relation) => column(&self.first_related(relation, target)),
            Place::Index => {
                let path = self.path(target);
                let join = format!(
                    "LEFT JOIN attribute s ON s.resource = r.seq AND s.path = {path} AND s.element = 0"
                );
                // Of a multi-valued attribute the index has every value, and the list goes by one.
                let is_singular = !target.attr.multi_valued && !target.leaf().multi_valued;
                let is_walkable = is_singular && target.lookup() != Lookup::None;
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
