//! SCIM filters as SQL (RFC 7644 §3.4.2.2).
//!
//! A filter becomes a condition on a row `r` of `resource`. It says exactly what `rollcall_core::matches` says, which
//! is what a property test holds it to. Where the filter names something that the index can find, that also becomes
//! the *driver*: a query for the only resources that can match, so that the others are never looked at.

mod condition;
mod driver;
mod order;
mod place;
mod related;

use rollcall_core::{Bound, ResourceType};

use crate::paths;
use crate::sql::Value;

pub(crate) use order::SortKey;

/// The parameters of a statement, by number.
#[derive(Debug)]
pub(crate) struct Parameters(Vec<Value>);

impl Parameters {
    /// Starts with those that the statement has already.
    pub fn new(first: Vec<Value>) -> Self {
        Self(first)
    }

    /// Adds a parameter and returns its name.
    pub fn bind(&mut self, value: impl Into<Value>) -> String {
        self.0.push(value.into());
        format!("?{}", self.0.len())
    }

    /// All of them, in the order of their numbers.
    pub fn into_values(self) -> Vec<Value> {
        self.0
    }
}

/// Writes the part of a statement that is about one resource type.
pub(crate) struct Compiler<'a> {
    resource_type: &'a ResourceType,
    tenant: i64,
    /// The base URI of the tenant's SCIM service.
    base: &'a str,
    parameters: &'a mut Parameters,
    /// The names of the parameters that every part has: the tenant's number and the type's name.
    tenant_name: String,
    type_name: String,
}

impl<'a> Compiler<'a> {
    pub fn new(
        resource_type: &'a ResourceType,
        tenant: i64,
        base: &'a str,
        parameters: &'a mut Parameters,
    ) -> Self {
        let tenant_name = parameters.bind(tenant);
        let type_name = parameters.bind(resource_type.name.as_str());
        Self {
            resource_type,
            tenant,
            base,
            parameters,
            tenant_name,
            type_name,
        }
    }

    /// `FROM … WHERE …` over the resources `r` that match.
    pub fn matching(&mut self, filter: Option<&Bound<'_>>) -> String {
        let own = self.own();
        let Some(filter) = filter else {
            return format!("FROM resource r WHERE {own}");
        };
        let driver = self.driver(filter);
        let condition = self.condition(filter, None);
        // In SQLite a CROSS JOIN is never reordered, so the driver comes first.
        match driver {
            Some(driver) => format!(
                "FROM ({driver}) d CROSS JOIN resource r ON r.seq = d.seq WHERE {own} AND {condition}"
            ),
            None => format!("FROM resource r WHERE {own} AND {condition}"),
        }
    }

    /// The condition on the row of `counter` that counts this tenant's resources of this type.
    pub fn counter(&self) -> String {
        format!(
            "tenant = {} AND type = {}",
            self.tenant_name, self.type_name
        )
    }

    /// The condition that `r` is of this tenant and type.
    pub fn own(&self) -> String {
        format!(
            "r.tenant = {} AND r.type = {}",
            self.tenant_name, self.type_name
        )
    }

    /// The number of an attribute's path.
    fn path(&mut self, target: &rollcall_core::Target<'_>) -> String {
        let number = paths::number_of(self.tenant, &self.resource_type.name, target);
        self.parameters.bind(number)
    }

    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.parameters.bind(value)
    }
}
