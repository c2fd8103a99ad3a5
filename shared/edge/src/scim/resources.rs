//! `/Users`, `/Groups` and their like: the methods of one resource type's endpoint (RFC 7644 §3.2).

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body::Body;
use rollcall_core::{JsonObject, PatchRequest, Projection, ResourceType, ScimError, excerpt};
use rollcall_service::policy::{Deed, enforce};
use rollcall_service::resources::{self as service, Created, MOST_MEMBERS_SHOWN, Searched, View};
use rollcall_service::{Ctx, Database, Error, Found, Profile, Session};

use super::body;
use super::error::Refusal;
use super::etag;
use super::handle::{Call, handle};
use super::list::Parameters;
use super::render::{self, Shown};
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

/// Answers a request to the endpoint of a resource type: the first segment after `/scim/v2` says which.
pub async fn resources<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    request: Request<B>,
) -> FullResponse {
    handle(ctx, request, async |call, profile| {
        answer(ctx, call, profile).await
    })
    .await
}

type Answer = Result<FullResponse, Refusal>;

async fn answer<D: Database>(ctx: &Ctx<D>, call: &Call<'_>, profile: &Profile) -> Answer {
    let segments = path::borrowed(&call.segments);
    let known = match &segments[..] {
        [endpoint, rest @ ..] => profile
            .type_at(&format!("/{endpoint}"))
            .map(|resource_type| (resource_type, rest)),
        [] => None,
    };
    let (resource_type, rest) = known.ok_or_else(|| nothing_at(call))?;
    let parameters = Parameters::from_query(call.head.uri().query());
    let endpoint = Endpoint {
        ctx,
        session: call.session(ctx, profile).await?,
        resource_type,
        call,
    };
    let act = match (rest, call.head.method()) {
        ([], &Method::GET | &Method::HEAD) => Act::List,
        ([], &Method::POST) => Act::Create,
        ([], _) => return Err(Refusal::Method(COLLECTION)),
        ([".search"], &Method::POST) => Act::Search,
        ([".search"], _) => return Err(Refusal::Method(SEARCH)),
        ([id], &Method::GET | &Method::HEAD) => Act::Get(id),
        ([id], &Method::PUT) => Act::Replace(id),
        ([id], &Method::PATCH) => Act::Patch(id),
        ([id], &Method::DELETE) => Act::Delete(id),
        ([_], _) => return Err(Refusal::Method(ITEM)),
        _ => return Err(nothing_at(call).into()),
    };
    endpoint.permit(act).await?;
    match act {
        Act::List => endpoint.list(parameters?).await,
        Act::Search => {
            let parameters = Parameters::from_body(endpoint.body()?)?;
            endpoint.list(parameters).await
        }
        Act::Create => endpoint.create(parameters?).await,
        Act::Get(id) => endpoint.get(id, parameters?).await,
        Act::Replace(id) => endpoint.replace(id, parameters?).await,
        Act::Patch(id) => endpoint.patch(id, parameters?).await,
        Act::Delete(id) => endpoint.delete(id).await,
    }
}

