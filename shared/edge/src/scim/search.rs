//! A query over all resource types (RFC 7644 §3.4.2.1): `GET /scim/v2/?filter=…` and `POST /scim/v2/.search`.

use bytes::Bytes;
use http::{Method, Request};
use http_body::Body;
use rollcall_core::ResourceType;
use rollcall_service::policy::{Deed, enforce};
use rollcall_service::resources::{self as service, Searched};
use rollcall_service::{Ctx, Database, Profile};

use super::body;
use super::error::Refusal;
use super::handle::{Call, handle};
use super::list::Parameters;
use super::render::{self, Shown};
use super::resources::nothing_at;
use crate::path;
use crate::respond::FullResponse;

const ROOT: &[Method] = &[Method::GET, Method::HEAD];
const SEARCH: &[Method] = &[Method::POST];

/// Searches all of the tenant's resources.
pub async fn search<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    request: Request<B>,
) -> FullResponse {
    handle(ctx, request, async |call, profile| {
        answer(ctx, call, profile).await
    })
    .await
}

async fn answer<D: Database>(
    ctx: &Ctx<D>,
    call: &Call<'_>,
    profile: &Profile,
) -> Result<FullResponse, Refusal> {
    let parameters = match (&path::borrowed(&call.segments)[..], call.head.method()) {
        ([], &Method::GET | &Method::HEAD) => Parameters::from_query(call.head.uri().query())?,
        ([], _) => return Err(Refusal::Method(ROOT)),
        ([".search"], &Method::POST) => {
            Parameters::from_body(body::object(call.head.headers(), &call.body)?)?
        }
        ([".search"], _) => return Err(Refusal::Method(SEARCH)),
        _ => return Err(nothing_at(call).into()),
    };
    let types: Vec<&ResourceType> = profile.types.iter().collect();
    let deeds: Vec<Deed<'_>> = types
        .iter()
        .map(|resource_type| Deed {
            action: "scim:list",
            kind: &resource_type.name,
            id: None,
            is_deleted: false,
        })
        .collect();
    enforce(ctx, profile, &call.holder, &deeds).await?;
    let projections = types
        .iter()
        .map(|resource_type| parameters.projection(resource_type))
        .collect::<Result<Vec<_>, _>>()?;
    let related: Vec<Vec<String>> = types
        .iter()
        .zip(&projections)
        .map(|(resource_type, projection)| projection.related(resource_type))
        .collect();
    let searched: Vec<Searched<'_>> = types
        .iter()
        .zip(&related)
        .map(|(resource_type, related)| Searched {
            resource_type,
            related,
        })
        .collect();
    let session = call.session(ctx, profile).await?;
    let results = service::search(&session, &searched, &parameters.search).await?;
    let shown: Vec<Shown<'_>> = types
        .iter()
        .zip(&projections)
        .map(|(resource_type, projection)| Shown {
            resource_type,
            projection,
        })
        .collect();
    render::page(&results, &shown, &call.base)
}
