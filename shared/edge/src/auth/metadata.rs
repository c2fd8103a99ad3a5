//! What an issuer says of itself, at all the places where clients look for it.
//!
//! [RFC 8414 §3](https://www.rfc-editor.org/rfc/rfc8414#section-3),
//! [OpenID Connect Discovery 1.0 §4](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig)

use http::Request;
use rollcall_oauth::OAuthError;
use rollcall_service::auth::{self, Issuer};
use rollcall_service::{Config, Ctx, Database};

use super::address::{nothing_at, split_tenant};
use super::document::{self, Document};
use crate::respond::FullResponse;
use crate::{origin, path};

/// For how long the document may be kept, in seconds.
const MAX_AGE_SECS: i64 = 300;

/// Answers a request for an issuer's metadata.
pub async fn metadata<D: Database, B>(ctx: &Ctx<D>, request: Request<B>) -> FullResponse {
    let (parts, _) = request.into_parts();
    let head = Request::from_parts(parts, ());
    document::answer(&head, async || {
        let issuer = issuer(&head, &ctx.config)?;
        Ok(Document {
            json: auth::metadata(ctx, &issuer).await?,
            media_type: "application/json",
            max_age_secs: MAX_AGE_SECS,
        })
    })
    .await
}

/// The well-known part comes before the issuer's path (RFC 8414 §3.1), or after it, as OpenID discovery has it.
fn issuer<B>(request: &Request<B>, config: &Config) -> Result<Issuer, OAuthError> {
    let whole = request.uri().path();
    let segments = path::segments(whole);
    let segments = path::borrowed(&segments);
    let of_issuer = match &segments[..] {
        [
            ".well-known",
            "oauth-authorization-server" | "openid-configuration",
            issuer @ ..,
        ] => issuer,
        [issuer @ .., ".well-known", "openid-configuration"] => issuer,
        _ => return Err(nothing_at(whole)),
    };
    let (tenant, rest) = split_tenant(of_issuer).ok_or_else(|| nothing_at(whole))?;
    if !rest.is_empty() {
        return Err(nothing_at(whole));
    }
    Ok(Issuer::at(&origin::base(request, config), tenant))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: &str) -> Result<Issuer, OAuthError> {
        let config = Config {
            base_url: Some("https://id.example".into()),
            ..Config::default()
        };
        issuer(&Request::get(path).body(()).unwrap(), &config)
    }

    /// RFC 8414 §3.1 and §5: the well-known part goes between host and path, and OpenID's also behind the path.
    #[test]
    fn ok_every_place_of_every_issuer() {
        for (path, issuer) in [
            ("/.well-known/oauth-authorization-server", ""),
            ("/.well-known/openid-configuration", ""),
            ("/.well-known/oauth-authorization-server/t/acme", "/t/acme"),
            ("/.well-known/openid-configuration/t/acme", "/t/acme"),
            ("/t/acme/.well-known/openid-configuration", "/t/acme"),
        ] {
            let issuer = format!("https://id.example{issuer}");
            assert_eq!(at(path).unwrap().url, issuer, "{path}");
        }
    }

    #[test]
    fn err_any_other_place() {
        for path in [
            "/.well-known",
            "/.well-known/other",
            "/.well-known/openid-configuration/x",
            "/.well-known/oauth-authorization-server/t/Acme",
            "/.well-known/oauth-authorization-server/t/acme/x",
            "/t/acme/.well-known/oauth-authorization-server",
            "/t/.well-known/openid-configuration",
        ] {
            let error = at(path).unwrap_err();
            assert_eq!(error.status, 404, "{path}");
        }
    }
}
