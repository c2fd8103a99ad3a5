//! A baseline for benchmarks: 200 with a tiny body, no host call.

use spin_sdk::{
    http::{IntoResponse, Request},
    http_service,
};

#[http_service]
async fn handle(_: Request) -> impl IntoResponse {
    "hello\n"
}
