//! `/hash` and `/verify`: passwords, for the other components alone.

use rollcall_edge::password;
use rollcall_spin::HostRandom;
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    password::handle(&HostRandom, request).await
}
