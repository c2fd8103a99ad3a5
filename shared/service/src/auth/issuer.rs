//! Who issues: a tenant, and the address that it goes by.

use rollcall_oauth::metadata::endpoint;
use rollcall_store::TenantName;

/// A tenant as an issuer (RFC 8414 §2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// The tenant.
    pub tenant: TenantName,
    /// Its issuer identifier, without a slash at the end.
    pub url: String,
}

impl Issuer {
    /// The tenant at a base address, which has no slash at the end.
    #[must_use]
    pub fn at(base: &str, tenant: TenantName) -> Self {
        let url = if tenant.is_default() {
            base.to_owned()
        } else {
            format!("{base}/t/{tenant}")
        };
        Self { tenant, url }
    }

    /// The address of an endpoint, such as `/oauth/token`.
    #[must_use]
    pub fn endpoint(&self, path: &str) -> String {
        endpoint(&self.url, path)
    }

    /// The base address of the tenant's SCIM service.
    #[must_use]
    pub fn scim(&self) -> String {
        self.endpoint("/scim/v2")
    }

    /// The base address of what answers by the tenant's policies.
    #[must_use]
    pub fn access(&self) -> String {
        self.endpoint("/access/v1")
    }

    /// The base address of the admin API at the tenant.
    #[must_use]
    pub fn admin(&self) -> String {
        format!("{}/admin/v1/tenants/{}", self.base(), self.tenant)
    }

    /// The address that the service has for all of its tenants.
    #[must_use]
    pub fn base(&self) -> &str {
        if self.tenant.is_default() {
            return &self.url;
        }
        let path = format!("/t/{}", self.tenant);
        self.url.strip_suffix(&path).unwrap_or(&self.url)
    }
}
