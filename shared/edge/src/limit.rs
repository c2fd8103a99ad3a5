//! Whether a request may be served at all, and how a client is told: 429 (RFC 6585 §4), `Retry-After`, and the fields
//! of draft-ietf-httpapi-ratelimit-headers.

use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use rollcall_service::limits::{
    self, Admission, Caller, Client, ClientAddress, Policy, Proxies, Unseen,
};
use rollcall_service::{Ctx, Database, TenantName};

use crate::respond::FullResponse;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// What a request that may be served has left.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Quota {
    admission: Option<Admission>,
    /// What is to be settled when it has been answered.
    unseen: Option<Unseen>,
}

/// A request that comes too early.
#[derive(Debug, PartialEq)]
pub(crate) struct Limited(Admission);

/// Counts a request with a bearer token, before any work is done for it. All that has the same `endpoint` counts together.
///
/// # Errors
/// [`Limited`].
pub(crate) async fn admit<D: Database>(
    ctx: &Ctx<D>,
    head: &Request<()>,
    endpoint: &str,
    tenant: &TenantName,
    token: &str,
) -> Result<Quota, Limited> {
    if ctx.config.limits.are_off() {
        return Ok(Quota::default());
    }
    let caller = Caller {
        endpoint,
        tenant,
        client: Some(Client::Token(token)),
        address: address(head.headers(), &ctx.config.proxies),
    };
    counted(ctx, &caller).await
}

/// A request whose caller is about to say who it is, with a secret that could be guessed.
pub(crate) struct Login<'c>(Option<Caller<'c>>);

impl<'c> Login<'c> {
    /// Of this client, at this endpoint.
    pub fn new<D: Database>(
        ctx: &Ctx<D>,
        head: &Request<()>,
        endpoint: &'c str,
        tenant: &'c TenantName,
        client: Option<Client<'c>>,
    ) -> Self {
        let is_limited = !ctx.config.limits_of(client).are_all_off();
        Self(is_limited.then(|| Caller {
            endpoint,
            tenant,
            client,
            address: address(head.headers(), &ctx.config.proxies),
        }))
    }

    /// Has the request answered, unless there have been too many, or too many failures. The request counts before its
    /// secret is looked at, and the failure before it is told.
    pub async fn answer<D: Database, E: From<Limited>>(
        &self,
        ctx: &Ctx<D>,
        answer: impl Future<Output = Result<FullResponse, E>>,
        has_failed: impl FnOnce(&E) -> bool,
        into_response: impl FnOnce(E) -> FullResponse,
    ) -> FullResponse {
        let Some(caller) = &self.0 else {
            return answer.await.unwrap_or_else(into_response);
        };
        let mut quota = Quota::default();
        let answered = match counted(ctx, caller).await {
            Ok(counted) => {
                quota = counted;
                quota.settle(ctx, answer.await).await
            }
            Err(limited) => Err(limited.into()),
        };
        if answered.as_ref().is_err_and(has_failed) {
            limits::failed(ctx, caller).await;
        }
        let mut response = answered.unwrap_or_else(into_response);
        quota.tell(&mut response);
        response
    }
}

async fn counted<D: Database>(ctx: &Ctx<D>, caller: &Caller<'_>) -> Result<Quota, Limited> {
    let admission = limits::admit(ctx, caller).await;
    if admission.is_allowed() {
        Ok(Quota {
            admission: Some(admission),
            unseen: limits::unseen(ctx, caller),
        })
    } else {
        Err(Limited(admission))
    }
}

impl Quota {
    /// What comes of a request that was let in. One for a tenant that there is not may have been one too many.
    pub async fn settle<D: Database, T, E: From<Limited>>(
        &mut self,
        ctx: &Ctx<D>,
        answered: Result<T, E>,
    ) -> Result<T, E> {
        let Some(unseen) = self.unseen.take() else {
            return answered;
        };
        let admission = limits::settle(ctx, unseen, answered.is_ok()).await;
        if admission.is_allowed() {
            return answered;
        }
        self.admission = None;
        Err(Limited(admission).into())
    }

    /// Tells the client what is left.
    pub fn tell(&self, response: &mut FullResponse) {
        if let Some(admission) = &self.admission {
            tell(admission, response.headers_mut());
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
    pub fn tell(&self, headers: &mut HeaderMap) {
        tell(&self.0, headers);
        let seconds = self.0.retry_after_secs().unwrap_or(1);
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
}

fn tell(admission: &Admission, headers: &mut HeaderMap) {
    let Some((policies, limits)) = admission.fields() else {
        return;
    };
    for (name, value) in [(POLICY, policies), (LIMIT, limits)] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
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
    use rollcall_service::limits::{Ask, Rate};

    use super::*;

    fn refused() -> Limited {
        let ask = Ask {
            policy: Policy::Client,
            rate: Rate::parse("2/1m").unwrap().unwrap(),
            shards: 1,
            key: String::new(),
            takes: true,
        };
        Limited(Admission::of(&[ask], &[59_000_001]))
    }

    #[test]
    fn a_refusal_says_when_to_come_again() {
        let mut headers = HeaderMap::new();
        refused().tell(&mut headers);
        assert_eq!(headers["retry-after"], "30");
        assert_eq!(headers["ratelimit-policy"], "\"client\";q=2;w=60");
        assert_eq!(headers["ratelimit"], "\"client\";r=0;t=30");
        let expected = "there are too many requests of this client: send it again in 30 s";
        assert_eq!(refused().detail(), expected);
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
