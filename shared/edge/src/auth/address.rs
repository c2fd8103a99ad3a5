//! What the address of an endpoint says: `/oauth/…` is the default tenant's issuer, `/t/{tenant}/oauth/…` another's.

use http::Request;
use rollcall_core::excerpt;
use rollcall_oauth::OAuthError;
use rollcall_service::auth::Issuer;
use rollcall_service::{Config, TenantName};

use crate::{origin, path};

/// The issuer whose endpoint this is; `endpoint` is its path below the issuer, such as `/oauth/token`. It is the path
/// alone that names the tenant: no header has a say in it.
///
/// # Errors
/// 404 when the path is another one, or what stands for the tenant can't be a tenant's name.
pub(super) fn issuer<B>(
    request: &Request<B>,
    config: &Config,
    endpoint: &str,
) -> Result<Issuer, OAuthError> {
    let whole = request.uri().path();
    let segments = path::segments(whole);
    let (tenant, rest) = split_tenant(&path::borrowed(&segments))
        .filter(|(_, rest)| format!("/{}", rest.join("/")) == endpoint)
        .ok_or_else(|| nothing_at(whole))?;
    debug_assert!(!rest.is_empty());
    Ok(Issuer::at(&origin::base(request, config), tenant))
}

/// Takes the tenant off the front of a path.
pub(super) fn split_tenant<'s>(segments: &[&'s str]) -> Option<(TenantName, Vec<&'s str>)> {
    match segments {
        ["t", name, rest @ ..] => Some((TenantName::parse(name)?, rest.to_vec())),
        rest => Some((TenantName::default_tenant(), rest.to_vec())),
    }
}

/// 404 for an address.
pub(super) fn nothing_at(path: &str) -> OAuthError {
    OAuthError {
        status: 404,
        ..OAuthError::invalid_request(format!("there is nothing at `{}`", excerpt(path)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "/oauth/token";

    fn request(path: &str) -> Request<()> {
        Request::post(path)
            .header("host", "evil.example")
            .header("spin-full-url", "http://evil.example/")
            .header("spin-full-url", "http://id.example:3000/x")
            .body(())
            .unwrap()
    }

    #[track_caller]
    fn check(path: &str, config: &Config, tenant: &str, url: &str) {
        let issuer = issuer(&request(path), config, TOKEN).unwrap();
        assert_eq!(issuer.tenant.as_str(), tenant);
        assert_eq!(issuer.url, url);
    }

    #[test]
    fn ok_default_and_other_tenants() {
        let seen = Config::default();
        check("/oauth/token", &seen, "default", "http://id.example:3000");
        check("/oauth/token/", &seen, "default", "http://id.example:3000");
        check(
            "/t/acme/oauth/token",
            &seen,
            "acme",
            "http://id.example:3000/t/acme",
        );
        let config = Config {
            base_url: Some("https://id.example".into()),
            ..Config::default()
        };
        check(
            "/t/acme/oauth/token",
            &config,
            "acme",
            "https://id.example/t/acme",
        );
        check(
            "/t/default/oauth/token",
            &config,
            "default",
            "https://id.example",
        );
    }

    #[test]
    fn err_another_path_or_no_tenant_of_that_form() {
        for path in [
            "/oauth",
            "/oauth/tokens",
            "/oauth/token/x",
            "/t/Acme/oauth/token",
            "/t/a%2Fb/oauth/token",
            "/t/oauth/token",
            "/x/oauth/token",
        ] {
            let error = issuer(&request(path), &Config::default(), TOKEN).unwrap_err();
            assert_eq!(error.status, 404, "{path}");
        }
    }
}
