//! Requests and responses, between WASI and the `http` crate.
//!
//! The SDK converts them, too. But it asks the host for more than anyone here looks at (scheme, authority, options, and the
//! headers a second time), and copies what it has. See `docs/decisions/0012-conversions-of-our-own.md` for what that takes.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::stream::{Stream, try_unfold};
use http::header::CONTENT_LENGTH;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use spin_sdk::wasip3::http::types::{ErrorCode, Fields, Trailers};
use spin_sdk::wasip3::http_compat::BodyWriter;
use spin_sdk::wasip3::wit_bindgen::{FutureReader, FutureWriter, StreamReader, StreamResult};
use spin_sdk::wasip3::{http::types, spawn, wit_future};

/// A request as the `http` crate has it.
pub type Incoming = Request<IncomingBody>;

/// A response as the `http` crate has it.
pub type Outgoing = Response<Full<Bytes>>;

/// The most that is read of a body at once, in bytes.
const MAX_CHUNK: u64 = 16 * 1024;

/// Takes a request from the host. Its URI has neither scheme nor authority.
///
/// # Errors
/// When it has what HTTP does not allow.
pub(crate) fn incoming(request: types::Request) -> Result<Incoming, ErrorCode> {
    let method = Method::try_from(request.get_method());
    let method = method.map_err(|_| ErrorCode::HttpRequestMethodInvalid)?;
    let path = request.get_path_with_query().unwrap_or_default();
    let path = PathAndQuery::try_from(path).map_err(|_| ErrorCode::HttpRequestUriInvalid)?;
    let headers = headers(request.get_headers().copy_all())?;
    let body = IncomingBody::new(request, &headers);
    let mut incoming = Request::new(body);
    *incoming.method_mut() = method;
    *incoming.uri_mut() = Uri::from(path);
    *incoming.headers_mut() = headers;
    Ok(incoming)
}

fn headers(fields: Vec<(String, Vec<u8>)>) -> Result<HeaderMap, ErrorCode> {
    let mut headers = HeaderMap::try_with_capacity(fields.len()).map_err(internal)?;
    for (name, value) in fields {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(internal)?;
        let value = HeaderValue::from_maybe_shared(Bytes::from(value)).map_err(internal)?;
        headers.try_append(name, value).map_err(internal)?;
    }
    Ok(headers)
}

/// The body of a request. The host is asked for it when it is first read.
pub struct IncomingBody {
    declared: Option<u64>,
    frames: Pin<Box<dyn Stream<Item = Result<Frame<Bytes>, ErrorCode>>>>,
}

impl IncomingBody {
    fn new(request: types::Request, headers: &HeaderMap) -> Self {
        let declared = headers.get(CONTENT_LENGTH);
        let declared = declared.and_then(|length| length.to_str().ok()?.parse().ok());
        let chunk = declared.unwrap_or(MAX_CHUNK).min(MAX_CHUNK);
        let chunk = usize::try_from(chunk).unwrap_or_default().max(1);
        let frames = try_unfold(Reading::Unread(request), move |reading| async move {
            let mut open = match reading {
                Reading::Unread(request) => Open::new(request),
                Reading::Open(open) => open,
            };
            let (result, bytes) = open.contents.read(Vec::with_capacity(chunk)).await;
            if let StreamResult::Complete(_) = result {
                let frame = Frame::data(Bytes::from(bytes));
                return Ok(Some((frame, Reading::Open(open))));
            }
            // Whether that was all of it.
            open.trailers.await?;
            Ok(None)
        });
        Self {
            declared,
            frames: Box::pin(frames),
        }
    }
}

enum Reading {
    Unread(types::Request),
    Open(Open),
}

struct Open {
    contents: StreamReader<u8>,
    trailers: FutureReader<Result<Option<Trailers>, ErrorCode>>,
    /// Tells the host that nothing was wrong, when it is dropped.
    _result: FutureWriter<Result<(), ErrorCode>>,
}

impl Open {
    fn new(request: types::Request) -> Self {
        let (result, reader) = wit_future::new(|| Ok(()));
        let (contents, trailers) = types::Request::consume_body(request, reader);
        Self {
            contents,
            trailers,
            _result: result,
        }
    }
}

impl Body for IncomingBody {
    type Data = Bytes;
    type Error = ErrorCode;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ErrorCode>>> {
        self.frames.as_mut().poll_next(cx)
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = SizeHint::new();
        if let Some(declared) = self.declared {
            hint.set_upper(declared);
        }
        hint
    }
}

/// Gives a response to the host. Its body is written when the host reads it.
///
/// # Errors
/// When a header field is one that a host sets itself.
pub(crate) fn outgoing(response: Outgoing) -> Result<types::Response, ErrorCode> {
    let (parts, mut body) = response.into_parts();
    let fields = parts.headers.iter();
    let fields = fields.map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()));
    let fields: Vec<_> = fields.collect();
    let headers = Fields::from_list(&fields).map_err(internal)?;
    let (writer, contents, result) = BodyWriter::new();
    let (outgoing, _sent) = types::Response::new(headers, Some(contents), result);
    // Which is what a new one has.
    if parts.status != StatusCode::OK {
        let set = outgoing.set_status_code(parts.status.as_u16());
        set.map_err(|()| ErrorCode::HttpProtocolError)?;
    }
    spawn(async move {
        // Nobody is there to be told.
        let _ = writer.send_http_body(&mut body).await;
    });
    Ok(outgoing)
}

fn internal(cause: impl ToString) -> ErrorCode {
    ErrorCode::InternalError(Some(cause.to_string()))
}
