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

use self::driver::Rest;
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
    /// The names of the parameters with the tenant's number and the type's name, once something asks for them.
    tenant_name: Option<String>,
    type_name: Option<String>,
}

impl<'a> Compiler<'a> {
    pub fn new(
        resource_type: &'a ResourceType,
        tenant: i64,
        base: &'a str,
        parameters: &'a mut Parameters,
    ) -> Self {
        Self {
            resource_type,
            tenant,
            base,
            parameters,
            tenant_name: None,
            type_name: None,
        }
    }

    /// A query for the `seq` of the resources that match, if the index finds them.
    pub fn found(&mut self, filter: &Bound<'_>) -> Option<String> {
        let driver = self.driver(filter)?;
        let rest = match driver::rest(filter) {
            Rest::Nothing => return Some(driver),
            Rest::Type => self.own(),
            Rest::All => format!("{} AND {}", self.own(), self.condition(filter, None)),
        };
        // In SQLite a CROSS JOIN is never reordered, so the driver comes first.
        Some(format!(
            "SELECT r.seq FROM ({driver}) d CROSS JOIN resource r ON r.seq = d.seq WHERE {rest}"
        ))
    }

    /// `FROM … WHERE …` over the resources `r` that match, each of the type looked at.
    pub fn matching(&mut self, filter: Option<&Bound<'_>>) -> String {
        let own = self.own();
        match filter {
            None => format!("FROM resource r WHERE {own}"),
            Some(filter) => {
                let condition = self.condition(filter, None);
                format!("FROM resource r WHERE {own} AND {condition}")
            }
        }
    }

    /// The condition on the row of `counter` that counts this tenant's resources of this type.
    pub fn counter(&mut self) -> String {
        let (tenant, type_name) = (self.tenant_name(), self.type_name());
        format!("tenant = {tenant} AND type = {type_name}")
    }

    /// The condition that `r` is of this tenant and type.
    pub fn own(&mut self) -> String {
        let (tenant, type_name) = (self.tenant_name(), self.type_name());
        format!("r.tenant = {tenant} AND r.type = {type_name}")
    }

    fn tenant_name(&mut self) -> String {
        let (parameters, tenant) = (&mut self.parameters, self.tenant);
        let name = self
            .tenant_name
            .get_or_insert_with(|| parameters.bind(tenant));
        name.clone()
    }

    fn type_name(&mut self) -> String {
        let (parameters, name) = (&mut self.parameters, self.resource_type.name.as_str());
        let name = self.type_name.get_or_insert_with(|| parameters.bind(name));
        name.clone()
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
