//! Finding resources (RFC 7644 §3.4.2).

use rollcall_core::{Filter, Resource, ResourceType, ScimError, Sort};
use rollcall_store::{Access, Database, Query};

use crate::ctx::Ctx;
use crate::error::scim_error;

/// How many resources a page has when the client doesn't say.
pub const DEFAULT_COUNT: u32 = 100;

/// How many resources a page has at the most.
pub const MAX_COUNT: u32 = 500;

/// What the client asks for, from a query string or the body of a `.search`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchRequest {
    /// Which resources.
    pub filter: Option<String>,
    /// The attribute to sort by.
    pub sort_by: Option<String>,
    /// `ascending`, which is the default, or `descending`.
    pub sort_order: Option<String>,
    /// The 1-based index of the first one of the page.
    pub start_index: Option<i64>,
    /// The size of the page.
    pub count: Option<i64>,
}

/// A page of results (RFC 7644 §3.4.2, Table 3).
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// How many resources match in all.
    pub total: u64,
    /// The 1-based index of the first one of the page.
    pub start_index: u64,
    /// The page.
    pub resources: Vec<Resource>,
}

/// Finds resources. `location` is what `meta.location` of these resources is before the id.
///
/// # Errors
/// 400 `invalidFilter`, `invalidPath` or `invalidValue`; 401; 403 `sensitive`.
pub async fn search<D: Database>(
    ctx: &Ctx<D>,
    access: &Access,
    resource_type: &ResourceType,
    request: &SearchRequest,
    location: &str,
) -> Result<Found, ScimError> {
    let filter = request.filter.as_deref().map(Filter::parse).transpose()?;
    let filter = filter
        .as_ref()
        .map(|filter| filter.bind(resource_type))
        .transpose()?;
    let sort_by = request.sort_by.as_deref();
    let sort = sort_by
        .map(|by| Sort::parse(by, request.sort_order.as_deref(), resource_type))
        .transpose()?;
    // RFC 7644 §3.4.2.4: "A value less than 1 SHALL be interpreted as 1."
    let start_index = request
        .start_index
        .and_then(|index| u64::try_from(index).ok())
        .unwrap_or_default()
        .max(1);
    // "A negative value SHALL be interpreted as '0'."
    let count = request.count.map_or(DEFAULT_COUNT, |count| {
        u32::try_from(count.max(0)).unwrap_or(MAX_COUNT)
    });
    let query = Query {
        filter: filter.as_ref(),
        sort: sort.as_ref(),
        offset: start_index - 1,
        limit: count.min(MAX_COUNT),
        location,
    };
    let store = ctx.store().await.map_err(scim_error)?;
    let page = store
        .list(access, resource_type, &query, ctx.now())
        .await
        .map_err(scim_error)?;
    Ok(Found {
        total: page.total,
        start_index,
        resources: page.resources,
    })
}
