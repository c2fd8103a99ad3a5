//! Whether a request may be served at all, and how a client is told: 429 (RFC 6585 §4), `Retry-After`, and the fields
//! of draft-ietf-httpapi-ratelimit-headers.

use http::header::{HeaderName, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use rollcall_service::limits::{self, Caller, Client, ClientAddress, Policy, Proxies, Verdict};
use rollcall_service::{Ctx, Database, TenantName};
use serde_json::json;

use crate::respond::{self, FullResponse};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// What a request that may be served has left.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Quota(Option<Verdict>);

/// A request that comes too early.
#[derive(Debug, PartialEq)]
pub(crate) struct Limited(Verdict);

/// Counts a request with a bearer token, before any work is done for it.
///
/// # Errors
/// [`Limited`].
pub(crate) async fn admit<D: Database>(
    ctx: &Ctx<D>,
    head: &Request<()>,
    tenant: &TenantName,
    token: &str,
) -> Result<Quota, Limited> {
    if ctx.config.limits.are_off() {
        return Ok(Quota::default());
    }
    let caller = Caller {
        tenant,
        client: Some(Client::Token(token)),
        address: address(head.headers(), &ctx.config.limits.proxies),
        authenticates: false,
    };
    counted(ctx, &caller).await
}

/// A request whose caller is about to say who it is, with a secret that could be guessed.
pub(crate) struct Login<'c>(Option<Caller<'c>>);

impl<'c> Login<'c> {
    /// Of this client.
    pub fn new<D: Database>(
        ctx: &Ctx<D>,
        head: &Request<()>,
        tenant: &'c TenantName,
        client: Option<Client<'c>>,
    ) -> Self {
        let settings = &ctx.config.limits;
        let is_limited = !settings.are_off() || settings.failures.is_some();
        Self(is_limited.then(|| Caller {
            tenant,
            client,
            address: address(head.headers(), &settings.proxies),
            authenticates: true,
        }))
    }

    /// Counts the request, before its secret is looked at.
    ///
    /// # Errors
    /// [`Limited`], when there have been too many requests, or too many failures.
    pub async fn admit<D: Database>(&self, ctx: &Ctx<D>) -> Result<Quota, Limited> {
        match &self.0 {
            Some(caller) => counted(ctx, caller).await,
            None => Ok(Quota::default()),
        }
    }

    /// Counts that the secret was wrong. Whoever answers that it was calls this first.
    pub async fn failed<D: Database>(&self, ctx: &Ctx<D>) {
        if let Some(caller) = &self.0 {
            limits::failed(ctx, caller).await;
        }
    }
}

async fn counted<D: Database>(ctx: &Ctx<D>, caller: &Caller<'_>) -> Result<Quota, Limited> {
    let verdict = limits::admit(ctx, caller).await;
    if verdict.is_allowed() {
        Ok(Quota(Some(verdict)))
    } else {
        Err(Limited(verdict))
    }
}

impl Quota {
    /// Tells the client what is left.
    pub fn tell(&self, response: &mut FullResponse) {
        if let Some(verdict) = &self.0 {
            tell(verdict, response);
        }
    }
}

impl Limited {
    /// What is wrong, for the client.
    pub fn detail(&self) -> String {
        let what = match self.0.refusing() {
            Some(Policy::Tenant) => "of this tenant",
            Some(Policy::Address) => "from this address",
            Some(Policy::Failures) => "with a wrong secret",
            Some(Policy::Client) | None => "of this client",
        };
        let seconds = self.0.retry_after_secs().unwrap_or(1);
        format!("there are too many requests {what}: send it again in {seconds} s")
    }

    /// Tells the client when to come again.
    pub fn tell(&self, response: &mut FullResponse) {
        tell(&self.0, response);
        let seconds = self.0.retry_after_secs().unwrap_or(1);
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
    }

