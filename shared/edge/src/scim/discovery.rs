//! `/ServiceProviderConfig`, `/ResourceTypes` and `/Schemas` (RFC 7644 §4).

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body::Body;
use rollcall_core::{MAX_BULK_OPERATIONS, ResourceType, ResourceTypes, Schema, ScimError, excerpt};
use rollcall_service::resources::{CURSOR_TIMEOUT_SECS, DEFAULT_COUNT, MAX_COUNT};
use rollcall_service::{Ctx, Database, fresh_profile};
use serde_json::{Value as Json, json};

use super::error::Refusal;
use super::handle::{Call, handle};
use super::list::Parameters;
use super::render::{self, CONTENT_TYPE};
use super::resources::nothing_at;
use crate::body::MAX_BODY;
use crate::path;
use crate::respond::{self, FullResponse};

const READ_ONLY: &[Method] = &[Method::GET, Method::HEAD];

/// Describes the service to clients, with the resource types that the tenant has.
pub async fn discovery<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    request: Request<B>,
) -> FullResponse {
    handle(ctx, request, async |call, _| {
        // Nothing else is read from the store, so nothing else would check the token and the settings.
        let profile = fresh_profile(ctx, call.access()).await?;
        answer(&profile.types, call)
    })
    .await
}

fn answer(resource_types: &ResourceTypes, call: &Call<'_>) -> Result<FullResponse, Refusal> {
    let (endpoint, key) = match path::borrowed(&call.segments)[..] {
        [endpoint] => (endpoint, None),
        [endpoint, key] => (endpoint, Some(key)),
        _ => return Err(nothing_at(call).into()),
    };
    let documents = match endpoint {
        "ServiceProviderConfig" if key.is_none() => {
            only_get(call)?;
            return Ok(document(&service_provider_config(&call.base)));
        }
        "ResourceTypes" => resource_types
            .iter()
            .map(|known| resource_type(known, &call.base))
            .collect(),
        "Schemas" => schemas(resource_types, &call.base),
        _ => return Err(nothing_at(call).into()),
    };
    only_get(call)?;
    let Some(key) = key else {
        // RFC 7644 §4: "If a "filter" is provided, the service provider SHOULD respond with HTTP status code 403"
        if Parameters::from_query(call.head.uri().query())?
            .search
            .filter
            .is_some()
        {
            return Err(ScimError::forbidden(format!(
                "/{endpoint} can't be filtered: leave `filter` out"
            ))
            .into());
        }
        return Ok(render::list(documents));
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

fn only_get(call: &Call<'_>) -> Result<(), Refusal> {
    if READ_ONLY.contains(call.head.method()) {
        Ok(())
    } else {
        Err(Refusal::Method(READ_ONLY))
    }
}

fn document(document: &Json) -> FullResponse {
    respond::json(StatusCode::OK, CONTENT_TYPE, document)
}

/// RFC 7643 §5, and `pagination` from RFC 9865 §4.
fn service_provider_config(base: &str) -> Json {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": { "supported": true },
        "bulk": {
            "supported": true,
            "maxOperations": MAX_BULK_OPERATIONS,
            "maxPayloadSize": MAX_BODY,
        },
        "filter": { "supported": true, "maxResults": MAX_COUNT },
        "changePassword": { "supported": true },
        "sort": { "supported": true },
        "etag": { "supported": true },
        "pagination": {
            "cursor": true,
            "index": true,
            "defaultPaginationMethod": "index",
            "defaultPageSize": DEFAULT_COUNT,
            "maxPageSize": MAX_COUNT,
            "cursorTimeout": CURSOR_TIMEOUT_SECS,
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
fn schemas(resource_types: &ResourceTypes, base: &str) -> Vec<Json> {
    let documents = [
        Schema::service_provider_config(),
        Schema::resource_type(),
        Schema::meta_schema(),
    ];
    resource_types
        .schemas()
        .into_iter()
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
    use rollcall_service::auth::Holder;
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
            head: &request,
            holder: Holder {
                access: Access {
                    tenant: TenantName::default_tenant(),
                    token: TokenHash::of("token").into(),
                },
                scope: None,
                client: None,
                person: None,
                nonce: None,
            },
            segments: segments.map(Into::into).collect(),
            base: "http://id.example/scim/v2".into(),
            body: Bytes::new(),
        };
        let answer = answer(ResourceTypes::built_in(), &call);
        let response = answer.unwrap_or_else(|refusal| refusal.into_response(None));
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
