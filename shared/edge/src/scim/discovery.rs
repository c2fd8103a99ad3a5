//! `/ServiceProviderConfig`, `/ResourceTypes` and `/Schemas` (RFC 7644 §4), and the answer for every other address
//! under `/scim/v2` that no component serves.

use std::iter;

use http::{Method, Request, StatusCode};
use rollcall_core::{ResourceType, Schema, ScimError, excerpt};
use rollcall_service::resources::{DEFAULT_COUNT, MAX_COUNT};
use rollcall_service::{Ctx, Database, authenticate};
use serde_json::{Value as Json, json};

use super::error::Refusal;
use super::handle::{Call, handle};
use super::list::Parameters;
use super::render::{self, CONTENT_TYPE};
use crate::path;
use crate::respond::{self, FullResponse};

const READ_ONLY: &[Method] = &[Method::GET, Method::HEAD];

/// Describes the service to clients, given the resource types that it serves.
pub async fn discovery<D: Database, B>(
    ctx: &Ctx<D>,
    resource_types: &[ResourceType],
    request: Request<B>,
) -> FullResponse {
    handle(ctx, &request, async |call| {
        authenticate(ctx, &call.access).await?;
        answer(resource_types, &call, &request)
    })
    .await
}

fn answer<B>(
    resource_types: &[ResourceType],
    call: &Call<'_>,
    request: &Request<B>,
) -> Result<FullResponse, Refusal> {
    let (endpoint, key) = match path::borrowed(&call.segments)[..] {
        [] => return Err(not_implemented("a query over all resource types")),
        [endpoint] => (endpoint, None),
        [endpoint, key] => (endpoint, Some(key)),
        _ => return Err(nothing_at(request)),
    };
    let documents = match endpoint {
        "ServiceProviderConfig" if key.is_none() => {
            only_get(request)?;
            return Ok(document(&service_provider_config(&call.base)));
        }
        "ResourceTypes" => resource_types
            .iter()
            .map(|known| resource_type(known, &call.base))
            .collect(),
        "Schemas" => schemas(resource_types, &call.base),
        "Bulk" | "Me" => return Err(not_implemented(&format!("/{endpoint}"))),
        ".search" if key.is_none() => {
            return Err(not_implemented("a search over all resource types"));
        }
        _ => return Err(nothing_at(request)),
    };
    only_get(request)?;
    let Some(key) = key else {
        // RFC 7644 §4: "If a "filter" is provided, the service provider SHOULD respond with HTTP status code 403"
        if Parameters::from_query(request.uri().query())?
            .search
            .filter
            .is_some()
        {
            return Err(ScimError::forbidden(format!(
                "/{endpoint} can't be filtered: leave `filter` out"
            ))
            .into());
        }
        return Ok(render::list(documents.len() as u64, 1, documents));
    };
    let found = documents.iter().find(|document| {
        document["id"]
            .as_str()
            .is_some_and(|id| id.eq_ignore_ascii_case(key))
    });
    found.map(document).ok_or_else(|| {
        ScimError::not_found(format!("there is no `{}` in /{endpoint}", excerpt(key))).into()
    })
}

fn only_get<B>(request: &Request<B>) -> Result<(), Refusal> {
    if READ_ONLY.contains(request.method()) {
        Ok(())
    } else {
        Err(Refusal::Method(READ_ONLY))
    }
}

fn nothing_at<B>(request: &Request<B>) -> Refusal {
    ScimError::not_found(format!(
        "there is nothing at `{}`",
        excerpt(request.uri().path())
    ))
    .into()
}

/// RFC 7644 §3.4.2.1, §3.4.3, §3.7, §3.11: 501 for an endpoint of the standard that the service doesn't have.
fn not_implemented(what: &str) -> Refusal {
    ScimError::not_implemented(format!(
        "{what} is not supported: /ServiceProviderConfig and /ResourceTypes say what is"
    ))
    .into()
}

fn document(document: &Json) -> FullResponse {
    respond::json(StatusCode::OK, CONTENT_TYPE, document)
}

