//! The JWKS of a tenant as it is published to key-value, where it is read faster than from the store, and nearer to the
//! edge.
//!
//! Key-value is a cache in front of the store like any other, and no better: a set that is read there counts until the
//! time that was set when it was read from the store, and whoever is told it may keep it no longer. So an old set that
//! comes back, from a slow replica or because two instances published at once, does no harm.
//! See `docs/decisions/0007-jwks-in-key-value.md`.

use rollcall_store::{Database, TenantName};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::keys::{JWKS_SECS, Keys};
use crate::ctx::Ctx;

/// A set that counts for less than this is read anew, so that nobody is told to come back at once.
const LEAST_SECS: i64 = 60;

/// A set, and until when it may be kept.
#[derive(Debug, Serialize, Deserialize)]
struct Published {
    /// The JWKS (RFC 7517 §5).
    jwks: Json,
    /// In seconds since 1970.
    until: i64,
}

/// The set that is published, and for how many seconds it may be kept. `None` where there is none, or where key-value
/// does not answer: the store has it.
pub(super) async fn find<D: Database>(ctx: &Ctx<D>, tenant: &TenantName) -> Option<(Json, i64)> {
    let found = ctx.documents.get(&name(tenant)).await;
    let found = found.inspect_err(|error| eprintln!("key-value does not answer: {error}"));
    let published: Published = serde_json::from_slice(&found.ok()??).ok()?;
    let left = published.until - ctx.now().as_secs();
    // More than there can be was set by a clock that is far ahead.
    (LEAST_SECS..=JWKS_SECS)
        .contains(&left)
        .then_some((published.jwks, left))
}

/// Publishes keys that have just been read from the store, and says what [`find`] would. When key-value fails, the old set
/// counts until its time is over.
pub(super) async fn publish<D: Database>(
    ctx: &Ctx<D>,
    tenant: &TenantName,
    keys: &Keys,
) -> (Json, i64) {
    let now = ctx.now();
    let (set, max_age) = keys.published(now);
    let published = Published {
        jwks: set.to_json(),
        until: now.as_secs() + max_age,
    };
    if max_age >= LEAST_SECS
        && let Ok(document) = serde_json::to_vec(&published)
        && let Err(error) = ctx.documents.put(&name(tenant), &document).await
    {
        eprintln!("the keys of `{tenant}` are not published to key-value: {error}");
    }
    (published.jwks, max_age)
}

/// Takes back what is published in the name of a tenant: one that is gone has no keys, and a new one of that name has none
/// of those, though its first key signs at once. When key-value fails, the old set counts until its time is over.
pub(crate) async fn withdraw<D: Database>(ctx: &Ctx<D>, tenant: &TenantName) {
    let nothing = br#"{"jwks":{"keys":[]},"until":0}"#;
    if let Err(error) = ctx.documents.put(&name(tenant), nothing).await {
        eprintln!("the keys of `{tenant}` are not taken back from key-value: {error}");
    }
}

/// With the service's name, since some key-value stores are shared by applications.
fn name(tenant: &TenantName) -> String {
    format!("rollcall/jwks/{tenant}")
}
