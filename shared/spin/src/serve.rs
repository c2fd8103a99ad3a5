//! From Spin's request to the edge and back.

use std::cell::OnceCell;
use std::rc::Rc;

use anyhow::{Error, Result};
use bytes::Bytes;
use rollcall_service::{Config, Ctx};
use spin_sdk::http::{FullBody, Request, Response};

use crate::clock::WallClock;
use crate::fetch::HostFetch;
use crate::passwords::{NoPasswords, PasswordComponent};
use crate::random::HostRandom;
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
    answer(without_client, request, handler).await
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
    let with_passwords =
        |config| Ctx::new(Sqlite, WallClock, HostRandom, PasswordComponent, config);
    answer(with_passwords, request, handler).await
}

/// Answers a request with `handler`, in a component that fetches the keys of others: its `allowed_outbound_hosts` must
/// have whatever the operator allows.
///
/// # Errors
/// As [`serve`].
pub async fn serve_with_fetch(
    request: Request,
    handler: impl AsyncFnOnce(&Ctx<Sqlite>, Request) -> Response<FullBody<Bytes>>,
) -> Result<Response<FullBody<Bytes>>> {
    let with_fetch = |config| without_client(config).with_fetch(HostFetch);
    answer(with_fetch, request, handler).await
}

fn without_client(config: Config) -> Ctx<Sqlite> {
    Ctx::new(Sqlite, WallClock, HostRandom, NoPasswords, config)
}

async fn answer(
    make: impl FnOnce(Config) -> Ctx<Sqlite>,
    request: Request,
    handler: impl AsyncFnOnce(&Ctx<Sqlite>, Request) -> Response<FullBody<Bytes>>,
) -> Result<Response<FullBody<Bytes>>> {
    let ctx = ctx(make)
        .await
        .inspect_err(|error| eprintln!("{error:#}"))?;
    Ok(handler(&ctx, request).await)
}

async fn ctx(make: impl FnOnce(Config) -> Ctx<Sqlite>) -> Result<Rc<Ctx<Sqlite>>, Error> {
    if let Some(ctx) = CTX.with(|cell| cell.get().cloned()) {
        return Ok(ctx);
    }
    let fresh = Rc::new(make(variables::config().await?));
    Ok(CTX.with(|cell| cell.get_or_init(|| fresh).clone()))
}
