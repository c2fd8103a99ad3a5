//! A filter bound to a resource type: names looked up, literals typed, once for all who use it.

use super::{CompareOp, Filter, Literal};
use crate::path::excerpt;
use crate::schema::{Attribute, AttributeType, ResourceType, Returned, Target};
use crate::{AttrPath, ScimError, Timestamp, fold};

/// A filter whose names and literals fit a resource type. [`super::matches()`] says what it means.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound<'s> {
    /// The attribute has a value. The target may be complex.
    Present(Target<'s>),
    /// Some value compares so. The target is a leaf, unless the operand is [`Operand::Null`].
    Compare(Target<'s>, CompareOp, Operand),
    /// All of them.
    And(Vec<Bound<'s>>),
    /// Any of them.
    Or(Vec<Bound<'s>>),
    /// The opposite.
    Not(Box<Bound<'s>>),
    /// One element satisfies the filter. The target is complex, and the targets within name one of its
    /// sub-attributes; or it is a simple multi-valued attribute, and the targets within are the
    /// attribute itself (`value`).
    Element(Target<'s>, Box<Bound<'s>>),
    /// Nothing. An attribute that the type lacks has no value: see [`Filter::bind_lenient`].
    Never,
}

/// A literal, in the type of the attribute that it is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// Text; folded unless the attribute is case exact.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Decimal(f64),
    /// A boolean.
    Boolean(bool),
    /// An instant.
    Time(Timestamp),
    /// No value; only with `eq` (has none) and `ne` (has one).
    Null,
}

impl Filter {
    /// Looks the names up and types the literals.
    ///
    /// # Errors
    ///
    /// `invalidFilter` if an attribute is unknown, an operator does not apply to it or a literal is of
    /// another type; `sensitive` if the attribute is never returned.
    pub fn bind<'s>(&self, rt: &'s ResourceType) -> Result<Bound<'s>, ScimError> {
        Binder { rt, lenient: false }.bind(self, None)
    }

    /// Like [`Filter::bind`], for a query over several resource types: an attribute that the type
    /// lacks has no value. So `pr` on it is [`Bound::Never`], and `ne` is its opposite.
    ///
    /// > For filtered attributes that are not part of a particular resource type, the service provider
    /// > SHALL treat the attribute as if there is no attribute value. (RFC 7644 §3.4.2.1)
    ///
    /// # Errors
    ///
    /// As [`Filter::bind`], except for unknown attributes.
    pub fn bind_lenient<'s>(&self, rt: &'s ResourceType) -> Result<Bound<'s>, ScimError> {
        Binder { rt, lenient: true }.bind(self, None)
    }
}

#[derive(Clone, Copy)]
struct Binder<'s> {
    rt: &'s ResourceType,
    lenient: bool,
}

impl<'s> Binder<'s> {
    /// `element` is the attribute whose brackets the filter stands in.
    fn bind(&self, filter: &Filter, element: Option<Target<'s>>) -> Result<Bound<'s>, ScimError> {
        Ok(match filter {
            Filter::Present(path) => match self.resolve(path, element)? {
                Some(target) => Bound::Present(target),
                None => Bound::Never,
            },
            Filter::Compare(path, op, literal) => match self.resolve(path, element)? {
                Some(target) => compare(target, *op, literal)?,
                None => without_value(*op, literal),
            },
            Filter::And(filters) => Bound::And(self.bind_all(filters, element)?),
            Filter::Or(filters) => Bound::Or(self.bind_all(filters, element)?),
            Filter::Not(filter) => Bound::Not(Box::new(self.bind(filter, element)?)),
            Filter::Element(path, filter) => match self.resolve(path, element)? {
                Some(target) => {
                    let inner = self.bind(filter, Some(selectable(target)?))?;
                    Bound::Element(target, Box::new(inner))
                }
                None => Bound::Never,
            },
        })
    }

    fn bind_all(
        &self,
        filters: &[Filter],
        element: Option<Target<'s>>,
    ) -> Result<Vec<Bound<'s>>, ScimError> {
        filters
            .iter()
            .map(|filter| self.bind(filter, element))
            .collect()
    }

    fn resolve(
        &self,
        path: &AttrPath,
        element: Option<Target<'s>>,
    ) -> Result<Option<Target<'s>>, ScimError> {
        let target = match element {
            None => self.rt.resolve(path),
            Some(parent) => within(parent, path),
        };
        match target {
            Some(target) => readable(target).map(Some),
            None if self.lenient && element.is_none() => Ok(None),
            None => Err(ScimError::invalid_filter(unknown(path, element, self.rt))),
        }
    }
}

/// > `valuePath = attrPath "[" valFilter "]"` ; FILTER uses sub-attributes of a parent attrPath
fn within<'s>(parent: Target<'s>, path: &AttrPath) -> Option<Target<'s>> {
    if path.schema.is_some() || path.sub.is_some() {
        return None;
    }
    if parent.attr.is_complex() {
        return parent
            .attr
            .sub_attribute(&path.name)
            .map(|sub| parent.with_sub(sub));
    }
    path.name.eq_ignore_ascii_case("value").then_some(parent)
}

