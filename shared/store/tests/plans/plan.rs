//! The plan of a statement, and what is wrong with it.

use std::collections::BTreeMap;

use rusqlite::types::Null;

/// A step of a plan: its parent's number and what it does.
struct Step {
    parent: i64,
    does: String,
}

/// The steps of a plan by number, those of triggers included.
pub struct Plan(BTreeMap<(i64, i64), Step>);

impl Plan {
    pub fn of(native: &rusqlite::Connection, statement: &str) -> Self {
        let explain = format!("EXPLAIN QUERY PLAN {statement}");
        let mut explain = native.prepare(&explain).unwrap();
        let parameters = rusqlite::params_from_iter(vec![Null; explain.parameter_count()]);
        let mut rows = explain.query(parameters).unwrap();
        let (mut steps, mut program) = (BTreeMap::new(), 0);
        while let Some(row) = rows.next().unwrap() {
            let does: String = row.get(3).unwrap();
            // Each trigger is a program with numbers of its own.
            program += i64::from(does.starts_with("-- TRIGGER"));
            let parent = row.get(1).unwrap();
            steps.insert((program, row.get(0).unwrap()), Step { parent, does });
        }
        Self(steps)
    }

    pub fn text(&self) -> String {
        let steps = self.0.values().map(|step| step.does.as_str());
        steps.collect::<Vec<_>>().join("\n")
    }

    fn siblings(&self, program: i64, parent: i64) -> impl Iterator<Item = &str> {
        let steps = self.0.iter();
        let siblings = steps.filter(move |((p, _), step)| *p == program && step.parent == parent);
        siblings.map(|(_, step)| step.does.as_str())
    }

    /// Whether a name is that of a subquery within which, or beside which, a step is.
    fn is_subquery(&self, name: &str, program: i64, mut parent: i64) -> bool {
        let makes = |does: &str| {
            ["MATERIALIZE ", "CO-ROUTINE "]
                .iter()
                .any(|word| does.strip_prefix(word) == Some(name))
        };
        loop {
            if self.siblings(program, parent).any(makes) {
                return true;
            }
            match self.0.get(&(program, parent)) {
                Some(step) if makes(&step.does) => return true,
                Some(step) => parent = step.parent,
                None => return false,
            }
        }
    }

    /// Steps that look at all rows of a table.
    pub fn scans(&self) -> impl Iterator<Item = &str> {
        let scans = self.0.iter().filter(|((program, _), step)| {
            let Some(what) = step.does.strip_prefix("SCAN ") else {
                return false;
            };
            let name = what.split(' ').next().unwrap();
            let is_bounded = match name {
                // One row at the most; those of the page; what an index has found; those that wait, which are few.
                "open" | "page" | "match0" | "ungathered" => true,
                "CONSTANT" => true,
                "item" | "json_each" => what.contains("VIRTUAL TABLE"),
                "trigram" => ["INDEX 0:M1", "INDEX 0:=", "INDEX 0:><"]
                    .iter()
                    .any(|index| what.ends_with(index)),
                _ => name.starts_with("(subquery") || self.is_subquery(name, *program, step.parent),
            };
            !is_bounded
        });
        scans.map(|(_, step)| step.does.as_str())
    }

    /// Steps that look at all resources of a type, or at all values of an attribute.
    pub fn walks(&self) -> impl Iterator<Item = &str> {
        let all = ["(tenant=?)", "(tenant=? AND type=?)", "(path=?)"];
        let steps = self.0.values().map(|step| step.does.as_str());
        let reads = steps.filter(|does| !does.starts_with("SEARCH counter"));
        reads.filter(move |does| all.iter().any(|all| does.ends_with(all)))
    }

    /// Steps that sort what they read from tables, rather than the rows of a page.
    pub fn sorts(&self) -> impl Iterator<Item = &str> {
        let sorts = self.0.iter().filter(|((program, _), step)| {
            let mut siblings = self.siblings(*program, step.parent);
            step.does == "USE TEMP B-TREE FOR ORDER BY"
                && siblings
                    .any(|does| does.starts_with("SEARCH r ") || does.starts_with("SEARCH s "))
        });
        sorts.map(|(_, step)| step.does.as_str())
    }
}
