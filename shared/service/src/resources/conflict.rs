//! Who has a value that must be unique, and what to say about it.

use rollcall_core::{
    AttrPath, Bound, CompareOp, JsonObject, Operand, ResourceType, ScimError, SortOrder, excerpt,
    unique_values,
};
use rollcall_store::{Database, Found, Part, Query, Start};
use serde_json::Value as Json;

use crate::error::Error;
use crate::session::Session;

/// Finds the resource that has one of the unique values of these attributes.
pub(super) async fn holder<D: Database>(
    session: &Session<'_, D>,
    resource_type: &ResourceType,
    attributes: &JsonObject,
) -> Result<Option<Found>, Error> {
    for unique in unique_values(attributes, resource_type) {
        let path = AttrPath::parse(&unique.path)?;
        let Some(target) = resource_type.resolve(&path) else {
            continue;
        };
        let filter = Bound::Compare(target, CompareOp::Eq, Operand::Text(unique.value));
        let part = Part {
            resource_type,
            filter: Some(&filter),
            sort: None,
            related: &[],
        };
        let query = Query {
            parts: &[part],
            order: SortOrder::Ascending,
            start: Start::Offset(0),
            limit: 1,
            base: session.base,
        };
        let page = session.store.list(&session.caller(), &query).await?;
        if let Some((_, found)) = page.resources.into_iter().next() {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Whether a resource is a person who has been deactivated.
pub(super) fn is_inactive(found: &Found) -> bool {
    let attributes = found.resource().map(|resource| resource.attributes);
    attributes.is_ok_and(|attributes| attributes.get("active") == Some(&Json::Bool(false)))
}

/// 409 with the values of which one is taken. An inactive holder is named, so that the client can reactivate them.
pub(super) fn taken<D: Database>(
    session: &Session<'_, D>,
    resource_type: &ResourceType,
    attributes: &JsonObject,
    holder: Option<&Found>,
) -> ScimError {
    let values = unique_values(attributes, resource_type);
    let named: Vec<String> = values
        .iter()
        .map(|unique| format!("`{}` `{}`", unique.path, excerpt(&unique.value)))
        .collect();
    let named = named.join(" or ");
    let name = &resource_type.name;
    match holder.filter(|holder| is_inactive(holder)) {
        Some(holder) => {
            let id = &holder.id;
            let location = format!("{}{}/{id}", session.base, resource_type.endpoint);
            ScimError::uniqueness(format!(
                "{named} is taken by the inactive {name} with the id `{id}` at `{location}`: set `active` to true there"
            ))
        }
        None => ScimError::uniqueness(format!(
            "{named} is taken by another {name}: choose another value"
        )),
    }
}
