//! The HTTP/1.1 server in front of the application.

use std::{io, net::SocketAddr, sync::Arc};

use anyhow::{Context, Result, ensure};
use http::{
    Request, Uri,
    header::HOST,
    uri::{Authority, Scheme},
};
use http_body_util::BodyExt;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use wasmtime_wasi_http::{handler, p3::bindings::http::types::ErrorCode};

use crate::{app::App, outbound::chained};

/// Takes the address, or says why not.
pub(crate) async fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => {
                anyhow::anyhow!(
                    "{address} is in use: stop what listens there or choose another with --listen"
                )
            }
            _ => anyhow::anyhow!("cannot listen on {address}: {error}"),
        })
}

/// Serves connections until the task is dropped.
pub(crate) async fn serve(app: Arc<App>, listener: TcpListener) {
    loop {
        match listener.accept().await {
            Ok((stream, client)) => {
                // Small answers leave at once; a failure here only costs time.
                let _ = stream.set_nodelay(true);
                tokio::spawn(connection(Arc::clone(&app), TokioIo::new(stream), client));
            }
            Err(error) => {
                tracing::error!("cannot accept a connection: {error}");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
    }
}

async fn connection(app: Arc<App>, stream: TokioIo<tokio::net::TcpStream>, client: SocketAddr) {
    let service = service_fn(|request| answer(&app, request, client));
    if let Err(error) = http1::Builder::new()
        .serve_connection(stream, service)
        .await
    {
        tracing::debug!("connection from {client}: {error}");
    }
}

/// An error closes the connection without an answer, as under Spin.
async fn answer(
    app: &App,
    request: Request<Incoming>,
    client: SocketAddr,
) -> Result<crate::app::Answer> {
    let (mut parts, body) = request.into_parts();
    let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    if host
        .and_then(|host| host.parse().ok())
        .is_some_and(|uri: Uri| chained(&uri).is_some())
    {
        parts.headers.remove(HOST);
    }
    parts.uri = absolute(parts.uri, parts.headers.get(HOST))?;
    let body = body.map_err(move |error| {
        tracing::debug!("request body from {client}: {error}");
        handler::ErrorCode::P3(ErrorCode::HttpProtocolError)
    });
    Ok(app
        .answer(Request::from_parts(parts, body.boxed_unsync()), client)
        .await)
}

/// The request's address with scheme and authority, which `Host` and URI must agree on.
fn absolute(uri: Uri, host: Option<&http::HeaderValue>) -> Result<Uri> {
    let mut parts = uri.into_parts();
    let host: Option<Authority> = host
        .map(|host| {
            host.to_str()
                .map_err(anyhow::Error::from)?
                .parse()
                .map_err(anyhow::Error::from)
        })
        .transpose()
        .context("`Host` is not an authority")?;
    let authority = host
        .clone()
        .or(parts.authority.take())
        .context("no `Host` header")?;
    ensure!(
        host.is_none_or(|host| host == authority),
        "`Host` differs from the request's address"
    );
    parts.authority = Some(authority);
    parts.scheme = Some(Scheme::HTTP);
    parts
        .path_and_query
        .get_or_insert(http::uri::PathAndQuery::from_static("/"));
    Ok(Uri::from_parts(parts)?)
}
