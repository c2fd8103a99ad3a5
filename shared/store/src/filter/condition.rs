//! A filter as a condition on the row `r`.

use rollcall_core::{AttributeType, Bound, CompareOp, Operand, Target};

use super::Compiler;
use super::place::Place;
use crate::sql::Value;

impl Compiler<'_> {
    /// The condition on `r`; within a value path on its element `element`, too.
    pub fn condition(&mut self, filter: &Bound<'_>, element: Option<&str>) -> String {
        match filter {
            Bound::And(terms) => self.all(terms, " AND ", element),
            Bound::Or(terms) => self.all(terms, " OR ", element),
            Bound::Not(term) => format!("NOT {}", self.condition(term, element)),
            Bound::Present(target) => self.present(target, element),
            Bound::Compare(target, CompareOp::Eq, Operand::Null) => {
                format!("NOT {}", self.present(target, element))
            }
            Bound::Compare(target, CompareOp::Ne, Operand::Null) => self.present(target, element),
            Bound::Compare(target, op, operand) => self.compare(target, *op, operand, element),
            Bound::Element(target, inner) => self.element(target, inner),
            Bound::Never => "0".to_owned(),
        }
    }

    fn all(&mut self, terms: &[Bound<'_>], operator: &str, element: Option<&str>) -> String {
        let terms: Vec<String> = terms
            .iter()
            .map(|term| self.condition(term, element))
            .collect();
        format!("({})", terms.join(operator))
    }

    fn present(&mut self, target: &Target<'_>, element: Option<&str>) -> String {
        match Place::of(target) {
            Place::Column(_) | Place::Location => "1".to_owned(),
            Place::Related(relation) => self.present_related(relation, element),
            Place::Index => {
                let paths = self.leaf_paths(target);
                let element = element
                    .map(|e| format!(" AND a.element = {e}"))
                    .unwrap_or_default();
                format!(
                    "EXISTS (SELECT 1 FROM attribute a WHERE a.resource = r.seq AND a.path IN ({paths}){element})"
                )
            }
        }
    }

    fn compare(
        &mut self,
        target: &Target<'_>,
        op: CompareOp,
        operand: &Operand,
        element: Option<&str>,
    ) -> String {
        let column = match Place::of(target) {
            Place::Column(column) => column.to_owned(),
            Place::Location => {
                let prefix = format!("{}{}/", self.base, self.resource_type.endpoint);
                format!("({} || r.id)", self.bind(prefix))
            }
            Place::Index => return self.compare_indexed(target, op, operand, element),
            Place::Related(relation) => {
                return self.compare_related(relation, target, (op, operand), element);
            }
        };
        self.test(&column, op, operand)
    }

    fn compare_indexed(
        &mut self,
        target: &Target<'_>,
        op: CompareOp,
        operand: &Operand,
        element: Option<&str>,
    ) -> String {
        let path = self.path(target);
        let test = self.test("a.value", op, operand);
        let element = element
            .map(|e| format!(" AND a.element = {e}"))
            .unwrap_or_default();
        let any = format!(
            "EXISTS (SELECT 1 FROM attribute a WHERE a.resource = r.seq AND a.path = {path}{element}"
        );
        if op == CompareOp::Ne {
            // An attribute without a value is not equal to anything.
            return format!("({any} AND {test}) OR NOT {any}))");
        }
        format!("{any} AND {test})")
    }

    /// `emails[type eq "work"]`: one element for which the inner filter holds.
    fn element(&mut self, target: &Target<'_>, inner: &Bound<'_>) -> String {
        match Place::of(target) {
            Place::Column(_) | Place::Location => self.condition(inner, None),
            Place::Related(relation) => self.related_element(relation, inner),
            Place::Index => {
                let paths = self.leaf_paths(target);
                let condition = self.condition(inner, Some("e.element"));
                format!(
                    "EXISTS (SELECT 1 FROM (SELECT DISTINCT x.element FROM attribute x \
                     WHERE x.resource = r.seq AND x.path IN ({paths})) e WHERE {condition})"
                )
            }
        }
    }

    /// The paths under which a target's values are indexed: its own, or those of its sub-attributes.
    fn leaf_paths(&mut self, target: &Target<'_>) -> String {
        if target.leaf().kind != AttributeType::Complex {
            return self.path(target);
        }
        let subs = &target.leaf().sub_attributes;
        let paths: Vec<String> = subs
            .iter()
            .map(|sub| self.path(&target.with_sub(sub)))
            .collect();
        paths.join(", ")
    }

    /// The test of one value.
    pub fn test(&mut self, column: &str, op: CompareOp, operand: &Operand) -> String {
        let value = match operand {
            Operand::Text(text) => Value::from(text.as_str()),
            Operand::Integer(number) => Value::from(*number),
            Operand::Decimal(number) => Value::from(*number),
            Operand::Boolean(truth) => Value::from(i64::from(*truth)),
            Operand::Time(time) => Value::from(time.as_micros()),
            // `eq null` and `ne null` are about presence; nothing else takes a null.
            Operand::Null => return "0".to_owned(),
        };
        match op {
            CompareOp::Eq => format!("{column} = {}", self.bind(value)),
            CompareOp::Ne => format!("{column} <> {}", self.bind(value)),
            CompareOp::Gt => format!("{column} > {}", self.bind(value)),
            CompareOp::Ge => format!("{column} >= {}", self.bind(value)),
            CompareOp::Lt => format!("{column} < {}", self.bind(value)),
            CompareOp::Le => format!("{column} <= {}", self.bind(value)),
            CompareOp::Co => format!("instr({column}, {}) > 0", self.bind(value)),
            CompareOp::Sw => self.starts_with(column, operand),
            CompareOp::Ew => {
                let value = self.bind(value);
                format!("({value} = '' OR substr({column}, -length({value})) = {value})")
            }
        }
    }

    /// A range, so that an index serves it.
    fn starts_with(&mut self, column: &str, operand: &Operand) -> String {
        let Operand::Text(prefix) = operand else {
            return "0".to_owned();
        };
        let from = self.bind(prefix.as_str());
        match successor(prefix) {
            Some(end) => format!("({column} >= {from} AND {column} < {})", self.bind(end)),
            None => format!("{column} >= {from}"),
        }
    }
}

/// The least string that is greater than all strings that start with `prefix`; `None` when there is none.
fn successor(prefix: &str) -> Option<String> {
    let mut rest = prefix.to_owned();
    while let Some(last) = rest.pop() {
        let next = match last {
            '\u{D7FF}' => Some('\u{E000}'),
            _ => char::from_u32(u32::from(last) + 1),
        };
        if let Some(next) = next {
            rest.push(next);
            return Some(rest);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn successors_are_tight() {
        assert_eq!(successor("ab").as_deref(), Some("ac"));
        assert_eq!(successor("a\u{10FFFF}").as_deref(), Some("b"));
        assert_eq!(successor("\u{D7FF}").as_deref(), Some("\u{E000}"));
        assert_eq!(successor("\u{10FFFF}"), None);
        assert_eq!(successor(""), None);
    }
}
