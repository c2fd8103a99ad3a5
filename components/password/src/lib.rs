//! `/hash` and `/verify`: passwords, for the other components alone.

use rollcall_edge::password;
use rollcall_spin::{ErrorCode, HostRandom, Request, Response};

rollcall_spin::export!(handle);

async fn handle(request: Request) -> Result<Response, ErrorCode> {
    rollcall_spin::serve_alone(request, async |request| {
        password::handle(&HostRandom, request).await
    })
    .await
}
