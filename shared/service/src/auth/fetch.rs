//! Fetching the keys of others (RFC 7517 §5): within bounds, because the address is theirs, too.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use rollcall_oauth::jose::JwkSet;
use rollcall_store::Database;

use crate::ctx::Ctx;
use crate::ports::{FetchError, Fetched};

/// The largest document, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// How long an answer may take.
const PATIENCE_MILLIS: u64 = 3000;

/// How long to wait before the second and the third attempt.
const PAUSES_MILLIS: [u64; 2] = [200, 800];

/// How long keys are kept at least: nobody makes us fetch at each request.
pub(super) const MIN_LIFE_SECS: i64 = 5 * 60;

/// How long keys are kept at most: by then one that was withdrawn is gone.
pub(super) const MAX_LIFE_SECS: i64 = 24 * 60 * 60;

/// How long keys are kept when nothing is said.
const LIFE_SECS: i64 = 60 * 60;

/// Keys that were fetched.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Keys {
    /// The document.
    pub document: String,
    /// What of it can be used.
    pub set: JwkSet,
    /// How long they may be kept.
    pub life_secs: i64,
}

/// Fetches a JWK Set.
///
/// # Errors
/// What is wrong, for the log.
pub(super) async fn keys<D: Database>(ctx: &Ctx<D>, address: &str) -> Result<Keys, String> {
    // It was checked when it was set, perhaps by other rules.
    let outbound = &ctx.config.outbound;
    outbound
        .check(address)
        .map_err(|reason| format!("the address {reason}"))?;
    for pause in PAUSES_MILLIS {
        match attempt(ctx, address).await {
            Err(Attempt::Again(_)) => ctx.fetch.pause(pause).await,
            Err(Attempt::Never(reason)) => return Err(reason),
            Ok(fetched) => return read(fetched),
        }
    }
    match attempt(ctx, address).await {
        Err(Attempt::Again(reason) | Attempt::Never(reason)) => Err(reason),
        Ok(fetched) => read(fetched),
    }
}

/// Why an attempt failed.
enum Attempt {
    /// Another one may do.
    Again(String),
    /// Another one would fail, too.
    Never(String),
}

async fn attempt<D: Database>(ctx: &Ctx<D>, address: &str) -> Result<Fetched, Attempt> {
    let mut answer = pin!(ctx.fetch.get(address, MAX_BYTES));
    let mut patience = pin!(ctx.fetch.pause(PATIENCE_MILLIS));
    let first = poll_fn(|context| match answer.as_mut().poll(context) {
        Poll::Ready(answer) => Poll::Ready(Some(answer)),
        Poll::Pending => patience.as_mut().poll(context).map(|()| None),
    });
    match first.await {
        None => Err(Attempt::Again(format!(
            "no answer within {PATIENCE_MILLIS} ms"
        ))),
        Some(Err(error @ FetchError::TooLarge)) => Err(Attempt::Never(error.to_string())),
        Some(Err(error @ FetchError::Unreachable(_))) => Err(Attempt::Again(error.to_string())),
        Some(Ok(fetched)) => match fetched.status {
            200 => Ok(fetched),
            status @ 500.. => Err(Attempt::Again(format!("the answer is {status}"))),
            status @ 300..400 => Err(Attempt::Never(format!(
                "the answer is {status}: redirects are not followed"
            ))),
            status => Err(Attempt::Never(format!("the answer is {status}"))),
        },
    }
}

fn read(fetched: Fetched) -> Result<Keys, String> {
    let content_type = fetched.content_type.as_deref().unwrap_or_default();
    if !is_json(content_type) {
        return Err(format!("the answer is `{content_type}`, and no JSON"));
    }
    let document = match String::from_utf8(fetched.body) {
        Ok(document) if document.len() <= MAX_BYTES => document,
        Ok(_) => return Err(FetchError::TooLarge.to_string()),
        Err(_) => return Err("the answer is not UTF-8".to_owned()),
    };
    let set = JwkSet::parse(document.as_bytes()).filter(|set| !set.is_empty());
    Ok(Keys {
        set: set.ok_or("the answer is no JWK set, or has no key that can be used")?,
        life_secs: life_secs(fetched.cache_control.as_deref().unwrap_or_default()),
        document,
    })
}

/// `application/json`, or a type built on it, as `application/jwk-set+json`.
fn is_json(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    let media_type = media_type.to_ascii_lowercase();
    media_type == "application/json"
        || (media_type.starts_with("application/") && media_type.ends_with("+json"))
}

/// For how long `Cache-Control` (RFC 9111 §5.2.2) lets keys be kept, within bounds.
fn life_secs(cache_control: &str) -> i64 {
    let mut life = LIFE_SECS;
    for directive in cache_control.split(',') {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "no-store" | "no-cache" => return MIN_LIFE_SECS,
            "max-age" => {
                let secs = value.trim().trim_matches('"').parse::<u64>();
                life = secs.map_or(LIFE_SECS, |secs| i64::try_from(secs).unwrap_or(i64::MAX));
            }
            _ => {}
        }
    }
    life.clamp(MIN_LIFE_SECS, MAX_LIFE_SECS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_kept_as_long_as_their_owner_says_within_bounds() {
        for (cache_control, expected) in [
            ("", 3600),
            ("public", 3600),
            ("max-age=x", 3600),
            ("max-age=7200", 7200),
            ("public, Max-Age = \"900\"", 900),
            ("max-age=0", 300),
            ("max-age=1", 300),
            ("max-age=99999999999999999999", 3600),
            ("max-age=9999999999", 86_400),
            ("no-store", 300),
            ("max-age=7200, no-cache", 300),
        ] {
            assert_eq!(life_secs(cache_control), expected, "{cache_control}");
        }
    }

    #[test]
    fn json_and_what_is_built_on_it() {
        for content_type in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/jwk-set+json",
        ] {
            assert!(is_json(content_type), "{content_type}");
        }
        for content_type in [
            "",
            "text/html",
            "text/json",
            "application/jsonp",
            "text/x+json",
        ] {
            assert!(!is_json(content_type), "{content_type}");
        }
    }
}
