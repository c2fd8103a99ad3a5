//! The query for the only resources that can match a filter.

use rollcall_core::{Bound, CompareOp, Lookup, Operand, Relation, Target};

use super::Compiler;
use super::place::Place;

/// How many characters an index by parts needs to see.
const LEAST_PART: usize = 3;

/// How many parts of a text are looked for. More of them hardly exclude anything, and each costs a list to go through.
const MOST_PARTS: usize = 6;

impl Compiler<'_> {
    /// Whether an index finds what a filter names.
    pub fn finds(filter: &Bound<'_>) -> bool {
        cost(filter).is_some()
    }

    /// A query for `seq`, if the filter names something that an index finds.
    pub(super) fn driver(&mut self, filter: &Bound<'_>) -> Option<String> {
        cost(filter).map(|_| self.query(filter))
    }

    fn query(&mut self, filter: &Bound<'_>) -> String {
        match filter {
            Bound::And(terms) => {
                let cheapest = terms
                    .iter()
                    .filter(|term| cost(term).is_some())
                    .min_by_key(|term| cost(term));
                cheapest.map(|term| self.query(term)).unwrap_or_default()
            }
            Bound::Or(terms) => {
                let queries: Vec<String> = terms
                    .iter()
                    .map(|term| format!("SELECT seq FROM ({})", self.query(term)))
                    .collect();
                queries.join(" UNION ")
            }
            Bound::Element(_, inner) => self.query(inner),
            Bound::Compare(target, op, operand) => self.lookup(target, *op, operand),
            Bound::Never => "SELECT NULL AS seq WHERE 0".to_owned(),
            Bound::Not(_) | Bound::Present(_) => String::new(),
        }
    }

    fn lookup(&mut self, target: &Target<'_>, op: CompareOp, operand: &Operand) -> String {
        match Place::of(target) {
            Place::Column(column) => {
                let test = self.test(column, op, operand);
                return format!(
                    "SELECT r.seq FROM resource r WHERE {} AND {test}",
                    self.own()
                );
            }
            Place::Related(relation) => return self.related_lookup(relation, operand),
            Place::Location | Place::Index => {}
        }
        if let (CompareOp::Co | CompareOp::Ew, Operand::Text(text)) = (op, operand)
            && text.chars().nth(LEAST_PART - 1).is_some()
        {
            let parts = self.bind(parts(text));
            return format!(
                "SELECT rowid / 16 AS seq FROM trigram WHERE trigram MATCH {parts} \
                 UNION SELECT resource FROM ungathered"
            );
        }
        let path = self.path(target);
        let (table, bit) = index(target);
        let test = self.test("a.value", op, operand);
        let distinct = if is_singular(target) { "" } else { "DISTINCT " };
        format!(
            "SELECT {distinct}a.resource AS seq FROM {table} a WHERE a.path = {path}{bit} AND {test}"
        )
    }

    /// The groups of a member, or the members of a group and of the groups in it.
    fn related_lookup(&mut self, relation: Relation, operand: &Operand) -> String {
        let id = match operand {
            Operand::Text(id) => self.bind(id.as_str()),
            _ => self.bind(""),
        };
        let of = format!("tenant = {} AND id = {id}", self.tenant_name());
        match relation {
            Relation::Members => format!(
                "SELECT m.grp AS seq FROM resource c CROSS JOIN membership m ON m.member = c.seq WHERE {of}"
            ),
            Relation::Groups => format!(
                "WITH RECURSIVE down(seq) AS (SELECT seq FROM resource WHERE {of} AND type = 'Group' \
                 UNION SELECT membership.member FROM down CROSS JOIN membership ON membership.grp = down.seq) \
                 SELECT seq FROM down"
            ),
        }
    }
}

/// What a filter leaves to be looked at in the resources that its driver names.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Rest {
    /// Nothing: they are what matches.
    Nothing,
    /// Their type.
    Type,
    /// The type and the filter.
    All,
}

