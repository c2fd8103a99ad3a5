//! Paging cursors (RFC 9865): the place in a sorted list after or before which a page is.
//!
//! A cursor is opaque to clients, signed, bound to the tenant and the query that it comes from, and expires. Nothing of it
//! is kept on the server, so any instance can go on.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use rollcall_core::ScimError;
use rollcall_store::{Database, Key, Place};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::search::{SearchRequest, Searched};
use crate::session::Session;

/// For how long a cursor can be used, in seconds.
pub const CURSOR_TIMEOUT_SECS: u32 = 3600;

/// The length of the signature, in bytes.
const SIGNATURE: usize = 16;

/// Which way a page is from the place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Direction {
    /// After it.
    On,
    /// Before it.
    Back,
}

/// What a cursor says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cursor {
    pub direction: Direction,
    pub place: Place,
}

/// What must be the same in every request that uses a cursor.
pub(super) struct Fingerprint {
    query: Vec<u8>,
    count: u32,
}

impl Fingerprint {
    pub fn of<D: Database>(
        session: &Session<'_, D>,
        types: &[Searched<'_>],
        request: &SearchRequest,
        count: u32,
    ) -> Self {
        let names: Vec<&str> = types
            .iter()
            .map(|searched| searched.resource_type.name.as_str())
            .collect();
        let query = json!([
            session.access.tenant.as_str(),
            names,
            request.filter,
            request.sort_by,
            request.sort_order
        ]);
        Self {
            query: Sha256::digest(query.to_string()).to_vec(),
            count,
        }
    }
}

impl Cursor {
    /// The text that the client sends back.
    pub fn seal<D: Database>(&self, session: &Session<'_, D>, fingerprint: &Fingerprint) -> String {
        let expires = session.now().as_millis() / 1000 + i64::from(CURSOR_TIMEOUT_SECS);
        let key = match &self.place.key {
            Key::Text(text) => json!(text),
            Key::Integer(number) => json!(number),
            Key::Real(number) => json!({ "real": number.to_bits() }),
            Key::None => Json::Null,
        };
        let back = self.direction == Direction::Back;
        let said = json!([key, self.place.row, back, fingerprint.count, expires]).to_string();
        let signature = signature(session, fingerprint, said.as_bytes());
        URL_SAFE_NO_PAD.encode([signature.as_slice(), said.as_bytes()].concat())
    }

    /// Reads what a client has sent back.
    ///
    /// # Errors
    /// `invalidCursor`, `expiredCursor`, `invalidCount`.
    pub fn open<D: Database>(
        text: &str,
        session: &Session<'_, D>,
        fingerprint: &Fingerprint,
    ) -> Result<Self, ScimError> {
        let invalid = || {
            ScimError::invalid_cursor(
                "`cursor` is none that this query has returned: send it with the same query, or begin with an empty one",
            )
        };
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| invalid())?;
        let (sent, said) = bytes.split_at_checked(SIGNATURE).ok_or_else(invalid)?;
        let mac = mac(session, fingerprint, said);
        mac.verify_truncated_left(sent).map_err(|_| invalid())?;
        let (key, row, back, count, expires): (Json, i64, bool, u32, i64) =
            serde_json::from_slice(said).map_err(|_| invalid())?;
        if expires <= session.now().as_millis() / 1000 {
            return Err(ScimError::expired_cursor(format!(
                "`cursor` is older than {CURSOR_TIMEOUT_SECS} seconds: begin again with an empty one"
            )));
        }
        // RFC 9865 §2.1: "must be equal to the count value of the initial query"
        if count != fingerprint.count {
            return Err(ScimError::invalid_count(format!(
                "`count` must stay {count}, as in the request that returned the cursor"
            )));
        }
        let direction = if back { Direction::Back } else { Direction::On };
        let key = key_of(&key).ok_or_else(invalid)?;
        Ok(Self {
            direction,
            place: Place { key, row },
        })
    }
}

fn key_of(key: &Json) -> Option<Key> {
    Some(match key {
        Json::Null => Key::None,
        Json::String(text) => Key::Text(text.clone()),
        Json::Object(real) => Key::Real(f64::from_bits(real.get("real")?.as_u64()?)),
        number => Key::Integer(number.as_i64()?),
    })
}

fn signature<D: Database>(
    session: &Session<'_, D>,
    fingerprint: &Fingerprint,
    said: &[u8],
) -> Vec<u8> {
    let mac = mac(session, fingerprint, said).finalize().into_bytes();
    mac.into_iter().take(SIGNATURE).collect()
}

fn mac<D: Database>(
    session: &Session<'_, D>,
    fingerprint: &Fingerprint,
    said: &[u8],
) -> Hmac<Sha256> {
    // A key that is shorter than a block is filled with zeros.
    let key = &session.profile.settings.cursor_key;
    let mut block = hmac::digest::common::Key::<Hmac<Sha256>>::default();
    for (padded, byte) in block.iter_mut().zip(key) {
        *padded = *byte;
    }
    let mut mac = Hmac::<Sha256>::new(&block);
    mac.update(&fingerprint.query);
    mac.update(said);
    mac
}
