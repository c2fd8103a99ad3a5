//! From Spin's request to the edge and back.

use std::cell::OnceCell;
use std::rc::Rc;

use anyhow::{Error, Result};
use bytes::Bytes;
use rollcall_service::{Ctx, Passwords};
use spin_sdk::http::{FullBody, Request, Response};

use crate::clock::WallClock;
use crate::passwords::{NoPasswords, PasswordComponent};
use crate::random::HostRandom;
use crate::redis::Redis;
use crate::sqlite::Sqlite;
use crate::variables;

thread_local! {
    /// The context of this instance, which serves many requests.
    static CTX: OnceCell<Rc<Ctx<Sqlite>>> = const { OnceCell::new() };
}

/// Answers a request with `handler`, in a component that hashes no passwords.
///
/// # Errors
/// Only when the configuration cannot be read: Spin then answers 500, and the log says why.
pub async fn serve(
    request: Request,
    handler: impl AsyncFnOnce(&Ctx<Sqlite>, Request) -> Response<FullBody<Bytes>>,
) -> Result<Response<FullBody<Bytes>>> {
    answer(NoPasswords, request, handler).await
}

/// Answers a request with `handler`, in a component that has passwords hashed: its `allowed_outbound_hosts` must have
/// `http://password.spin.internal`. The client for that makes a component 90 KiB larger.
///
/// # Errors
/// As [`serve`].
pub async fn serve_with_passwords(
    request: Request,
    handler: impl AsyncFnOnce(&Ctx<Sqlite>, Request) -> Response<FullBody<Bytes>>,
) -> Result<Response<FullBody<Bytes>>> {
    answer(PasswordComponent, request, handler).await
}

async fn answer(
    passwords: impl Passwords + 'static,
    request: Request,
    handler: impl AsyncFnOnce(&Ctx<Sqlite>, Request) -> Response<FullBody<Bytes>>,
) -> Result<Response<FullBody<Bytes>>> {
    let ctx = ctx(passwords)
        .await
        .inspect_err(|error| eprintln!("{error:#}"))?;
    Ok(handler(&ctx, request).await)
}

async fn ctx(passwords: impl Passwords + 'static) -> Result<Rc<Ctx<Sqlite>>, Error> {
    if let Some(ctx) = CTX.with(|cell| cell.get().cloned()) {
        return Ok(ctx);
    }
    let config = variables::config().await?;
    let ctx = Ctx::new(Sqlite, WallClock, HostRandom, passwords, config);
    let ctx = match variables::redis_url().await? {
        Some(url) => ctx.with_limiter(Redis::new(url)),
        None => ctx,
    };
    let fresh = Rc::new(ctx);
    Ok(CTX.with(|cell| cell.get_or_init(|| fresh).clone()))
}
