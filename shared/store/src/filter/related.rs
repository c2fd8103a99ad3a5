//! Conditions on members and groups.
//!
//! Within them, `m` and `c` are one related resource of `r`: `m` its membership, or the row of a derived group, and `c`
//! the resource itself.

use rollcall_core::{Bound, CompareOp, Operand, Relation, Target};

use super::Compiler;
use crate::relations::{GROUPS_OF_R, location};

impl Compiler<'_> {
    /// Whether there is any. Within brackets there is.
    pub(super) fn present_related(&mut self, relation: Relation, element: Option<&str>) -> String {
        match element {
            Some(_) => "1".to_owned(),
            None => self.any(relation, "1"),
        }
    }

    pub(super) fn compare_related(
        &mut self,
        relation: Relation,
        target: &Target<'_>,
        (op, operand): (CompareOp, &Operand),
        element: Option<&str>,
    ) -> String {
        let column = self.column(relation, target);
        let test = self.test(&column, op, operand);
        if element.is_some() {
            return test;
        }
        let any = self.any(relation, &test);
        if op == CompareOp::Ne {
            return format!("({any} OR NOT {})", self.any(relation, "1"));
        }
        any
    }

    /// `members[type eq "Group" and display sw "a"]`: one for which the inner filter holds.
    pub(super) fn related_element(&mut self, relation: Relation, inner: &Bound<'_>) -> String {
        let condition = self.condition(inner, Some("c"));
        self.any(relation, &condition)
    }

    /// The sub-attribute of the first related resource.
    pub(super) fn first_related(&mut self, relation: Relation, target: &Target<'_>) -> String {
        let column = self.column(relation, target);
        match relation {
            Relation::Members => format!(
                "(SELECT {column} FROM membership m CROSS JOIN resource c ON c.seq = m.member \
                 WHERE m.grp = r.seq ORDER BY m.member LIMIT 1)"
            ),
            Relation::Groups => format!(
                "(SELECT {column} FROM {GROUPS_OF_R} m CROSS JOIN resource c ON c.seq = m.seq ORDER BY m.seq LIMIT 1)"
            ),
        }
    }

    fn any(&mut self, relation: Relation, condition: &str) -> String {
        let tenant = self.tenant_name();
        match relation {
            Relation::Members => format!(
                "EXISTS (SELECT 1 FROM membership m JOIN resource c ON c.seq = m.member \
                 WHERE m.grp = r.seq AND c.tenant = {tenant} AND {condition})"
            ),
            Relation::Groups => format!(
                "EXISTS (SELECT 1 FROM {GROUPS_OF_R} m CROSS JOIN resource c ON c.seq = m.seq WHERE {condition})"
            ),
        }
    }

    /// The expression for a sub-attribute, in the form in which it is compared.
    fn column(&mut self, relation: Relation, target: &Target<'_>) -> String {
        let sub = target.sub.map_or("value", |sub| sub.name.as_str());
        match (sub, relation) {
            ("$ref", _) => {
                let base = self.bind(self.base);
                format!("({})", location(&base))
            }
            ("display", Relation::Members) => "coalesce(m.folded, c.folded)".to_owned(),
            ("display", Relation::Groups) => "c.folded".to_owned(),
            ("type", Relation::Members) => "lower(c.type)".to_owned(),
            ("type", Relation::Groups) => {
                "CASE WHEN m.direct THEN 'direct' ELSE 'indirect' END".to_owned()
            }
            // Identifiers are in lower case.
            _ => "c.id".to_owned(),
        }
    }
}
