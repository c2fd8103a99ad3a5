//! Refresh tokens (RFC 6749 §6): each is used once, and has a successor (RFC 9700 §4.14.2).

use rollcall_core::Timestamp;

use super::actor::Actor;
use super::columns::Columns;
use super::grant::{self, Grant};
use crate::access::{TenantName, TokenHash};
use crate::error::StoreError;
use crate::sql::Database;
use crate::store::Store;

/// A refresh token of a live grant.
#[derive(Clone, Debug, PartialEq)]
pub struct RefreshToken {
    /// When it was issued.
    pub created: Timestamp,
    /// When it expires.
    pub expires: Timestamp,
    /// When it was used; then it is no longer live.
    pub used: Option<Timestamp>,
    /// What it is for.
    pub grant: Grant,
}

/// The columns of the refresh token `r` and its grant `g` that [`RefreshToken::read`] takes.
pub(super) const COLUMNS: &str = "r.created, r.expires, r.used";

impl RefreshToken {
    pub(super) fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            created: columns.time()?,
            expires: columns.time()?,
            used: columns.optional_time()?,
            grant: Grant::read(columns)?,
        })
    }
}

/// What is to take a refresh token's place.
#[derive(Clone, Copy, Debug)]
pub struct Successor<'s> {
    /// Its hash.
    pub hash: &'s TokenHash,
    /// What it is, in a form that only the holder of its predecessor can read: a second request with that one, a moment
    /// later, is told the same.
    pub sealed: &'s str,
}

/// What came of a rotation.
#[derive(Clone, Debug, PartialEq)]
pub enum Rotation {
    /// The successor has taken the token's place.
    Done,
    /// The token was used a moment ago, by another request of the same client's: this is [`Successor::sealed`] of then.
    Again(String),
    /// The token was used before, so it is in two hands: its family has just been revoked.
    Replayed,
    /// There is no such token of that client's, or it is not live.
    Unknown,
}

const MICROS: i64 = 1_000_000;

/// The refresh token `?2` of the tenant `?1` and its grant, when neither has expired at `?3`.
const FROM: &str = "FROM tenant t CROSS JOIN refresh_token r ON r.tenant = t.id AND r.hash = ?2 \
    CROSS JOIN live_grant g ON g.tenant = t.id AND g.id = r.auth_grant \
    WHERE t.name = ?1 AND r.expires > ?3 AND g.expires > ?3";

impl<D: Database> Store<D> {
    /// A refresh token of a live grant, whoever's it is.
    ///
    /// # Errors
    /// [`StoreError::Backend`].
    pub async fn refresh_token(
        &self,
        tenant: &TenantName,
        hash: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<RefreshToken>, StoreError> {
        let statement = format!("SELECT {COLUMNS}, {} {FROM}", grant::COLUMNS);
        let parameters = vec![tenant.as_str().into(), hash.into(), now.as_micros().into()];
        let rows = self.run(&statement, parameters).await?;
        let token = rows
            .first()
            .map(|row| RefreshToken::read(&mut Columns::of(row)));
        token.transpose()
    }

    /// Puts a successor in the place of a client's refresh token. It lives as long as the token was to live, and no
    /// longer than the grant. Of many calls at once one is [`Rotation::Done`], and the others, within `grace_secs` and
    /// as long as the successor has not been used, are [`Rotation::Again`].
    ///
    /// # Errors
    /// [`StoreError::Busy`]; [`StoreError::Backend`].
    pub async fn rotate(
        &self,
        tenant: &TenantName,
        (client, hash): (&str, &TokenHash),
        successor: &Successor<'_>,
        grace_secs: u32,
        now: Timestamp,
    ) -> Result<Rotation, StoreError> {
        let statement = "UPDATE refresh_token SET used = ?3, successor = ?5, sealed = ?6 \
            WHERE tenant = (SELECT id FROM tenant WHERE name = ?1) AND hash = ?2 AND used IS NULL AND expires > ?3 \
            AND EXISTS (SELECT 1 FROM live_grant g WHERE g.tenant = refresh_token.tenant \
            AND g.id = refresh_token.auth_grant AND g.client = ?4 AND g.expires > ?3) RETURNING 1";
        let mut parameters = vec![
            tenant.as_str().into(),
            hash.into(),
            now.as_micros().into(),
            client.into(),
        ];
        let named = parameters.clone();
        parameters.extend([successor.hash.into(), successor.sealed.into()]);
        if !self.run(statement, parameters).await?.is_empty() {
            return Ok(Rotation::Done);
        }
        let statement = format!(
            "SELECT r.used, r.sealed, EXISTS (SELECT 1 FROM refresh_token s \
             WHERE s.tenant = r.tenant AND s.hash = r.successor AND s.used IS NULL), g.id {FROM} AND g.client = ?4"
        );
        let rows = self.run(&statement, named).await?;
        let Some(row) = rows.first() else {
            return Ok(Rotation::Unknown);
        };
        let mut columns = Columns::of(row);
        let used = columns.optional_integer()?;
        let sealed = columns.optional_text()?;
        let is_last = columns.is_set()?;
        let grant = columns.text()?;
        let Some((used, sealed)) = used.zip(sealed) else {
            return Ok(Rotation::Unknown);
        };
        if is_last && now.as_micros() - used <= i64::from(grace_secs) * MICROS {
            return Ok(Rotation::Again(sealed));
        }
        self.revoke_grant(tenant, Actor::Client(client), &grant, now)
            .await?;
        Ok(Rotation::Replayed)
    }
}
