//! The one tree for filters, value paths and PATCH paths.

use serde_json::Number;

use crate::AttrPath;

/// A filter as it was written; the names are not yet looked up.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// `title pr`
    Present(AttrPath),
    /// `userName eq "bjensen"`
    Compare(AttrPath, CompareOp, Literal),
    /// All of them; never nested directly in another `And`.
    And(Vec<Filter>),
    /// Any of them; never nested directly in another `Or`.
    Or(Vec<Filter>),
    /// `not (…)`
    Not(Box<Filter>),
    /// `emails[type eq "work"]`: one element satisfies all of the inner filter.
    Element(AttrPath, Box<Filter>),
}

impl Filter {
    /// All of the filters, flattened; of one, the filter itself.
    #[must_use]
    pub fn and(filters: Vec<Filter>) -> Self {
        join(filters, Filter::And, |filter| match filter {
            Filter::And(inner) => Ok(inner),
            other => Err(other),
        })
    }

    /// Any of the filters, flattened; of one, the filter itself.
    #[must_use]
    pub fn or(filters: Vec<Filter>) -> Self {
        join(filters, Filter::Or, |filter| match filter {
            Filter::Or(inner) => Ok(inner),
            other => Err(other),
        })
    }
}

fn join(
    filters: Vec<Filter>,
    wrap: fn(Vec<Filter>) -> Filter,
    unwrap: fn(Filter) -> Result<Vec<Filter>, Filter>,
) -> Filter {
    let mut flat = Vec::with_capacity(filters.len());
    for filter in filters {
        match unwrap(filter) {
            Ok(inner) => flat.extend(inner),
            Err(other) => flat.push(other),
        }
    }
    match (flat.pop(), flat.is_empty()) {
        (Some(only), true) => only,
        (last, _) => {
            flat.extend(last);
            wrap(flat)
        }
    }
}

/// A comparison operator (RFC 7644 Table 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Contains.
    Co,
    /// Starts with.
    Sw,
    /// Ends with.
    Ew,
    /// Greater than.
    Gt,
    /// Greater than or equal to.
    Ge,
    /// Less than.
    Lt,
    /// Less than or equal to.
    Le,
}

impl CompareOp {
    /// Every operator.
    pub const ALL: [Self; 9] = [
        Self::Eq,
        Self::Ne,
        Self::Co,
        Self::Sw,
        Self::Ew,
        Self::Gt,
        Self::Ge,
        Self::Lt,
        Self::Le,
    ];

    /// The operator's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Co => "co",
            Self::Sw => "sw",
            Self::Ew => "ew",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Lt => "lt",
            Self::Le => "le",
        }
    }

    /// Whether it asks which of two values comes first.
    #[must_use]
    pub const fn is_ordering(self) -> bool {
        matches!(self, Self::Gt | Self::Ge | Self::Lt | Self::Le)
    }

    /// Whether it looks for a part of a text.
    #[must_use]
    pub const fn is_substring(self) -> bool {
        matches!(self, Self::Co | Self::Sw | Self::Ew)
    }
}

/// What an attribute is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// A string.
    Text(String),
    /// A number.
    Number(Number),
    /// A boolean.
    Bool(bool),
    /// `null`.
    Null,
}

/// The `path` of a PATCH operation.
///
/// > `PATH = attrPath / valuePath [subAttr]` (RFC 7644 Figure 7)
#[derive(Clone, Debug, PartialEq)]
pub enum PatchPath {
    /// `name.familyName`. A whole schema looks like this, too, if its URI ends in a name: only a
    /// resource type can tell `urn:…:enterprise:2.0` + `User` from `urn:…:2.0:User` + `division`.
    Attr(AttrPath),
    /// `addresses[type eq "work"].streetAddress`
    Value {
        /// The attribute whose values are selected.
        attr: AttrPath,
        /// What selects them.
        filter: Filter,
        /// The sub-attribute of the selected values.
        sub: Option<String>,
    },
    /// A schema's URI that does not end in a name.
    Schema(String),
}
