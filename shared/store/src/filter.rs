//! SCIM filters as SQL (RFC 7644 §3.4.2.2).
//!
//! A filter becomes a condition on a row `r` of `resource`. It says exactly what `rollcall_core::matches` says, which
//! is what a property test holds it to. Where the filter names something that the index can find, that also becomes
//! the *driver*: a query for the only resources that can match, so that the others are never looked at.

use rollcall_core::{AttributeType, Bound, CompareOp, Operand, ResourceType, Target};

use crate::sql::Value;

/// Builds statements: collects their parameters and knows the type that is searched.
pub(crate) struct Compiler<'a> {
    resource_type: &'a ResourceType,
    /// What `meta.location` is before the id.
    location: &'a str,
    parameters: Vec<Value>,
    /// The paths that were named already, with the expressions for their numbers.
    paths: Vec<(String, String)>,
}

/// Where an attribute's values are.
enum Place {
    /// An expression on the row `r`.
    Column(&'static str),
    /// `meta.location`.
    Location,
    /// The search index.
    Index,
}

impl<'a> Compiler<'a> {
    /// Starts with the parameters that the statement has already.
    pub fn new(resource_type: &'a ResourceType, location: &'a str, parameters: Vec<Value>) -> Self {
        Self {
            resource_type,
            location,
            parameters,
            paths: Vec::new(),
        }
    }

    /// All parameters, in the order of their numbers.
    pub fn into_parameters(self) -> Vec<Value> {
        self.parameters
    }

    /// Adds a parameter and returns its name.
    pub fn bind(&mut self, value: impl Into<Value>) -> String {
        self.parameters.push(value.into());
        format!("?{}", self.parameters.len())
    }

    /// The number of an attribute's path. A path that no resource ever had has none, and finds nothing.
    pub fn path(&mut self, key: &str) -> String {
        if let Some((_, number)) = self.paths.iter().find(|(known, _)| known == key) {
            return number.clone();
        }
        let type_name = self.bind(self.resource_type.name.as_str());
        let name = self.bind(key);
        let number = format!(
            "(SELECT id FROM path WHERE tenant = (SELECT tenant FROM open) AND type = {type_name} AND name = {name})"
        );
        self.paths.push((key.to_owned(), number.clone()));
        number
    }

    /// `FROM … WHERE …` over the resources `r` that match.
    pub fn matching(&mut self, filter: Option<&Bound<'_>>) -> String {
        let type_name = self.bind(self.resource_type.name.as_str());
        let Some(filter) = filter else {
            return format!(
                "FROM open CROSS JOIN resource r WHERE r.tenant = open.tenant AND r.type = {type_name}"
            );
        };
        let driver = cost(filter).map(|_| self.driver(filter));
        let condition = self.condition(filter, None);
        // In SQLite a CROSS JOIN is never reordered, so the driver comes first.
        let from = match driver {
            Some(driver) => {
                format!("({driver}) d CROSS JOIN resource r ON r.seq = d.seq CROSS JOIN open")
            }
            None => "open CROSS JOIN resource r".to_owned(),
        };
        format!("FROM {from} WHERE r.tenant = open.tenant AND r.type = {type_name} AND {condition}")
    }

    /// What to sort the rows `r` by, and the join that it needs.
    pub fn sort_key(&mut self, target: &Target<'_>) -> (String, String) {
        match place(target) {
            Place::Column(column) => (column.to_owned(), String::new()),
            Place::Location => ("r.id".to_owned(), String::new()),
            Place::Index => {
                let path = self.path(&target.key());
                let join = format!(
                    "LEFT JOIN attribute s ON s.resource = r.seq AND s.path = {path} AND s.element = 0"
                );
                ("s.value".to_owned(), join)
            }
        }
    }

