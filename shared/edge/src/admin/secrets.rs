//! `/admin/v1/tenants/{tenant}/clients/{id}/secrets`.

use bytes::Bytes;
use http::{Method, StatusCode};
use http_body::Body;
use rollcall_service::{Ctx, Database, Secret, admin};
use serde_json::{Value as Json, json};

use super::nothing_at;
use crate::body::MAX_BODY;
use crate::object::{self, time};
use crate::problem::Problem;
use crate::respond::{self, FullResponse};

/// Answers a request to the secrets of a client.
pub(super) async fn answer<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    (tenant, client): (&str, &str),
    (rest, method): (&[&str], &Method),
    body: B,
) -> Result<FullResponse, Problem> {
    match (rest, method) {
        ([], &Method::GET) => {
            let secrets = admin::secrets(ctx, tenant, client).await?;
            let secrets: Vec<Json> = secrets.iter().map(show).collect();
            let body = json!({ "secrets": secrets });
            Ok(respond::json(StatusCode::OK, "application/json", &body))
        }
        ([], &Method::POST) => {
            let known = ["expires_at", "others_expire_at"];
            let body = object::read(body, MAX_BODY, &known).await?;
            let (expires, others) = (time(&body, "expires_at")?, time(&body, "others_expire_at")?);
            let new = admin::add_secret(ctx, tenant, client, expires, others).await?;
            // The answer is the only one that ever shows the secret itself.
            let mut shown = show(&new.secret);
            shown["client_secret"] = new.text.into();
            Ok(respond::json(
                StatusCode::CREATED,
                "application/json",
                &shown,
            ))
        }
        ([], _) => Err(Problem::method("GET, POST")),
        ([id], &Method::DELETE) => {
            admin::delete_secret(ctx, tenant, client, id).await?;
            Ok(respond::empty(StatusCode::NO_CONTENT))
        }
        ([_], _) => Err(Problem::method("DELETE")),
        _ => Err(nothing_at(&rest.join("/"))),
    }
}

fn show(secret: &Secret) -> Json {
    json!({
        "id": secret.id,
        "created_at": secret.created.to_string(),
        "expires_at": secret.expires.map(|expires| expires.to_string()),
    })
}
