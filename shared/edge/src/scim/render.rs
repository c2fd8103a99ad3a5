//! Resources and lists as responses.

use http::header::{CONTENT_LOCATION, ETAG, LOCATION};
use http::{HeaderName, HeaderValue, StatusCode};
use rollcall_core::{Projection, Resource, ResourceType};
use rollcall_service::resources::Found;
use serde_json::{Value as Json, json};

use crate::respond::{self, FullResponse};

/// The media type of everything that SCIM sends.
pub(super) const CONTENT_TYPE: &str = "application/scim+json";

/// A resource with the attributes that the client wants, its address and its entity tag.
pub(super) fn resource(
    status: StatusCode,
    resource: &Resource,
    resource_type: &ResourceType,
    location: &str,
    projection: &Projection,
) -> FullResponse {
    let location = format!("{location}{}", resource.id);
    let body = projection.apply(resource.to_json(resource_type, &location), resource_type);
    let mut response = respond::json(status, CONTENT_TYPE, &Json::Object(body));
    if status == StatusCode::CREATED {
        set(&mut response, LOCATION, location.clone());
    }
    set(&mut response, CONTENT_LOCATION, location);
    set(&mut response, ETAG, resource.etag());
    response
}

/// 304: the client has this version already.
pub(super) fn not_modified(resource: &Resource, location: &str) -> FullResponse {
    let mut response = respond::empty(StatusCode::NOT_MODIFIED);
    set(
        &mut response,
        CONTENT_LOCATION,
        format!("{location}{}", resource.id),
    );
    set(&mut response, ETAG, resource.etag());
    response
}

/// A page of resources (RFC 7644 §3.4.2).
pub(super) fn page(
    found: Found,
    resource_type: &ResourceType,
    location: &str,
    projection: &Projection,
) -> FullResponse {
    let show = |resource: &Resource| {
        let location = format!("{location}{}", resource.id);
        Json::Object(projection.apply(resource.to_json(resource_type, &location), resource_type))
    };
    list(
        found.total,
        found.start_index,
        found.resources.iter().map(show).collect(),
    )
}

/// A ListResponse.
pub(super) fn list(total: u64, start_index: u64, resources: Vec<Json>) -> FullResponse {
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total,
        "startIndex": start_index,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    });
    respond::json(StatusCode::OK, CONTENT_TYPE, &body)
}

fn set(response: &mut FullResponse, name: HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        response.headers_mut().insert(name, value);
    }
}
