//! `/admin/v1/tenants/{tenant}/changes`: who did what, and when.

use http::StatusCode;
use rollcall_service::{Change, Ctx, Database, admin};
use serde_json::{Value as Json, json};

use super::page::Page;
use crate::problem::Problem;
use crate::respond::{self, FullResponse};

/// A page of the change log. `next` is what the following request has for `after`, now or when there is more.
pub(super) async fn list<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    query: Option<&str>,
) -> Result<FullResponse, Problem> {
    let page = Page::of(query)?;
    let after = page.after_number()?;
    let changes = admin::changes(ctx, tenant, after, page.count).await?;
    let next = changes.last().map_or(after, |last| last.sequence);
    let changes: Vec<Json> = changes.iter().map(show).collect();
    Ok(respond::json(
        StatusCode::OK,
        "application/json",
        &json!({ "changes": changes, "next": next }),
    ))
}

fn show(change: &Change) -> Json {
    json!({
        "sequence": change.sequence,
        "at": change.at.to_string(),
        "actor": change.actor,
        "operation": change.operation,
        "resourceType": change.resource_type,
        "id": change.resource,
        // What is no resource has no version.
        "version": Some(change.version).filter(|version| *version > 0),
        "attributes": change.attributes,
    })
}