    /// As an OAuth error (RFC 6749 §5.2), which has no code for it at the token endpoint. This one it has for others.
    #[cfg_attr(
        not(test),
        expect(
            dead_code,
            reason = "for the endpoints of the authorization server, which call it"
        )
    )]
    pub fn into_oauth_response(self) -> FullResponse {
        let body = json!({
            "error": "temporarily_unavailable",
            "error_description": self.detail(),
        });
        let status = StatusCode::TOO_MANY_REQUESTS;
        let mut response = respond::json(status, "application/json", &body);
        self.tell(&mut response);
        response
    }
}

fn tell(verdict: &Verdict, response: &mut FullResponse) {
    let Some((policies, limits)) = verdict.fields() else {
        return;
    };
    for (name, value) in [(POLICY, policies), (LIMIT, limits)] {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(name, value);
        }
    }
}

/// Where a request comes from. Spin appends its headers to what the client sent under the same names, so only the last
/// value is Spin's.
fn address(headers: &HeaderMap, proxies: &Proxies) -> Option<ClientAddress> {
    let peer = headers.get_all("spin-client-addr").iter().next_back();
    let peer = peer.and_then(|value| value.to_str().ok());
    let forwarded = headers.get_all("x-forwarded-for").iter();
    // What isn't text is no address.
    proxies.client(
        peer,
        forwarded.map(|value| value.to_str().unwrap_or_default()),
    )
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;
    use pollster::block_on;
    use serde_json::Value as Json;

    use super::*;
    use rollcall_service::limits::{Ask, Rate};

    fn refused() -> Limited {
        let ask = Ask {
            policy: Policy::Client,
            rate: Rate::parse("2/1m").unwrap().unwrap(),
            shards: 1,
            key: String::new(),
            takes: true,
        };
        Limited(Verdict::of(&[ask], &[59_000_001]))
    }

    fn header<'r>(response: &'r FullResponse, name: &str) -> &'r str {
        response.headers()[name].to_str().unwrap()
    }

    #[test]
    fn a_refusal_says_when_to_come_again() {
        let response = refused().into_oauth_response();
        assert_eq!(response.status(), 429);
        assert_eq!(header(&response, "retry-after"), "30");
        assert_eq!(header(&response, "ratelimit-policy"), "\"client\";q=2;w=60");
        assert_eq!(header(&response, "ratelimit"), "\"client\";r=0;t=30");
        assert_eq!(header(&response, "cache-control"), "no-store");
        let body = block_on(response.into_body().collect()).unwrap().to_bytes();
        let body: Json = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["error"], "temporarily_unavailable");
        let expected = "there are too many requests of this client: send it again in 30 s";
        assert_eq!(body["error_description"], expected);
    }

    #[track_caller]
    fn check(headers: &[(&'static str, &str)], expected: Option<&str>) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_str(value).unwrap());
        }
        let proxies = Proxies::parse("10.0.0.0/8").unwrap();
        let address = address(&map, &proxies).map(|address| address.to_string());
        assert_eq!(address.as_deref(), expected, "{headers:?}");
    }

    #[test]
    fn the_address_is_what_the_host_says_and_not_what_the_client_does() {
        const SPIN: &str = "spin-client-addr";
        const FORWARDED: &str = "x-forwarded-for";
        check(&[], None);
        check(&[(SPIN, "192.0.2.1:80")], Some("192.0.2.1"));
        check(
            &[(SPIN, "203.0.113.9:1"), (SPIN, "192.0.2.1:80")],
            Some("192.0.2.1"),
        );
        check(
            &[(FORWARDED, "203.0.113.9"), (SPIN, "192.0.2.1:80")],
            Some("192.0.2.1"),
        );
        let proxied = [(FORWARDED, "203.0.113.9, 192.0.2.8"), (SPIN, "10.0.0.1:80")];
        check(&proxied, Some("192.0.2.8"));
        // A proxy that the client pretends to have come through.
        check(
            &[
                (FORWARDED, "203.0.113.9"),
                (SPIN, "10.0.0.1:1"),
                (SPIN, "192.0.2.1:80"),
            ],
            Some("192.0.2.1"),
        );
    }
}
