//! The keys of clients that publish them (`jwks_uri`, RFC 7591 §2). An instance remembers them.

use std::cell::RefCell;
use std::collections::BTreeMap;

use rollcall_oauth::OAuthError;
use rollcall_oauth::jose::JwkSet;
use rollcall_store::Database;

use super::fetch;
use super::trusted::REFRESH_SECS;
use crate::ctx::Ctx;

/// How many clients' keys an instance remembers.
const MAX_CLIENTS: usize = 64;

/// How long nobody tries after a fetch that failed.
const REST_SECS: i64 = 30;

/// By address.
#[derive(Default)]
pub(crate) struct ClientKeys(RefCell<BTreeMap<String, Known>>);

#[derive(Clone, Default)]
struct Known {
    set: Option<JwkSet>,
    fetched_secs: i64,
    expires_secs: i64,
    /// Until when nobody tries.
    rest_until_secs: i64,
}

impl ClientKeys {
    fn get(&self, address: &str) -> Known {
        self.0.borrow().get(address).cloned().unwrap_or_default()
    }

    fn keep(&self, address: &str, known: Known) {
        let mut all = self.0.borrow_mut();
        if all.len() >= MAX_CLIENTS && !all.contains_key(address) {
            all.clear();
        }
        all.insert(address.to_owned(), known);
    }
}

/// The keys that a client publishes. With `anew`, because it used one that is not among them, they are fetched again if
/// that was a while ago.
///
/// # Errors
/// `invalid_client` when they cannot be had: the client cannot prove itself.
pub async fn client_keys<D: Database>(
    ctx: &Ctx<D>,
    address: &str,
    anew: bool,
) -> Result<JwkSet, OAuthError> {
    let now_secs = ctx.now().as_secs();
    let known = ctx.client_keys.get(address);
    let is_old =
        known.expires_secs <= now_secs || (anew && known.fetched_secs + REFRESH_SECS <= now_secs);
    if known.set.is_none() || is_old {
        if known.rest_until_secs <= now_secs {
            match fetch::keys(ctx, address).await {
                Ok(keys) => {
                    let fresh = Known {
                        set: Some(keys.set.clone()),
                        fetched_secs: now_secs,
                        expires_secs: now_secs + keys.life_secs,
                        rest_until_secs: 0,
                    };
                    ctx.client_keys.keep(address, fresh);
                    return Ok(keys.set);
                }
                Err(reason) => {
                    eprintln!("the keys of a client at {address}: {reason}");
                    let rest_until_secs = now_secs + REST_SECS;
                    let failed = Known {
                        rest_until_secs,
                        ..known.clone()
                    };
                    ctx.client_keys.keep(address, failed);
                }
            }
        }
        // What was published a day ago may have been withdrawn since.
        if known.fetched_secs + fetch::MAX_LIFE_SECS <= now_secs {
            return Err(unavailable());
        }
    }
    known.set.ok_or_else(unavailable)
}

fn unavailable() -> OAuthError {
    OAuthError::invalid_client("the keys at the client's `jwks_uri` cannot be had at the moment")
}
