//! Resources and lists as responses.

use http::header::{CONTENT_LOCATION, ETAG, LOCATION};
use http::{HeaderName, HeaderValue, StatusCode};
use rollcall_core::{JsonObject, Projection, Resource, ResourceType};
use rollcall_service::Found;
use rollcall_service::resources::{Paging, Results};
use serde_json::{Value as Json, json};

use crate::respond::{self, FullResponse};

/// The media type of everything that SCIM sends.
pub(super) const CONTENT_TYPE: &str = "application/scim+json";

/// How the resources of one type are shown.
pub(super) struct Shown<'s> {
    /// The type.
    pub resource_type: &'s ResourceType,
    /// Which attributes the client wants to see.
    pub projection: &'s Projection,
}

impl Shown<'_> {
    /// Where a resource is.
    pub fn location(&self, base: &str, resource: &Resource) -> String {
        format!("{base}{}/{}", self.resource_type.endpoint, resource.id)
    }

    /// What the client may see of a resource, as JSON text.
    fn text(&self, base: &str, found: &Found) -> String {
        let location = self.location(base, &found.resource);
        let whole = found.resource.to_json(self.resource_type, &location);
        let body = self.projection.apply(whole, self.resource_type);
        let related = self.resource_type.related().zip(found.related.as_deref());
        match related {
            None => Json::Object(body).to_string(),
            Some(((_, target), related)) => with_member(body, &target.attr.name, related),
        }
    }
}

/// An object with one more member, whose value is JSON text already: it may be long, and need not be read.
fn with_member(object: JsonObject, name: &str, value: &str) -> String {
    let mut text = Json::Object(object).to_string();
    text.reserve(value.len() + name.len() + 4);
    text.pop();
    if text.len() > 1 {
        text.push(',');
    }
    text.extend(["\"", name, "\":", value, "}"]);
    text
}

/// A resource with the attributes that the client wants, its address and its entity tag.
pub(super) fn resource(
    status: StatusCode,
    found: &Found,
    shown: &Shown<'_>,
    base: &str,
) -> FullResponse {
    let location = shown.location(base, &found.resource);
    let mut response = respond::text(status, CONTENT_TYPE, shown.text(base, found));
    if status == StatusCode::CREATED {
        set(&mut response, LOCATION, location.clone());
    }
    tag(&mut response, &found.resource, location);
    response
}

/// 304 or 204: the client has this version already, or does not want to see it.
pub(super) fn without_body(
    status: StatusCode,
    found: &Found,
    shown: &Shown<'_>,
    base: &str,
) -> FullResponse {
    let mut response = respond::empty(status);
    let location = shown.location(base, &found.resource);
    tag(&mut response, &found.resource, location);
    response
}

/// A page of resources (RFC 7644 §3.4.2, RFC 9865 §2), the resources of each type as they are shown.
pub(super) fn page(results: &Results, shown: &[Shown<'_>], base: &str) -> FullResponse {
    let resources: Vec<String> = results
        .resources
        .iter()
        .filter_map(|(number, found)| Some(shown.get(*number)?.text(base, found)))
        .collect();
    let mut head = list_head(results.total, resources.len());
    match &results.paging {
        Paging::Index(index) => drop(head.insert("startIndex".into(), (*index).into())),
        Paging::Cursor { previous, next } => {
            let cursors = [("previousCursor", previous), ("nextCursor", next)];
            for (name, cursor) in cursors {
                if let Some(cursor) = cursor {
                    head.insert(name.into(), cursor.as_str().into());
                }
            }
        }
    }
    let resources = format!("[{}]", resources.join(","));
    let body = with_member(head, "Resources", &resources);
    respond::text(StatusCode::OK, CONTENT_TYPE, body)
}

/// A ListResponse that is not paged.
pub(super) fn list(resources: Vec<Json>) -> FullResponse {
    let mut body = list_head(resources.len() as u64, resources.len());
    body.insert("startIndex".into(), 1.into());
    body.insert("Resources".into(), resources.into());
    respond::json(StatusCode::OK, CONTENT_TYPE, &Json::Object(body))
}

fn list_head(total: u64, count: usize) -> JsonObject {
    JsonObject::from_iter([
        (
            "schemas".to_owned(),
            json!(["urn:ietf:params:scim:api:messages:2.0:ListResponse"]),
        ),
        ("totalResults".to_owned(), total.into()),
        ("itemsPerPage".to_owned(), count.into()),
    ])
}

/// RFC 7643 §3.1: `meta.location` "MUST be the same as the "Content-Location" HTTP response header".
fn tag(response: &mut FullResponse, resource: &Resource, location: String) {
    set(response, CONTENT_LOCATION, location);
    set(response, ETAG, resource.etag());
}

fn set(response: &mut FullResponse, name: HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        response.headers_mut().insert(name, value);
    }
}