/// What a request does.
#[derive(Clone, Copy)]
enum Act<'r> {
    List,
    Search,
    Create,
    Get(&'r str),
    Replace(&'r str),
    Patch(&'r str),
    Delete(&'r str),
}

/// Shows one resource of the type at `endpoint`, whatever the address of the request is.
pub(super) async fn shown_alone<D: Database>(
    ctx: &Ctx<D>,
    call: &Call<'_>,
    profile: &Profile,
    endpoint: &str,
    id: &str,
) -> Answer {
    let resource_type = profile.type_at(endpoint).ok_or_else(|| nothing_at(call))?;
    let parameters = Parameters::from_query(call.head.uri().query())?;
    let endpoint = Endpoint {
        ctx,
        session: call.session(ctx, profile).await?,
        resource_type,
        call,
    };
    endpoint.permit(Act::Get(id)).await?;
    endpoint.get(id, parameters).await
}

/// 404 with the address that was asked for.
pub(super) fn nothing_at(call: &Call<'_>) -> ScimError {
    ScimError::not_found(format!(
        "there is nothing at `{}`",
        excerpt(call.head.uri().path())
    ))
}

/// One request to one resource type's endpoint.
struct Endpoint<'r, D: Database> {
    ctx: &'r Ctx<D>,
    session: Session<'r, D>,
    resource_type: &'r ResourceType,
    call: &'r Call<'r>,
}

/// What the client wants to see of a resource.
struct Wanted {
    projection: Projection,
    related: Vec<String>,
}

impl Wanted {
    /// What is returned on request is returned in answer to the request that sets it, too (RFC 7643 §7).
    fn with_body(self, body: &JsonObject, resource_type: &ResourceType) -> Self {
        Self {
            projection: self.projection.with_body(body, resource_type),
            ..self
        }
    }

    fn view(&self) -> View<'_> {
        View {
            subs: &self.related,
            most: None,
        }
    }
}

impl<D: Database> Endpoint<'_, D> {
    async fn list(&self, parameters: Parameters) -> Answer {
        let Wanted {
            projection,
            related,
        } = self.wanted(&parameters)?;
        let searched = Searched {
            resource_type: self.resource_type,
            related: &related,
        };
        let results = service::search(&self.session, &[searched], &parameters.search).await?;
        let shown = [self.shown(&projection)];
        render::page(&results, &shown, &self.call.base)
    }

    async fn create(&self, parameters: Parameters) -> Answer {
        let body = self.body()?;
        let wanted = self
            .wanted(&parameters)?
            .with_body(&body, self.resource_type);
        let created = service::create(
            &self.session,
            self.resource_type,
            None,
            body,
            &wanted.view(),
            async |id| self.permit(Act::Replace(id)).await,
        )
        .await?;
        let (status, found) = match &created {
            Created::New(found) => (StatusCode::CREATED, found),
            Created::Restored(found) => (StatusCode::OK, found),
        };
        self.show(status, found, &wanted.projection)
    }

    async fn get(&self, id: &str, parameters: Parameters) -> Answer {
        let wanted = self.wanted(&parameters)?;
        let found = service::get(&self.session, self.resource_type, id, &wanted.view()).await?;
        if etag::is_known(self.call.head.headers(), found.version) {
            let shown = self.shown(&wanted.projection);
            let status = StatusCode::NOT_MODIFIED;
            return Ok(render::without_body(
                status,
                &found,
                &shown,
                &self.call.base,
            ));
        }
        self.show(StatusCode::OK, &found, &wanted.projection)
    }

    async fn replace(&self, id: &str, parameters: Parameters) -> Answer {
        let body = self.body()?;
        let wanted = self
            .wanted(&parameters)?
            .with_body(&body, self.resource_type);
        let if_match = etag::if_match(self.call.head.headers());
        let what = (id, &if_match);
        let replaced = service::replace(
            &self.session,
            self.resource_type,
            what,
            body,
            &wanted.view(),
        )
        .await?;
        self.show(StatusCode::OK, &replaced, &wanted.projection)
    }

    async fn patch(&self, id: &str, parameters: Parameters) -> Answer {
        let request = PatchRequest::parse(self.body()?, self.session.profile.mode())?;
        let mut wanted = self.wanted(&parameters)?;
        let is_asked_for = wanted.projection.names_anything();
        wanted.projection = wanted
            .projection
            .with_operations(&request.operations, self.resource_type);
        let view = View {
            most: (!is_asked_for).then_some(MOST_MEMBERS_SHOWN),
            ..wanted.view()
        };
        let if_match = etag::if_match(self.call.head.headers());
        let what = (id, &if_match);
        let patched = service::patch(
            &self.session,
            self.resource_type,
            what,
            &request.operations,
            &view,
        )
        .await?;
        // RFC 7644 §3.5.2: the server returns the resource "or MAY return … 204 (No Content)", unless the client sends
        // `attributes`. A group that is too large to be shown after each change is the case for that.
        if !is_asked_for && patched.members > MOST_MEMBERS_SHOWN {
            let shown = self.shown(&wanted.projection);
            let status = StatusCode::NO_CONTENT;
            return Ok(render::without_body(
                status,
                &patched,
                &shown,
                &self.call.base,
            ));
        }
        self.show(StatusCode::OK, &patched, &wanted.projection)
    }

    async fn delete(&self, id: &str) -> Answer {
        let if_match = etag::if_match(self.call.head.headers());
        service::delete(&self.session, self.resource_type, (id, &if_match)).await?;
        Ok(respond::empty(StatusCode::NO_CONTENT))
    }

    /// Asks the policies, if the tenant wants that.
    async fn permit(&self, act: Act<'_>) -> Result<(), Error> {
        let (action, id) = match act {
            Act::List | Act::Search => ("scim:list", None),
            Act::Create => ("scim:create", None),
            Act::Get(id) => ("scim:read", Some(id)),
            Act::Replace(id) => ("scim:replace", Some(id)),
            Act::Patch(id) => ("scim:update", Some(id)),
            Act::Delete(id) => ("scim:delete", Some(id)),
        };
        let kind = &self.resource_type.name;
        let deed = Deed {
            action,
            kind,
            id,
            is_deleted: false,
        };
        enforce(self.ctx, self.session.profile, &self.call.holder, &[deed]).await
    }

    fn body(&self) -> Result<JsonObject, ScimError> {
        body::object(self.call.head.headers(), &self.call.body)
    }

    fn wanted(&self, parameters: &Parameters) -> Result<Wanted, ScimError> {
        let projection = parameters.projection(self.resource_type)?;
        let related = projection.related(self.resource_type);
        Ok(Wanted {
            projection,
            related,
        })
    }

    fn shown<'p>(&'p self, projection: &'p Projection) -> Shown<'p> {
        Shown {
            resource_type: self.resource_type,
            projection,
        }
    }

    fn show(&self, status: StatusCode, found: &Found, projection: &Projection) -> Answer {
        render::resource(status, found, &self.shown(projection), &self.call.base)
    }
}
