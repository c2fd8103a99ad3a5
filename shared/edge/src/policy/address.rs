//! Addresses of the AuthZEN API: `/access/v1/…` is the default tenant's, `/t/{tenant}/access/v1/…` another's.

use http::Request;
use rollcall_core::excerpt;
use rollcall_service::auth::Issuer;
use rollcall_service::{Config, TenantName};

use super::refusal::Refusal;
use crate::{origin, path};

/// An address, taken apart.
#[derive(Debug, PartialEq)]
pub(super) struct Address {
    /// Whose policies decide. The issuer's identifier is that of the policy decision point (§9.1.1), too.
    pub issuer: Issuer,
    /// What is asked.
    pub endpoint: Endpoint,
}

/// What can be asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Endpoint {
    /// `/.well-known/authzen-configuration` (§9.2).
    Metadata,
    /// What stands under `/access/v1`.
    Access(Access),
}

/// The endpoints under `/access/v1` (§10.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Access {
    Evaluation,
    Evaluations,
    SearchAction,
}

impl Address {
    /// Reads the address of a request. It is the path alone that names the tenant.
    ///
    /// # Errors
    /// 404.
    pub fn of<B>(request: &Request<B>, config: &Config) -> Result<Self, Refusal> {
        let whole = request.uri().path();
        let segments = path::segments(whole);
        let (tenant, endpoint) = parts(&path::borrowed(&segments)).ok_or_else(|| {
            Refusal::not_found(format!("there is nothing at `{}`", excerpt(whole)))
        })?;
        Ok(Self {
            issuer: Issuer::at(&origin::base(request, config), tenant),
            endpoint,
        })
    }
}

fn parts(segments: &[&str]) -> Option<(TenantName, Endpoint)> {
    // The well-known part stands before the path of an identifier that has one (RFC 8615 §3); some look for it behind.
    if let [".well-known", "authzen-configuration", rest @ ..] = segments {
        let tenant = match rest {
            [] => TenantName::default_tenant(),
            ["t", name] => TenantName::parse(name)?,
            _ => return None,
        };
        return Some((tenant, Endpoint::Metadata));
    }
    let (tenant, rest) = match segments {
        ["t", name, rest @ ..] => (TenantName::parse(name)?, rest),
        rest => (TenantName::default_tenant(), rest),
    };
    let endpoint = match rest {
        [".well-known", "authzen-configuration"] => Endpoint::Metadata,
        ["access", "v1", "evaluation"] => Endpoint::Access(Access::Evaluation),
        ["access", "v1", "evaluations"] => Endpoint::Access(Access::Evaluations),
        ["access", "v1", "search", "action"] => Endpoint::Access(Access::SearchAction),
        _ => return None,
    };
    Some((tenant, endpoint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, tenant: &str, endpoint: Endpoint, base: &str) {
        let request = Request::get(path)
            .header("spin-full-url", "https://id.example/x")
            .body(())
            .unwrap();
        let address = Address::of(&request, &Config::default()).unwrap();
        assert_eq!(address.issuer.tenant.as_str(), tenant);
        assert_eq!(
            (address.endpoint, address.issuer.url.as_str()),
            (endpoint, base)
        );
    }

    #[test]
    fn ok_default_and_other_tenants() {
        let (root, acme) = ("https://id.example", "https://id.example/t/acme");
        let evaluation = Endpoint::Access(Access::Evaluation);
        check("/access/v1/evaluation", "default", evaluation, root);
        check("/t/acme/access/v1/evaluation", "acme", evaluation, acme);
        let all = Endpoint::Access(Access::Evaluations);
        check("/t/default/access/v1/evaluations/", "default", all, root);
        let search = Endpoint::Access(Access::SearchAction);
        check("/access/v1/search/action", "default", search, root);
        let metadata = "/.well-known/authzen-configuration";
        check(metadata, "default", Endpoint::Metadata, root);
        check(
            &format!("{metadata}/t/acme"),
            "acme",
            Endpoint::Metadata,
            acme,
        );
        check(
            &format!("/t/acme{metadata}"),
            "acme",
            Endpoint::Metadata,
            acme,
        );
    }

    #[test]
    fn err_anything_else() {
        for path in [
            "/access/v1",
            "/access/v1/search/subject",
            "/access/v2/evaluation",
            "/t/Acme/access/v1/evaluation",
            "/.well-known/authzen-configuration/acme",
            "/",
        ] {
            let request = Request::get(path).body(()).unwrap();
            let refusal = Address::of(&request, &Config::default()).unwrap_err();
            assert_eq!(refusal.status.as_u16(), 404, "{path}");
        }
    }
}
