//! `/health/live` and `/health/ready`, for load balancers and orchestrators.

use http::{Request, StatusCode};
use rollcall_service::{Ctx, Database};
use serde_json::json;

use crate::respond::{self, FullResponse};

/// Answers 200 while the service can do what the path asks about: run at all, or reach its store.
pub async fn handle<D: Database, B>(ctx: &Ctx<D>, request: Request<B>) -> FullResponse {
    let (status, answer) = match request.uri().path().trim_end_matches('/') {
        "/health/live" => (StatusCode::OK, "live"),
        "/health/ready" => match ctx.ping().await {
            Ok(()) => (StatusCode::OK, "ready"),
            Err(error) => {
                eprintln!("not ready: {error}");
                (StatusCode::SERVICE_UNAVAILABLE, "not ready")
            }
        },
        _ => (StatusCode::NOT_FOUND, "ask /health/live or /health/ready"),
    };
    respond::json(status, "application/json", &json!({ "status": answer }))
}