    /// The condition on `r`; within a value path on its element `element`, too.
    fn condition(&mut self, filter: &Bound<'_>, element: Option<&str>) -> String {
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
        match place(target) {
            Place::Column(_) | Place::Location => "1".to_owned(),
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
        let column = match place(target) {
            Place::Column(column) => column.to_owned(),
            Place::Location => format!("({} || r.id)", self.bind(self.location)),
            Place::Index => return self.compare_indexed(target, op, operand, element),
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
        let path = self.path(&target.key());
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
        if !matches!(place(target), Place::Index) {
            return self.condition(inner, None);
        }
        let paths = self.leaf_paths(target);
        let condition = self.condition(inner, Some("e.element"));
        format!(
            "EXISTS (SELECT 1 FROM (SELECT DISTINCT x.element FROM attribute x \
             WHERE x.resource = r.seq AND x.path IN ({paths})) e WHERE {condition})"
        )
    }

    /// The paths under which a target's values are indexed: its own, or those of its sub-attributes.
    fn leaf_paths(&mut self, target: &Target<'_>) -> String {
        if target.leaf().kind != AttributeType::Complex {
            return self.path(&target.key());
        }
        let key = target.key();
        let subs = &target.leaf().sub_attributes;
        let paths: Vec<String> = subs
            .iter()
            .map(|sub| self.path(&format!("{key}.{}", sub.name)))
            .collect();
        paths.join(", ")
    }

    fn test(&mut self, column: &str, op: CompareOp, operand: &Operand) -> String {
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

    /// The query for the only resources that can match a filter with a [`cost`].
    fn driver(&mut self, filter: &Bound<'_>) -> String {
        match filter {
            Bound::And(terms) => {
                let cheapest = terms
                    .iter()
                    .filter(|term| cost(term).is_some())
                    .min_by_key(|term| cost(term));
                cheapest.map(|term| self.driver(term)).unwrap_or_default()
            }
            Bound::Or(terms) => {
                let queries: Vec<String> = terms.iter().map(|term| self.driver(term)).collect();
                queries.join(" UNION ")
            }
            Bound::Element(_, inner) => self.driver(inner),
            Bound::Compare(target, op, operand) => self.lookup(target, *op, operand),
            Bound::Not(_) | Bound::Present(_) | Bound::Never => String::new(),
        }
    }

    fn lookup(&mut self, target: &Target<'_>, op: CompareOp, operand: &Operand) -> String {
        if let Place::Column(column) = place(target) {
            let type_name = self.bind(self.resource_type.name.as_str());
            let test = self.test(column, op, operand);
            return format!(
                "SELECT r.seq FROM resource r WHERE r.tenant = (SELECT tenant FROM open) AND r.type = {type_name} AND {test}"
            );
        }
        let path = self.path(&target.key());
        let test = self.test("a.value", op, operand);
        format!(
            "SELECT DISTINCT a.resource AS seq FROM attribute a WHERE a.path = {path} AND {test}"
        )
    }
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
        Bound::Not(_) | Bound::Present(_) | Bound::Never => None,
        Bound::Compare(target, _, _) if matches!(place(target), Place::Location) => None,
        Bound::Compare(target, op, operand) => match (op, operand) {
            (_, Operand::Null | Operand::Boolean(_)) | (CompareOp::Ne, _) => None,
            (CompareOp::Eq, _) if target.key() == "id" => Some(0),
            // Values that the schema suggests, such as `work`, are shared by many.
            (CompareOp::Eq, _) if target.leaf().canonical_values.is_empty() => Some(1),
            (CompareOp::Sw, _) => Some(2),
            (CompareOp::Gt | CompareOp::Ge | CompareOp::Lt | CompareOp::Le, _) => Some(3),
            (CompareOp::Co | CompareOp::Ew, _) => Some(4),
            (CompareOp::Eq, _) => Some(5),
        },
    }
}

fn place(target: &Target<'_>) -> Place {
    if target.extension.is_some() {
        return Place::Index;
    }
    match target.key().as_str() {
        "id" => Place::Column("r.id"),
        "meta" | "meta.resourceType" => Place::Column("r.type"),
        "meta.created" => Place::Column("r.created"),
        "meta.lastModified" => Place::Column("r.modified"),
        "meta.version" => Place::Column("('W/\"' || r.version || '\"')"),
        "meta.location" => Place::Location,
        _ => Place::Index,
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
