//! `/admin/v1/tenants/{tenant}/deleted`: people that were deleted, for as long as the tenant keeps them.

use http::StatusCode;
use rollcall_core::etag;
use rollcall_service::{Administrator, Ctx, Database, Deleted, admin};
use serde_json::{Value as Json, json};

use super::page::Page;
use crate::problem::Problem;
use crate::respond::{self, FullResponse};

/// A page of them. `next` is what the following request has for `after`.
pub(super) async fn list<D: Database>(
    ctx: &Ctx<D>,
    by: Administrator<'_>,
    query: Option<&str>,
) -> Result<FullResponse, Problem> {
    let page = Page::of(query)?;
    let after = page.after.unwrap_or_default();
    let deleted = admin::deleted(ctx, by, &after, page.count).await?;
    let next = deleted.last().map(|last| last.id.clone()).unwrap_or(after);
    let deleted: Vec<Json> = deleted.iter().map(show).collect();
    Ok(respond::json(
        StatusCode::OK,
        "application/json",
        &json!({ "deleted": deleted, "next": next }),
    ))
}

/// The person as they are now.
pub(super) async fn restore<D: Database>(
    ctx: &Ctx<D>,
    by: Administrator<'_>,
    id: &str,
) -> Result<FullResponse, Problem> {
    let restored = admin::restore(ctx, by, id).await?;
    let body = json!({
        "id": restored.id,
        "userName": restored.attributes.get("userName"),
        "displayName": restored.attributes.get("displayName"),
        "version": etag(restored.version),
    });
    Ok(respond::json(StatusCode::OK, "application/json", &body))
}

pub(super) async fn purge<D: Database>(
    ctx: &Ctx<D>,
    by: Administrator<'_>,
    id: &str,
) -> Result<FullResponse, Problem> {
    admin::purge(ctx, by, id).await?;
    Ok(respond::empty(StatusCode::NO_CONTENT))
}

fn show(deleted: &Deleted) -> Json {
    json!({
        "id": deleted.id,
        "userName": deleted.user_name,
        "displayName": deleted.display_name,
        "deleted_at": deleted.deleted.to_string(),
        "purge_at": deleted.purge.to_string(),
    })
}