/// RFC 7643 §5, and `pagination` from RFC 9865 §4.
fn service_provider_config(base: &str) -> Json {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": { "supported": true },
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": true, "maxResults": MAX_COUNT },
        "changePassword": { "supported": false },
        "sort": { "supported": true },
        "etag": { "supported": true },
        "pagination": {
            "cursor": false,
            "index": true,
            "defaultPaginationMethod": "index",
            "defaultPageSize": DEFAULT_COUNT,
            "maxPageSize": MAX_COUNT,
        },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Bearer token",
            "description": "A provisioning token of the tenant, sent as `Authorization: Bearer …`",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true,
        }],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": format!("{base}/ServiceProviderConfig"),
        },
    })
}

/// RFC 7643 §6.
fn resource_type(resource_type: &ResourceType, base: &str) -> Json {
    let extensions = resource_type.extensions.iter();
    let extensions: Vec<Json> = extensions
        .map(|extension| json!({ "schema": extension.schema.id, "required": extension.required }))
        .collect();
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": resource_type.id,
        "name": resource_type.name,
        "description": resource_type.description,
        "endpoint": resource_type.endpoint,
        "schema": resource_type.schema.id,
        "schemaExtensions": extensions,
        "meta": {
            "resourceType": "ResourceType",
            "location": format!("{base}/ResourceTypes/{}", resource_type.id),
        },
    })
}

/// The schemas of the resources, and those of the documents here.
fn schemas(resource_types: &[ResourceType], base: &str) -> Vec<Json> {
    let resources = resource_types.iter().flat_map(|known| {
        let extensions = known.extensions.iter().map(|extension| &extension.schema);
        iter::once(&known.schema).chain(extensions)
    });
    let documents = [
        Schema::service_provider_config(),
        Schema::resource_type(),
        Schema::meta_schema(),
    ];
    resources
        .chain(&documents)
        .map(|known| schema(known, base))
        .collect()
}

/// RFC 7643 §7.
fn schema(schema: &Schema, base: &str) -> Json {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
        "id": schema.id,
        "name": schema.name,
        "description": schema.description,
        "attributes": schema.attributes,
        "meta": {
            "resourceType": "Schema",
            "location": format!("{base}/Schemas/{}", schema.id),
        },
    })
}

#[cfg(test)]
mod tests {
    use rollcall_service::{Access, TenantName, TokenHash};

    use super::*;

    #[track_caller]
    fn check(method: &Method, path: &str, expected: u16) {
        let request = Request::builder()
            .method(method)
            .uri(format!("/scim/v2{path}"))
            .body(())
            .unwrap();
        let segments = request.uri().path().split('/').skip(3);
        let call = Call {
            access: Access {
                tenant: TenantName::default_tenant(),
                token: TokenHash::of("token"),
            },
            segments: segments.map(Into::into).collect(),
            base: "http://id.example/scim/v2".into(),
        };
        let answer = answer(&[ResourceType::user()], &call, &request);
        let response = answer.unwrap_or_else(Refusal::into_response);
        assert_eq!(response.status(), expected, "{method} {path}");
    }

    #[test]
    fn ok_documents_and_lists() {
        check(&Method::GET, "/ServiceProviderConfig", 200);
        check(&Method::GET, "/ResourceTypes", 200);
        check(&Method::GET, "/ResourceTypes/user", 200);
        check(
            &Method::GET,
            "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User",
            200,
        );
    }

    #[test]
    fn err_endpoints_of_the_standard_that_are_not_served() {
        check(&Method::GET, "", 501);
        check(&Method::POST, "/.search", 501);
        check(&Method::POST, "/Bulk", 501);
        check(&Method::PATCH, "/Me", 501);
    }

    #[test]
    fn err_methods_filters_and_unknown_addresses() {
        check(&Method::POST, "/ServiceProviderConfig", 405);
        check(&Method::DELETE, "/ResourceTypes/User", 405);
        check(&Method::GET, "/Schemas?filter=id+pr", 403);
        check(&Method::GET, "/ResourceTypes/Robot", 404);
        check(&Method::GET, "/Robots", 404);
        check(&Method::GET, "/Schemas/a/b", 404);
        check(&Method::GET, "/ServiceProviderConfig/a", 404);
    }
}
