//! `/admin/v1/tenants/{tenant}/changes`: who did what, and when.

use http::StatusCode;
use rollcall_core::excerpt;
use rollcall_service::{Change, Ctx, Database, admin};
use serde_json::{Value as Json, json};

use crate::problem::Problem;
use crate::query;
use crate::respond::{self, FullResponse};

/// A page of the change log after the entry `after`, at most `count` entries.
pub(super) async fn list<D: Database>(
    ctx: &Ctx<D>,
    tenant: &str,
    query: Option<&str>,
) -> Result<FullResponse, Problem> {
    let parameters = query::parse(query.unwrap_or_default(), &["after", "count"])
        .map_err(|_| Problem::invalid("give `after` and `count` once each".into()))?;
    let number = |name: &str| {
        let given = parameters.iter().find(|(known, _)| *known == name);
        given
            .map(|(_, value)| {
                let number: Option<i64> = value.parse().ok().filter(|number| *number >= 0);
                number.ok_or_else(|| {
                    Problem::invalid(format!("`{name}` is `{}`: give a number", excerpt(value)))
                })
            })
            .transpose()
    };
    let after = number("after")?.unwrap_or_default();
    let count = number("count")?.map(|count| u32::try_from(count).unwrap_or(u32::MAX));
    let changes = admin::changes(ctx, tenant, after, count).await?;
    let changes: Vec<Json> = changes.iter().map(show).collect();
    Ok(respond::json(
        StatusCode::OK,
        "application/json",
        &json!({ "changes": changes }),
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
        "version": change.version,
        "attributes": change.attributes,
    })
}