/// Only what has elements or parts can be selected from.
fn selectable(target: Target<'_>) -> Result<Target<'_>, ScimError> {
    if target.sub.is_none() && (target.attr.is_complex() || target.attr.multi_valued) {
        return Ok(target);
    }
    Err(ScimError::invalid_filter(format!(
        "`{}` has no sub-attributes to select by; compare it without brackets",
        target.key()
    )))
}

/// What is `returned: never` must not be found out by a filter either.
fn readable(target: Target<'_>) -> Result<Target<'_>, ScimError> {
    if target.attr.returned == Returned::Never || target.leaf().returned == Returned::Never {
        return Err(ScimError::sensitive(format!(
            "`{}` is never returned, so it cannot be used in a filter",
            target.key()
        )));
    }
    Ok(target)
}

fn unknown(path: &AttrPath, element: Option<Target<'_>>, rt: &ResourceType) -> String {
    let path = excerpt(&path.to_string());
    match element {
        Some(parent) => format!(
            "`{path}` is not a sub-attribute of `{}`; inside the brackets write the name of one alone",
            parent.key()
        ),
        None => format!("`{path}` is not an attribute of {}", rt.name),
    }
}

/// What a comparison with an absent attribute comes to.
fn without_value<'s>(op: CompareOp, literal: &Literal) -> Bound<'s> {
    match (op, literal) {
        (CompareOp::Ne, Literal::Null) => Bound::Never,
        (CompareOp::Ne, _) | (CompareOp::Eq, Literal::Null) => Bound::Not(Box::new(Bound::Never)),
        _ => Bound::Never,
    }
}

fn compare<'s>(
    target: Target<'s>,
    op: CompareOp,
    literal: &Literal,
) -> Result<Bound<'s>, ScimError> {
    if *literal == Literal::Null {
        return match op {
            CompareOp::Eq | CompareOp::Ne => Ok(Bound::Compare(target, op, Operand::Null)),
            _ => Err(ScimError::invalid_filter(format!(
                "`{op}` does not apply to null; use `eq null`, `ne null` or `pr`"
            ))),
        };
    }
    let target = leaf_of(target)?;
    let operand = operand(&target, target.leaf(), op, literal)?;
    Ok(Bound::Compare(target, op, operand))
}

/// A bare complex attribute means its `value`: `emails eq "x"`, `manager eq "x"`.
fn leaf_of(target: Target<'_>) -> Result<Target<'_>, ScimError> {
    if !target.leaf().is_complex() {
        return Ok(target);
    }
    target
        .attr
        .value_attribute()
        .map(|value| target.with_sub(value))
        .ok_or_else(|| {
            // > For complex attributes, a fully qualified sub-attribute MUST be specified
            let example = target
                .attr
                .sub_attributes
                .first()
                .map_or("value", |sub| sub.name.as_str());
            ScimError::invalid_filter(format!(
                "`{key}` is complex; name a sub-attribute, such as `{key}.{example}`",
                key = target.key()
            ))
        })
}

fn operand(
    target: &Target<'_>,
    leaf: &Attribute,
    op: CompareOp,
    literal: &Literal,
) -> Result<Operand, ScimError> {
    let wrong = |expected: &str| {
        ScimError::invalid_filter(format!("`{}` is compared with {expected}", target.key()))
    };
    // > Boolean and Binary attributes SHALL cause a failed response (HTTP status code 400) with
    // > "scimType" of "invalidFilter".
    let applies = match leaf.kind {
        AttributeType::String | AttributeType::Reference => true,
        AttributeType::Binary => !op.is_ordering(),
        AttributeType::Boolean => !op.is_ordering() && !op.is_substring(),
        AttributeType::Integer | AttributeType::Decimal | AttributeType::DateTime => {
            !op.is_substring()
        }
        AttributeType::Complex => false,
    };
    if !applies {
        return Err(ScimError::invalid_filter(format!(
            "`{op}` does not apply to `{}`; use `eq`, `ne` or another operator of its type",
            target.key()
        )));
    }
    match (leaf.kind, literal) {
        (AttributeType::Boolean, Literal::Bool(value)) => Ok(Operand::Boolean(*value)),
        // Entra: `roles[primary eq "True"]` (golden/entra_string_booleans.json).
        (AttributeType::Boolean, Literal::Text(text)) if text.eq_ignore_ascii_case("true") => {
            Ok(Operand::Boolean(true))
        }
        (AttributeType::Boolean, Literal::Text(text)) if text.eq_ignore_ascii_case("false") => {
            Ok(Operand::Boolean(false))
        }
        (AttributeType::Boolean, _) => Err(wrong("true or false")),
        (AttributeType::Integer | AttributeType::Decimal, Literal::Number(number)) => number
            .as_i64()
            .map(Operand::Integer)
            .or_else(|| number.as_f64().map(Operand::Decimal))
            .ok_or_else(|| wrong("a number")),
        (AttributeType::Integer | AttributeType::Decimal, _) => {
            Err(wrong("a number, without quotes"))
        }
        (AttributeType::DateTime, Literal::Text(text)) => Timestamp::parse(text)
            .map(Operand::Time)
            .ok_or_else(|| wrong("a date and time such as \"2026-01-02T03:04:05Z\"")),
        (AttributeType::DateTime, _) => {
            Err(wrong("a date and time such as \"2026-01-02T03:04:05Z\""))
        }
        (_, Literal::Text(text)) if leaf.is_case_exact() => Ok(Operand::Text(text.clone())),
        (_, Literal::Text(text)) => Ok(Operand::Text(fold(text))),
        (_, other) => Err(wrong(&format!(
            "a string; write \"{other}\" in double quotes"
        ))),
    }
}
