//! Shows what a component sees of its host: every awkward behaviour that the native host mimics
//! has a route or a script step here. The last path segment says what to do.

mod script;

use std::{
    cell::Cell,
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use http_body_util::BodyExt;
use serde_json::json;
use spin_sdk::{
    http::{
        BoxBody, FullBody, Request, Response,
        body::{IncomingBodyExt, stream},
        box_body,
    },
    http_service,
    time::sleep,
    wasip3::spawn,
};

thread_local! {
    static REQUESTS: Cell<u32> = const { Cell::new(0) };
    static UNDER_WAY: Cell<u32> = const { Cell::new(0) };
    static BORN: Cell<u64> = const { Cell::new(0) };
}

#[http_service]
async fn handle(request: Request) -> anyhow::Result<Response<BoxBody>> {
    let path = request.uri().path().trim_end_matches('/').to_owned();
    match path.rsplit('/').next().unwrap_or_default() {
        "echo" => Ok(echo(request)),
        "drip" => Ok(drip()),
        "environment" => json(&std::env::vars().collect::<BTreeMap<_, _>>()),
        "error" => anyhow::bail!("an error on purpose"),
        "instance" => instance(request).await,
        "print" => {
            println!("printed to stdout");
            eprintln!("printed to stderr");
            json(&())
        }
        "script" => {
            let steps = request.into_body().collect().await?.to_bytes();
            json(&script::run(serde_json::from_slice(&steps)?).await)
        }
        #[expect(clippy::panic, reason = "the trap is what is probed")]
        "trap" => panic!("a trap on purpose"),
        "trap-late" => Ok(trap_late()),
        _ => seen(&request),
    }
}

/// Everything about the request but its body.
fn seen(request: &Request) -> anyhow::Result<Response<BoxBody>> {
    let headers: Vec<_> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())))
        .collect();
    json(&json!({
        "component": std::env::var("COMPONENT").unwrap_or_default(),
        "method": request.method().as_str(),
        "uri": request.uri().to_string(),
        "headers": headers,
    }))
}

/// Sends the body back as it comes in.
fn echo(request: Request) -> Response<BoxBody> {
    let (mut tx, body) = stream::<Bytes>();
    let mut chunks = request.into_body().stream();
    spawn(async move {
        while let Some(Ok(chunk)) = chunks.next().await {
            if tx.send(chunk).await.is_err() {
                break;
            }
        }
    });
    Response::new(box_body(body))
}

/// Three chunks, a tenth of a second apart.
fn drip() -> Response<BoxBody> {
    let (mut tx, body) = stream::<String>();
    spawn(async move {
        for number in 1..=3 {
            if tx.send(format!("drop {number}\n")).await.is_err() {
                break;
            }
            sleep(Duration::from_millis(100)).await;
        }
    });
    Response::new(box_body(body))
}

/// A chunk, and then a trap.
fn trap_late() -> Response<BoxBody> {
    let (mut tx, body) = stream::<String>();
    spawn(async move {
        // Whether anyone reads it makes no difference to the trap.
        let _ = tx.send("before\n".into()).await;
        sleep(Duration::from_millis(50)).await;
        #[expect(clippy::panic, reason = "the trap is what is probed")]
        {
            panic!("a late trap on purpose")
        }
    });
    Response::new(box_body(body))
}

/// Which instance this is, and how many requests it has seen; `?<n>` waits for n milliseconds.
async fn instance(request: Request) -> anyhow::Result<Response<BoxBody>> {
    if BORN.get() == 0 {
        BORN.set(now()?);
    }
    REQUESTS.set(REQUESTS.get() + 1);
    UNDER_WAY.set(UNDER_WAY.get() + 1);
    let (number, at_once) = (REQUESTS.get(), UNDER_WAY.get());
    if let Some(millis) = request.uri().query() {
        sleep(Duration::from_millis(millis.parse()?)).await;
    }
    UNDER_WAY.set(UNDER_WAY.get() - 1);
    json(&json!({ "born": BORN.get(), "number": number, "at_once": at_once }))
}

#[expect(
    clippy::disallowed_methods,
    reason = "tells instances apart by when they were made"
)]
fn now() -> anyhow::Result<u64> {
    Ok(SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)?
        .as_nanos()
        .try_into()?)
}

fn json(value: &impl serde::Serialize) -> anyhow::Result<Response<BoxBody>> {
    Ok(Response::new(box_body(FullBody::new(Bytes::from(
        serde_json::to_vec(value)?,
    )))))
}
