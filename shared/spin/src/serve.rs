//! From Spin's request to the edge and back.

use std::cell::OnceCell;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;
use rollcall_service::auth::{has_chores, is_sweep_due, sweep, tend};
use rollcall_service::{Config, Ctx, Passwords};
use spin_sdk::time::sleep;
use spin_sdk::wasip3::http::types::{ErrorCode, Request, Response};
use spin_sdk::wasip3::spawn;

use crate::clock::WallClock;
use crate::fetch::HostFetch;
use crate::guard::PolicyComponent;
use crate::http::{Incoming, Outgoing, incoming, outgoing};
use crate::key_value::KeyValue;
use crate::passwords::{NoPasswords, PasswordComponent};
use crate::random::HostRandom;
use crate::redis::Redis;
use crate::sqlite::Sqlite;
use crate::variables;
use crate::verifier::VerifierComponent;

/// How long an entry of the change log waits for others.
const MOMENT: Duration = Duration::from_millis(500);

thread_local! {
    /// The context of this instance, which serves many requests.
    static CTX: OnceCell<Rc<Ctx<Sqlite>>> = const { OnceCell::new() };
}

/// Answers a request with `handler`, in a component of the authorization server, and does afterwards what that leaves to
/// be done. The keys that this cares for make a component a third of a megabyte larger. It needs the key-value store
/// `default`.
///
/// # Errors
/// As [`serve`].
pub async fn serve_with_chores(
    request: Request,
    handler: impl AsyncFnOnce(&Ctx<Sqlite>, Incoming) -> Outgoing,
) -> Result<Response, ErrorCode> {
    let ctx = ctx(|config| new_ctx(NoPasswords, config).with_documents(KeyValue)).await?;
    let response = answer(&ctx, request, handler).await;
    leave_chores(ctx);
    response
}

/// The same in one that fetches the keys of others: its `allowed_outbound_hosts` must have whatever the operator allows.
///
/// # Errors
/// As [`serve`].
pub async fn serve_with_fetch(
    request: Request,
    handler: impl AsyncFnOnce(&Ctx<Sqlite>, Incoming) -> Outgoing,
) -> Result<Response, ErrorCode> {
    let new = |config| {
        new_ctx(NoPasswords, config)
            .with_documents(KeyValue)
            .with_fetch(HostFetch)
    };
    let ctx = ctx(new).await?;
    let response = answer(&ctx, request, handler).await;
    leave_chores(ctx);
    response
}

/// The same in the admin API, which also takes access tokens and asks what the policies permit, as [`serve_scim`] does.
///
/// # Errors
/// As [`serve`].
pub async fn serve_admin(
    request: Request,
    handler: impl AsyncFnOnce(&Ctx<Sqlite>, Incoming) -> Outgoing,
) -> Result<Response, ErrorCode> {
    let new = |config| asking(new_ctx(NoPasswords, config)).with_documents(KeyValue);
    let ctx = ctx(new).await?;
    let response = answer(&ctx, request, handler).await;
    leave_chores(ctx);
    response
}

/// The same in a component that leaves nothing to be done.
///
/// # Errors
/// Only when the configuration cannot be read: Spin then answers 500, and the log says why.
pub async fn serve(
    request: Request,
    handler: impl AsyncFnOnce(&Ctx<Sqlite>, Incoming) -> Outgoing,
) -> Result<Response, ErrorCode> {
    let ctx = ctx(|config| new_ctx(NoPasswords, config)).await?;
    answer(&ctx, request, handler).await
}

/// The same in a component that takes access tokens, and asks what the policies permit: its `allowed_outbound_hosts` must
/// have `http://auth-verify.spin.internal` and `http://policy.spin.internal`. The client for that makes a component 90 KiB larger.
///
/// # Errors
/// As [`serve`].
pub async fn serve_scim(
    request: Request,
    handler: impl AsyncFnOnce(&Ctx<Sqlite>, Incoming) -> Outgoing,
) -> Result<Response, ErrorCode> {
    let ctx = ctx(|config| asking(new_ctx(NoPasswords, config))).await?;
    answer(&ctx, request, handler).await
}

/// The same in a component that also has passwords hashed: its `allowed_outbound_hosts` must have
/// `http://password.spin.internal`, too.
///
/// # Errors
/// As [`serve`].
pub async fn serve_with_passwords(
    request: Request,
    handler: impl AsyncFnOnce(&Ctx<Sqlite>, Incoming) -> Outgoing,
) -> Result<Response, ErrorCode> {
    let ctx = ctx(|config| asking(new_ctx(PasswordComponent, config))).await?;
    answer(&ctx, request, handler).await
}

/// The same in a component that needs nothing but the request.
///
/// # Errors
/// When the request or the response has what HTTP does not allow.
pub async fn serve_alone(
    request: Request,
    handler: impl AsyncFnOnce(Incoming) -> Outgoing,
) -> Result<Response, ErrorCode> {
    outgoing(handler(incoming(request)?).await)
}

async fn answer(
    ctx: &Ctx<Sqlite>,
    request: Request,
    handler: impl AsyncFnOnce(&Ctx<Sqlite>, Incoming) -> Outgoing,
) -> Result<Response, ErrorCode> {
    serve_alone(request, async |request| handler(ctx, request).await).await
}

/// What need not be done before the answer is done after it: at once, or in a moment, together with what other requests
/// leave to be done. The instance stays until then.
fn leave_chores(ctx: Rc<Ctx<Sqlite>>) {
    let (chores, sweeps) = (has_chores(&ctx), is_sweep_due(&ctx));
    if chores.is_none() && !sweeps {
        return;
    }
    spawn(async move {
        if let Some(is_urgent) = chores {
            if !is_urgent {
                sleep(MOMENT).await;
            }
            tend(&ctx).await;
        }
        if sweeps {
            sweep(&ctx).await;
        }
    });
}

/// The context of this instance, which is made for its first request.
async fn ctx(new: impl FnOnce(Config) -> Ctx<Sqlite>) -> Result<Rc<Ctx<Sqlite>>, ErrorCode> {
    if let Some(ctx) = CTX.with(|cell| cell.get().cloned()) {
        return Ok(ctx);
    }
    let made = make(new).await.map_err(|error| {
        eprintln!("{error:#}");
        ErrorCode::InternalError(Some(error.to_string()))
    })?;
    Ok(CTX.with(|cell| cell.get_or_init(|| made).clone()))
}

async fn make(new: impl FnOnce(Config) -> Ctx<Sqlite>) -> Result<Rc<Ctx<Sqlite>>> {
    let config = variables::config().await?;
    // Where nothing is limited nothing is counted, and where answers may not be old none is remembered.
    let (is_limited, is_recent) = (config.has_limits(), config.introspection_max_age_secs > 0);
    let redis_url = if is_limited || is_recent {
        variables::redis_url().await?
    } else {
        None
    };
    let mut fresh = new(config);
    if let Some(redis) = redis_url.map(Redis::new) {
        if is_limited {
            fresh = fresh.with_limiter(redis.clone());
        }
        if is_recent {
            fresh = fresh.with_cache(redis);
        }
    }
    Ok(Rc::new(fresh))
}

/// The context of a component that takes access tokens, and does what policies may not permit.
fn asking(ctx: Ctx<Sqlite>) -> Ctx<Sqlite> {
    ctx.with_verifier(VerifierComponent)
        .with_guard(PolicyComponent)
}

fn new_ctx(passwords: impl Passwords + 'static, config: Config) -> Ctx<Sqlite> {
    Ctx::new(Sqlite, WallClock, HostRandom, passwords, config)
}
