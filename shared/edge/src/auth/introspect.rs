//! The introspection endpoint.
//!
//! [RFC 7662 §2](https://www.rfc-editor.org/rfc/rfc7662#section-2),
//! [RFC 9701](https://www.rfc-editor.org/rfc/rfc9701)

use bytes::Bytes;
use http::header::ACCEPT;
use http::{HeaderMap, Request, StatusCode};
use http_body::Body;
use rollcall_oauth::metadata::paths;
use rollcall_service::auth;
use rollcall_service::{Ctx, Database};

use super::call::{self, Call};
use super::refusal::Refusal;
use crate::respond::{self, FullResponse};

const JWT_TYPE: &str = "application/token-introspection+jwt";

/// Answers what is known of a token.
pub async fn introspect<D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    request: Request<B>,
) -> FullResponse {
    let (parts, body) = request.into_parts();
    let head = Request::from_parts(parts, ());
    call::handle(ctx, &head, body, paths::INTROSPECT, async |call| {
        answer(ctx, call).await
    })
    .await
}

async fn answer<D: Database>(ctx: &Ctx<D>, call: &Call<'_>) -> Result<FullResponse, Refusal> {
    let presented = call.presented()?;
    if wants_jwt(call.head.headers()) {
        let introspected = auth::introspect(ctx, &call.issuer, presented, &call.form).await?;
        let jwt = auth::sign_introspection(ctx, &call.issuer, &introspected).await?;
        return Ok(respond::text(StatusCode::OK, JWT_TYPE, jwt));
    }
    let json = auth::introspect_recent(ctx, &call.issuer, presented, &call.form).await?;
    let json = json.to_string();
    Ok(respond::text(StatusCode::OK, "application/json", json))
}

/// > The resource server sends […] "application/token-introspection+jwt" in the "Accept" HTTP header
fn wants_jwt(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT).iter();
    let mut ranges = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    ranges.any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let is_named = parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case(JWT_TYPE));
        is_named && !parts.any(is_unwanted)
    })
}

/// Whether a parameter of a media range is a weight of 0 (RFC 9110 §12.4.2).
fn is_unwanted(parameter: &str) -> bool {
    let weight = parameter
        .split_once('=')
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
    weight.is_some_and(|(_, weight)| weight.trim().parse() == Ok(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(accept: &[&'static str], expected: bool) {
        let mut headers = HeaderMap::new();
        for value in accept {
            headers.append(ACCEPT, http::HeaderValue::from_static(value));
        }
        assert_eq!(wants_jwt(&headers), expected, "{accept:?}");
    }

    #[test]
    fn a_jwt_is_for_those_who_name_it() {
        check(&[JWT_TYPE], true);
        check(&["Application/Token-Introspection+JWT; q=0.9, */*"], true);
        check(&["text/html", JWT_TYPE], true);
        check(&["application/token-introspection+jwt;q=0, */*"], false);
        check(&["application/token-introspection+jwt; Q=0.000"], false);
        check(&[], false);
        check(&["*/*"], false);
        check(&["application/jwt, application/*"], false);
    }
}
