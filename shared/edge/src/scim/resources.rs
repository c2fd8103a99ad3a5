//! `/Users` and its like: the methods of one resource type's endpoint (RFC 7644 §3.2).

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body::Body;
use rollcall_core::{Projection, Resource, ResourceType, ScimError, excerpt};
use rollcall_service::{Access, Ctx, Database, resources as service};

use super::body;
use super::error::Refusal;
use super::etag;
use super::handle::handle;
use super::list::Parameters;
use super::render;
use crate::path;
use crate::respond::{self, FullResponse};

const COLLECTION: &[Method] = &[Method::GET, Method::HEAD, Method::POST];
const SEARCH: &[Method] = &[Method::POST];
const ITEM: &[Method] = &[
    Method::GET,
    Method::HEAD,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
];

/// Answers a request to the endpoint of `resource_type`.
pub async fn resources<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    resource_type: &ResourceType,
    request: Request<B>,
) -> FullResponse {
    let (parts, body) = request.into_parts();
    let head = Request::from_parts(parts, ());
    handle(ctx, &head, async |call| {
        let location = format!("{}{}/", call.base, resource_type.endpoint);
        let endpoint = Endpoint {
            ctx,
            resource_type,
            access: call.access,
            location,
            head: &head,
        };
        endpoint
            .answer(
                &path::borrowed(call.segments.get(1..).unwrap_or_default()),
                body,
            )
            .await
    })
    .await
}

/// One request to one resource type's endpoint.
struct Endpoint<'r, D: Database> {
    ctx: &'r Ctx<D>,
    resource_type: &'r ResourceType,
    access: Access,
    /// What `meta.location` is before the id.
    location: String,
    head: &'r Request<()>,
}

type Answer = Result<FullResponse, Refusal>;

impl<D: Database> Endpoint<'_, D> {
    async fn answer<B: Body<Data = Bytes>>(&self, segments: &[&str], body: B) -> Answer {
        match (segments, self.head.method()) {
            ([], &Method::GET | &Method::HEAD) => self.list(self.parameters()?).await,
            ([], &Method::POST) => self.create(body).await,
            ([], _) => Err(Refusal::Method(COLLECTION)),
            ([".search"], &Method::POST) => {
                self.list(Parameters::from_body(
                    body::object(self.head.headers(), body).await?,
                )?)
                .await
            }
            ([".search"], _) => Err(Refusal::Method(SEARCH)),
            ([id], &Method::GET | &Method::HEAD) => self.get(id).await,
            ([id], &Method::PUT) => self.replace(id, body).await,
            ([id], &Method::PATCH) => self.patch(id, body).await,
            ([id], &Method::DELETE) => self.delete(id).await,
            ([_], _) => Err(Refusal::Method(ITEM)),
            _ => Err(ScimError::not_found(format!(
                "there is nothing at `{}`",
                excerpt(self.head.uri().path())
            ))
            .into()),
        }
    }

    async fn list(&self, parameters: Parameters) -> Answer {
        let projection = parameters.projection(self.resource_type)?;
        let found = service::search(
            self.ctx,
            &self.access,
            self.resource_type,
            &parameters.search,
            &self.location,
        )
        .await?;
        Ok(render::page(
            found,
            self.resource_type,
            &self.location,
            &projection,
        ))
    }

    async fn create<B: Body<Data = Bytes>>(&self, body: B) -> Answer {
        let projection = self.parameters()?.projection(self.resource_type)?;
        let body = body::object(self.head.headers(), body).await?;
        let created = service::create(self.ctx, &self.access, self.resource_type, body).await?;
        Ok(self.show(StatusCode::CREATED, &created, &projection))
    }

    async fn get(&self, id: &str) -> Answer {
        let projection = self.parameters()?.projection(self.resource_type)?;
        let resource = service::get(self.ctx, &self.access, self.resource_type, id).await?;
        if etag::is_known(self.head.headers(), &resource) {
            return Ok(render::not_modified(&resource, &self.location));
        }
        Ok(self.show(StatusCode::OK, &resource, &projection))
    }

    async fn replace<B: Body<Data = Bytes>>(&self, id: &str, body: B) -> Answer {
        let projection = self.parameters()?.projection(self.resource_type)?;
        let if_match = etag::if_match(self.head.headers());
        let body = body::object(self.head.headers(), body).await?;
        let replaced = service::replace(
            self.ctx,
            &self.access,
            self.resource_type,
            id,
            &if_match,
            body,
        )
        .await?;
        Ok(self.show(StatusCode::OK, &replaced, &projection))
    }

    async fn patch<B: Body<Data = Bytes>>(&self, id: &str, body: B) -> Answer {
        let projection = self.parameters()?.projection(self.resource_type)?;
        let if_match = etag::if_match(self.head.headers());
        let body = body::object(self.head.headers(), body).await?;
        let patched = service::patch(
            self.ctx,
            &self.access,
            self.resource_type,
            id,
            &if_match,
            body,
        )
        .await?;
        Ok(self.show(StatusCode::OK, &patched, &projection))
    }

    async fn delete(&self, id: &str) -> Answer {
        let if_match = etag::if_match(self.head.headers());
        service::delete(self.ctx, &self.access, self.resource_type, id, &if_match).await?;
        Ok(respond::empty(StatusCode::NO_CONTENT))
    }

    fn parameters(&self) -> Result<Parameters, ScimError> {
        Parameters::from_query(self.head.uri().query())
    }

    fn show(
        &self,
        status: StatusCode,
        resource: &Resource,
        projection: &Projection,
    ) -> FullResponse {
        render::resource(
            status,
            resource,
            self.resource_type,
            &self.location,
            projection,
        )
    }
}
