//! Outbound HTTP: the allow-list, calls between components, and the network.

pub(crate) mod allow;

use std::sync::{Arc, Weak};

use bytes::Bytes;
use http::{Request, Response, Uri, header::HOST, uri::Authority};
use http_body_util::{BodyExt, combinators::UnsyncBoxBody};
use wasmtime_wasi::TrappableError;
use wasmtime_wasi_http::{
    handler,
    p3::{RequestOptions, WasiHttpHooks, bindings::http::types::ErrorCode, default_send_request},
};

use self::allow::AllowedHosts;
use crate::app::App;

type Body = UnsyncBoxBody<Bytes, ErrorCode>;
type Outcome = Box<dyn Future<Output = Result<(), ErrorCode>> + Send>;
type Sent = Result<(Response<Body>, Outcome), TrappableError<ErrorCode>>;

/// What decides over one component's outbound requests.
#[derive(Clone)]
pub(crate) struct Outbound {
    allowed: Arc<AllowedHosts>,
    app: Weak<App>,
}

impl Outbound {
    pub(crate) fn new(allowed: Arc<AllowedHosts>, app: Weak<App>) -> Self {
        Self { allowed, app }
    }

    async fn send(self, mut request: Request<Body>, options: Option<RequestOptions>) -> Sent {
        let app = self.app.upgrade().ok_or(ErrorCode::ConnectionTerminated)?;
        let own = request.uri().host() == Some("self.alt");
        let allowed = if own {
            self.allowed.allows_own()
        } else {
            self.allowed.allows(&request.uri().to_string())
        };
        if !allowed {
            return Err(ErrorCode::HttpRequestDenied.into());
        }
        if own {
            let address = app.address.to_string();
            *request.uri_mut() = at(request.uri(), &address)?;
            let host = address
                .parse()
                .map_err(|_| ErrorCode::HttpRequestUriInvalid)?;
            request.headers_mut().insert(HOST, host);
        }
        if let Some(component) = chained(request.uri()).map(str::to_owned) {
            return chain(&app, &component, request).await;
        }
        let (response, outcome) = default_send_request(request, options).await?;
        Ok((response.map(BodyExt::boxed_unsync), Box::new(outcome)))
    }
}

impl WasiHttpHooks for Outbound {
    fn send_request(
        &mut self,
        request: Request<Body>,
        options: Option<RequestOptions>,
        _: Outcome,
    ) -> Box<dyn Future<Output = Sent> + Send> {
        Box::new(self.clone().send(request, options))
    }
}

/// The component that `http://<component>.spin.internal` names.
pub(crate) fn chained(uri: &Uri) -> Option<&str> {
    uri.host()?.strip_suffix(".spin.internal")
}

/// Hands the request to `component` in this process, private or not.
async fn chain(app: &App, component: &str, mut request: Request<Body>) -> Sent {
    // Spin drops it too, so that `spin-full-url` says `localhost`.
    request.headers_mut().remove(HOST);
    let request = request.map(|body| body.map_err(handler::ErrorCode::P3).boxed_unsync());
    let Some(response) = app.call(component, request).await else {
        let missing = wasmtime::format_err!("no component `{component}` in this application");
        return Err(TrappableError::trap(missing));
    };
    let failed = |error: wasmtime::Error| ErrorCode::InternalError(Some(error.to_string()));
    Ok((
        response.map(|body| body.map_err(failed).boxed_unsync()),
        Box::new(async { Ok(()) }),
    ))
}

fn at(uri: &Uri, address: &str) -> Result<Uri, ErrorCode> {
    let mut parts = uri.clone().into_parts();
    let authority: Authority = address
        .parse()
        .map_err(|_| ErrorCode::HttpRequestUriInvalid)?;
    parts.authority = Some(authority);
    parts.scheme = Some(http::uri::Scheme::HTTP);
    Uri::from_parts(parts).map_err(|_| ErrorCode::HttpRequestUriInvalid)
}
