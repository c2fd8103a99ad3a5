//! The bearer token of a request (RFC 6750 §2.1).

use http::header::AUTHORIZATION;
use http::{HeaderMap, Request};
use rollcall_oauth::Scheme;
use rollcall_service::SentProof;
use rollcall_service::auth::{Issuer, Sent};

/// The token of the one `Authorization` header with the scheme `Bearer`, which is case-insensitive. `None` when there
/// is no such header, more than one, or one of another form. What stands for the token is taken as it is: an operator's
/// admin token may have any printable characters.
pub(crate) fn token(headers: &HeaderMap) -> Option<&str> {
    match sent(headers)? {
        (Scheme::Bearer, token) => Some(token),
        _ => None,
    }
}

/// The same for the schemes `Bearer` and `DPoP` (RFC 9449 §7.1), with the scheme.
pub(crate) fn sent(headers: &HeaderMap) -> Option<(Scheme, &str)> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let token = token.trim_matches(' ');
    let known = [(Scheme::Bearer, "bearer"), (Scheme::Dpop, "dpop")];
    let mut known = known.into_iter();
    let (scheme, _) = known.find(|(_, name)| scheme.eq_ignore_ascii_case(name))?;
    (!token.is_empty()).then_some((scheme, token))
}

/// The token with the proof that came with it, if it was sent with the scheme `DPoP`.
pub(crate) fn as_sent<'r>(
    head: &Request<()>,
    issuer: &Issuer,
    (scheme, token): (Scheme, &'r str),
) -> Sent<'r> {
    let proof = (scheme == Scheme::Dpop).then(|| proof(head, issuer));
    Sent { token, proof }
}

/// What a request proves. What is no text is no proof either.
fn proof(head: &Request<()>, issuer: &Issuer) -> SentProof {
    let fields = head.headers().get_all("dpop").iter();
    // The path as it was sent, below the address that the service goes by.
    let path = head.uri().path();
    SentProof {
        method: head.method().to_string(),
        url: format!("{}{path}", issuer.base()),
        fields: fields
            .map(|value| value.to_str().unwrap_or_default().to_owned())
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[track_caller]
    fn check(values: &[&str], expected: Option<&str>) {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        assert_eq!(token(&headers), expected, "{values:?}");
    }

    #[test]
    fn ok_the_scheme_in_any_case() {
        check(&["Bearer rc_a-b"], Some("rc_a-b"));
        check(&["bearer  x.y~z"], Some("x.y~z"));
        check(&["Bearer p@ss word!"], Some("p@ss word!"));
    }

    #[test]
    fn err_anything_else() {
        check(&[], None);
        check(&["Bearer"], None);
        check(&["Bearer "], None);
        check(&["Basic YTpi"], None);
        check(&["DPoP a"], None);
        check(&["Bearer a", "Bearer b"], None);
    }

    #[test]
    fn a_token_with_a_proof_has_a_scheme_of_its_own() {
        let mut headers = HeaderMap::new();
        headers.append(AUTHORIZATION, HeaderValue::from_static("dpop a"));
        assert_eq!(sent(&headers), Some((Scheme::Dpop, "a")));
        headers.append(AUTHORIZATION, HeaderValue::from_static("Bearer a"));
        assert_eq!(sent(&headers), None);
    }
}