/// What is left to be looked at after [`Compiler::driver`].
pub(super) fn rest(filter: &Bound<'_>) -> Rest {
    match filter {
        Bound::Never => Rest::Nothing,
        Bound::Or(terms) => terms.iter().map(rest).max().unwrap_or(Rest::All),
        // One element for which one comparison holds.
        Bound::Element(_, inner) if matches!(**inner, Bound::Compare(..)) => rest(inner),
        Bound::Compare(target, op, _) => match (Place::of(target), op) {
            // The index by parts names candidates.
            (_, CompareOp::Co | CompareOp::Ew) => Rest::All,
            // Groups in a group are found as its people are.
            (Place::Related(Relation::Groups), _) => Rest::Type,
            _ => Rest::Nothing,
        },
        Bound::And(_) | Bound::Element(..) | Bound::Not(_) | Bound::Present(_) => Rest::All,
    }
}

/// Whether a resource has no more than one value of a target.
pub(super) fn is_singular(target: &Target<'_>) -> bool {
    !target.attr.multi_valued && !target.leaf().multi_valued
}

/// The table that finds a target's values, and the condition under which its index does.
pub(super) fn index(target: &Target<'_>) -> (&'static str, &'static str) {
    match target.lookup() {
        Lookup::Unique => ("unique_value", ""),
        _ => ("attribute", " AND a.path & 1"),
    }
}

/// What a text's resources have in common in the index by parts: sequences of three characters, from all over the text.
fn parts(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let step = (characters.len() + 1 - LEAST_PART).div_ceil(MOST_PARTS);
    let parts: Vec<String> = characters
        .windows(LEAST_PART)
        .step_by(step)
        .map(|part| {
            format!(
                "\"{}\"",
                part.iter().collect::<String>().replace('"', "\"\"")
            )
        })
        .collect();
    parts.join(" AND ")
}

/// How many resources a [`Compiler::driver`] would probably find, as a rank; `None` where only a look at every resource
/// will do.
fn cost(filter: &Bound<'_>) -> Option<u8> {
    match filter {
        Bound::And(terms) => terms.iter().filter_map(cost).min(),
        Bound::Or(terms) => terms
            .iter()
            .map(cost)
            .collect::<Option<Vec<u8>>>()?
            .into_iter()
            .max(),
        Bound::Element(_, inner) => cost(inner),
        Bound::Never => Some(0),
        Bound::Not(_) | Bound::Present(_) => None,
        Bound::Compare(target, op, operand) => compare_cost(target, *op, operand),
    }
}

fn compare_cost(target: &Target<'_>, op: CompareOp, operand: &Operand) -> Option<u8> {
    if matches!(operand, Operand::Null | Operand::Boolean(_)) {
        return None;
    }
    let is_found = match Place::of(target) {
        Place::Column(_) => matches!(
            target.key().as_str(),
            "id" | "meta.created" | "meta.lastModified"
        ),
        Place::Location => false,
        Place::Index => target.lookup() != Lookup::None,
        Place::Related(_) => {
            let is_value = target.sub.is_some_and(|sub| sub.name == "value");
            return (is_value && op == CompareOp::Eq).then_some(1);
        }
    };
    if !is_found {
        return None;
    }
    match op {
        CompareOp::Ne => None,
        CompareOp::Eq if target.key() == "id" => Some(0),
        CompareOp::Eq => Some(1),
        CompareOp::Sw => Some(2),
        CompareOp::Gt | CompareOp::Ge | CompareOp::Lt | CompareOp::Le => Some(3),
        CompareOp::Co | CompareOp::Ew => Some(4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_from_all_over_a_text_and_quoted() {
        assert_eq!(parts("abc"), "\"abc\"");
        assert_eq!(parts("aé\"d"), "\"aé\"\"\" AND \"é\"\"d\"");
        assert_eq!(
            parts("abcdefghi"),
            "\"abc\" AND \"cde\" AND \"efg\" AND \"ghi\""
        );
        assert_eq!(
            parts(&"x".repeat(5000)).matches("AND").count(),
            MOST_PARTS - 1
        );
    }
}
