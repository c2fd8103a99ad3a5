//! Introspection (RFC 7662): whether a token is live, and what has to be known of the client that asks, in one read.

use rollcall_core::Timestamp;

use super::authenticate::{self, Authentication, FROM, WIDTH};
use super::columns::Columns;
use super::grant;
use super::opaque::{self, OpaqueToken};
use super::packed::{packed, unpacked};
use super::refresh::{self, RefreshToken};
use crate::access::{TenantName, TokenHash};
use crate::credential::{Claims, live_jwt};
use crate::error::StoreError;
use crate::sql::{Database, Row, Value};
use crate::store::Store;

/// What an answer shows beside what the token says itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The name of the client that the token was issued to.
    pub client_name: String,
    /// The user name of the person behind it.
    pub user_name: Option<String>,
}

impl Shown {
    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            client_name: columns.text()?,
            user_name: columns.optional_text()?,
        })
    }
}

/// The row of the person `p`, given their id. They are the one who is meant if the token is live.
macro_rules! person {
    ($id:literal) => {
        concat!(
            " LEFT JOIN resource p ON p.tenant = t.id AND p.id = ",
            $id,
            " AND p.type = 'User' WHERE t.name = ?1"
        )
    };
}

/// What [`Shown::read`] takes.
const SHOWN: &str = "o.name, p.doc ->> '$.userName'";

const JWT: &str = concat!(
    " LEFT JOIN client o ON o.tenant = t.id AND ",
    live_jwt!("o", "?4"),
    person!("iif(o.id IS NULL, NULL, ?4 ->> 5)")
);

const OPAQUE: &str = concat!(
    " LEFT JOIN live_access_token a ON a.tenant = t.id AND a.hash = ?4 AND a.expires > ?3 \
     LEFT JOIN client o ON o.tenant = t.id AND o.id = a.client",
    person!("a.person")
);

const REFRESH: &str = concat!(
    " LEFT JOIN refresh_token r ON r.tenant = t.id AND r.hash = ?4 AND r.used IS NULL AND r.expires > ?3 \
     LEFT JOIN live_grant g ON g.tenant = t.id AND g.id = r.auth_grant AND g.expires > ?3 \
     LEFT JOIN client o ON o.tenant = t.id AND o.id = g.client",
    person!("g.person")
);

impl<D: Database> Store<D> {
    /// Whether a JWT is live, whose signature, issuer and times the caller has checked, and what is shown of it; with
    /// what has to be known to authenticate `caller`, who asks.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such tenant.
    pub async fn introspect_jwt(
        &self,
        tenant: &TenantName,
        caller: &str,
        claims: &Claims,
        now: Timestamp,
    ) -> Result<(Authentication, Option<Shown>), StoreError> {
        let row = self
            .introspect((tenant, caller, now), (SHOWN, JWT), claims.value())
            .await?;
        let shown = optional(&row, Shown::read)?;
        Ok((authenticate::read(&row)?, shown))
    }

    /// The same for an opaque access token.
    ///
    /// # Errors
    /// As [`Self::introspect_jwt`].
    pub async fn introspect_opaque(
        &self,
        tenant: &TenantName,
        caller: &str,
        hash: &TokenHash,
        now: Timestamp,
    ) -> Result<(Authentication, Option<(OpaqueToken, Shown)>), StoreError> {
        let columns = format!("{}, {SHOWN}", opaque::COLUMNS);
        let row = self
            .introspect((tenant, caller, now), (&columns, OPAQUE), hash.into())
            .await?;
        let token = optional(&row, |columns| {
            Ok((OpaqueToken::read(columns)?, Shown::read(columns)?))
        })?;
        Ok((authenticate::read(&row)?, token))
    }

    /// The same for a refresh token. One that was used is not live.
    ///
    /// # Errors
    /// As [`Self::introspect_jwt`].
    pub async fn introspect_refresh(
        &self,
        tenant: &TenantName,
        caller: &str,
        hash: &TokenHash,
        now: Timestamp,
    ) -> Result<(Authentication, Option<(RefreshToken, Shown)>), StoreError> {
        // The grant's id is NULL where it isn't live, and comes first.
        let columns = format!("g.id, {}, {}, {SHOWN}", refresh::COLUMNS, grant::COLUMNS);
        let row = self
            .introspect((tenant, caller, now), (&columns, REFRESH), hash.into())
            .await?;
        let token = optional(&row, |columns| {
            columns.skip();
            Ok((RefreshToken::read(columns)?, Shown::read(columns)?))
        })?;
        Ok((authenticate::read(&row)?, token))
    }

    async fn introspect(
        &self,
        (tenant, caller, now): (&TenantName, &str, Timestamp),
        (columns, joins): (&str, &str),
        token: Value,
    ) -> Result<Row, StoreError> {
        let columns = format!("{}, {columns}", authenticate::columns());
        let statement = format!("SELECT {} {FROM}{joins}", packed(&columns));
        let mut parameters = authenticate::parameters(tenant, caller, now);
        parameters.push(token);
        let rows = self.run(&statement, parameters).await?;
        unpacked(rows.first().ok_or(StoreError::NotFound)?)
    }
}

/// Reads what stands after the columns of the caller; `None` if the first of them is NULL.
fn optional<T>(
    row: &Row,
    read: impl FnOnce(&mut Columns<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let mut columns = Columns::after(row, WIDTH);
    if columns.is_null() {
        Ok(None)
    } else {
        read(&mut columns).map(Some)
    }
}
