//! What a SCIM address says: `/scim/v2/…` is the default tenant, `/t/{tenant}/scim/v2/…` another.

use std::borrow::Cow;

use http::Request;
use rollcall_core::{ScimError, excerpt};
use rollcall_service::{Config, TenantName};

use crate::{origin, path};

/// A SCIM address, taken apart.
#[derive(Debug, PartialEq)]
pub(super) struct Address<'r> {
    /// Whose data it is about.
    pub tenant: TenantName,
    /// What follows `/scim/v2`, decoded, without empty segments.
    pub segments: Vec<Cow<'r, str>>,
    /// The base URI of the tenant's SCIM service, without a slash at the end.
    pub base: String,
}

impl<'r> Address<'r> {
    /// Reads the address of a request. It is the path alone that names the tenant: no header has a say in it.
    ///
    /// # Errors
    /// 404 when the path is no SCIM address, or what stands for the tenant can't be a tenant's name.
    pub fn of<B>(request: &'r Request<B>, config: &Config) -> Result<Self, ScimError> {
        let whole = request.uri().path();
        let mut segments = path::segments(whole);
        let unknown = || ScimError::not_found(format!("there is nothing at `{}`", excerpt(whole)));
        let tenant = if segments.first().is_some_and(|first| first == "t") {
            let name = segments
                .get(1)
                .and_then(|name| TenantName::parse(name))
                .ok_or_else(unknown)?;
            segments.drain(..2);
            name
        } else {
            TenantName::default_tenant()
        };
        let ["scim", "v2", ..] = path::borrowed(&segments)[..] else {
            return Err(unknown());
        };
        let segments = segments.split_off(2);
        let origin = origin::base(request, config);
        let prefix = if tenant.is_default() {
            String::new()
        } else {
            format!("/t/{tenant}")
        };
        Ok(Self {
            tenant,
            segments,
            base: format!("{origin}{prefix}/scim/v2"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str, urls: &[&str]) -> Request<()> {
        let builder = urls.iter().fold(Request::get(path), |builder, url| {
            builder.header("spin-full-url", *url)
        });
        builder.body(()).unwrap()
    }

    #[track_caller]
    fn check(path: &str, tenant: &str, segments: &[&str], base: &str) {
        let request = request(path, &["http://evil.example/", "http://id.example:3000/x"]);
        let address = Address::of(&request, &Config::default()).unwrap();
        assert_eq!(address.tenant.as_str(), tenant);
        assert_eq!(address.segments, segments);
        assert_eq!(address.base, base);
    }

    #[test]
    fn ok_default_and_other_tenants() {
        check(
            "/scim/v2/Users",
            "default",
            &["Users"],
            "http://id.example:3000/scim/v2",
        );
        check(
            "/scim/v2/Users/",
            "default",
            &["Users"],
            "http://id.example:3000/scim/v2",
        );
        check("/scim/v2", "default", &[], "http://id.example:3000/scim/v2");
        check(
            "/t/acme/scim/v2/Users/1",
            "acme",
            &["Users", "1"],
            "http://id.example:3000/t/acme/scim/v2",
        );
        check(
            "/t/default/scim/v2/Users",
            "default",
            &["Users"],
            "http://id.example:3000/scim/v2",
        );
    }

    #[test]
    fn ok_the_configured_address_wins() {
        let config = Config {
            base_url: Some("https://id.example".into()),
            ..Config::default()
        };
        let request = request("/scim/v2/Users", &["http://127.0.0.1/"]);
        assert_eq!(
            Address::of(&request, &config).unwrap().base,
            "https://id.example/scim/v2"
        );
    }

    #[test]
    fn err_no_tenant_of_that_form() {
        for path in [
            "/t/Acme/scim/v2/Users",
            "/t/a%2Fb/scim/v2/Users",
            "/t/scim/v2",
            "/x",
            "/t",
        ] {
            assert_eq!(
                Address::of(&request(path, &[]), &Config::default())
                    .unwrap_err()
                    .status,
                404,
                "{path}"
            );
        }
    }
}
