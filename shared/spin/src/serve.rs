//! From Spin's request to the edge and back.

use std::cell::OnceCell;
use std::rc::Rc;

use anyhow::{Error, Result};
use rollcall_service::Ctx;
use spin_sdk::http::{FullBody, Request, Response};

use crate::clock::WallClock;
use crate::random::HostRandom;
use crate::sqlite::Sqlite;
use crate::variables;

thread_local! {
    /// The context of this instance, which serves many requests.
    static CTX: OnceCell<Rc<Ctx<Sqlite>>> = const { OnceCell::new() };
}

/// Answers a request with `handler`.
///
/// # Errors
/// Only when the configuration cannot be read: Spin then answers 500, and the log says why.
pub async fn serve(
    request: Request,
    handler: impl AsyncFnOnce(&Ctx<Sqlite>, Request) -> Response<FullBody<bytes::Bytes>>,
) -> Result<Response<FullBody<bytes::Bytes>>> {
    let ctx = ctx().await.inspect_err(|error| eprintln!("{error:#}"))?;
    Ok(handler(&ctx, request).await)
}

async fn ctx() -> Result<Rc<Ctx<Sqlite>>, Error> {
    if let Some(ctx) = CTX.with(|cell| cell.get().cloned()) {
        return Ok(ctx);
    }
    let config = variables::config().await?;
    let fresh = Rc::new(Ctx::new(Sqlite, WallClock, HostRandom, config));
    Ok(CTX.with(|cell| cell.get_or_init(|| fresh).clone()))
}
