//! External issuers whose tokens a tenant takes, with their keys and the state of the circuit breaker, which all
//! instances share.

use rollcall_core::Timestamp;

use super::columns::Columns;
use crate::access::TenantName;
use crate::error::StoreError;
use crate::procedures::ISSUERS;
use crate::sql::{Database, Row};
use crate::store::Store;

/// An issuer that a tenant trusts.
#[derive(Clone, Debug, PartialEq)]
pub struct Issuer {
    /// The value of `iss` in its tokens.
    pub issuer: String,
    /// Where its keys are.
    pub jwks_uri: String,
    /// The value of `aud` that its tokens must have.
    pub audience: String,
    /// What its claims mean here, as JSON.
    pub mapping: String,
    /// When it was first trusted.
    pub created: Timestamp,
    /// Its keys, if they have been fetched.
    pub jwks: Option<Jwks>,
    /// Whether they are fetched at all.
    pub breaker: Breaker,
}

/// An issuer that is to be trusted.
#[derive(Clone, Copy, Debug)]
pub struct IssuerDraft<'d> {
    /// The value of `iss` in its tokens.
    pub issuer: &'d str,
    /// Where its keys are.
    pub jwks_uri: &'d str,
    /// The value of `aud` that its tokens must have.
    pub audience: &'d str,
    /// What its claims mean here, as JSON.
    pub mapping: &'d str,
}

/// A JWK Set (RFC 7517 §5) that was fetched.
#[derive(Clone, Debug, PartialEq)]
pub struct Jwks {
    /// The document.
    pub document: String,
    /// When it was fetched.
    pub fetched: Timestamp,
    /// Until when it need not be fetched again.
    pub expires: Timestamp,
}

/// A circuit breaker.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Breaker {
    /// How many fetches in a row have failed.
    pub failures: u32,
    /// Until when nobody tries; the epoch if anybody may.
    pub open_until: Timestamp,
}

const COLUMNS: &str = "i.issuer, i.jwks_uri, i.audience, i.mapping, i.created, i.failures, i.open_until, i.jwks, i.fetched, i.expires";

fn read(row: &Row) -> Result<Issuer, StoreError> {
    let mut columns = Columns::of(row);
    Ok(Issuer {
        issuer: columns.text()?,
        jwks_uri: columns.text()?,
        audience: columns.text()?,
        mapping: columns.text()?,
        created: columns.time()?,
        breaker: breaker(&mut columns)?,
        jwks: if columns.is_null() {
            None
        } else {
            Some(Jwks {
                document: columns.text()?,
                fetched: columns.time()?,
                expires: columns.time()?,
            })
        },
    })
}

fn breaker(columns: &mut Columns<'_>) -> Result<Breaker, StoreError> {
    Ok(Breaker {
        failures: columns.count()?,
        open_until: columns.time()?,
    })
}

impl<D: Database> Store<D> {
    /// Trusts an issuer, or changes how. Its keys are forgotten if they are somewhere else now.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such tenant.
    pub async fn trust_issuer(
        &self,
        tenant: &TenantName,
        issuer: &IssuerDraft<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = "INSERT INTO trust (tenant, at, issuer, jwks_uri, audience, mapping) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let parameters = vec![
            tenant.as_str().into(),
            now.as_micros().into(),
            issuer.issuer.into(),
            issuer.jwks_uri.into(),
            issuer.audience.into(),
            issuer.mapping.into(),
        ];
        self.call(&ISSUERS, statement, parameters).await.map(drop)
    }

    /// No longer trusts an issuer.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the tenant doesn't anyway.
    pub async fn distrust_issuer(
        &self,
        tenant: &TenantName,
        issuer: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = "INSERT INTO distrust (tenant, at, issuer) VALUES (?1, ?2, ?3)";
        let parameters = vec![
            tenant.as_str().into(),
            now.as_micros().into(),
            issuer.into(),
        ];
        self.call(&ISSUERS, statement, parameters).await.map(drop)
    }

    /// An issuer that the tenant trusts.
    ///
    /// # Errors
    /// [`StoreError::Backend`].
    pub async fn trusted_issuer(
        &self,
        tenant: &TenantName,
        issuer: &str,
    ) -> Result<Option<Issuer>, StoreError> {
        let statement = format!(
            "SELECT {COLUMNS} FROM tenant t CROSS JOIN trusted_issuer i ON i.tenant = t.id AND i.issuer = ?2 \
             WHERE t.name = ?1"
        );
        let parameters = vec![tenant.as_str().into(), issuer.into()];
        let rows = self.run(&statement, parameters).await?;
        rows.first().map(read).transpose()
    }

    /// Up to `limit` issuers that the tenant trusts, in order, after `after`.
    ///
    /// # Errors
    /// [`StoreError::Backend`].
    pub async fn trusted_issuers(
        &self,
        tenant: &TenantName,
        (after, limit): (&str, u32),
    ) -> Result<Vec<Issuer>, StoreError> {
        let statement = format!(
            "SELECT {COLUMNS} FROM tenant t CROSS JOIN trusted_issuer i ON i.tenant = t.id AND i.issuer > ?2 \
             WHERE t.name = ?1 ORDER BY i.issuer LIMIT ?3 + 0"
        );
        let parameters = vec![
            tenant.as_str().into(),
            after.into(),
            i64::from(limit).into(),
        ];
        let rows = self.run(&statement, parameters).await?;
        rows.iter().map(read).collect()
    }

    /// Says whether the caller is to fetch the issuer's keys now: not while another instance does, which has until the
    /// end of its lease, nor while the circuit breaker is open. After that one tries for all. Nor if any have been fetched
    /// since those that the caller knows, at the time `known`.
    ///
    /// # Errors
    /// [`StoreError::Busy`]; [`StoreError::Backend`].
    pub async fn lease_jwks(
        &self,
        tenant: &TenantName,
        (issuer, known): (&str, Option<Timestamp>),
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = "UPDATE trusted_issuer SET leased_until = ?3 \
            WHERE tenant = (SELECT id FROM tenant WHERE name = ?1) AND issuer = ?2 \
            AND leased_until <= ?4 AND open_until <= ?4 AND fetched IS ?5 RETURNING 1";
        let parameters = vec![
            tenant.as_str().into(),
            issuer.into(),
            until.as_micros().into(),
            now.as_micros().into(),
            known.map(Timestamp::as_micros).into(),
        ];
        Ok(!self.run(statement, parameters).await?.is_empty())
    }

    /// Keeps the keys that were fetched from `jwks_uri`, unless the issuer's are somewhere else by now, or were fetched
    /// later. That closes the circuit breaker.
    ///
    /// # Errors
    /// [`StoreError::Busy`]; [`StoreError::Backend`].
    pub async fn keep_jwks(
        &self,
        tenant: &TenantName,
        (issuer, jwks_uri): (&str, &str),
        jwks: &Jwks,
    ) -> Result<(), StoreError> {
        let statement = "UPDATE trusted_issuer \
            SET jwks = ?4, fetched = ?5, expires = ?6, failures = 0, open_until = 0, leased_until = 0 \
            WHERE tenant = (SELECT id FROM tenant WHERE name = ?1) AND issuer = ?2 AND jwks_uri = ?3 \
            AND coalesce(fetched, ?5) <= ?5";
        let parameters = vec![
            tenant.as_str().into(),
            issuer.into(),
            jwks_uri.into(),
            jwks.document.as_str().into(),
            jwks.fetched.as_micros().into(),
            jwks.expires.as_micros().into(),
        ];
        self.run(statement, parameters).await.map(drop)
    }

    /// Counts a fetch that failed. After `threshold` of them in a row the circuit breaker is open until `open_until`;
    /// then one more failure opens it again. `None` when the issuer is no longer trusted.
    ///
    /// # Errors
    /// [`StoreError::Busy`]; [`StoreError::Backend`].
    pub async fn fail_jwks(
        &self,
        tenant: &TenantName,
        issuer: &str,
        (threshold, open_until): (u32, Timestamp),
    ) -> Result<Option<Breaker>, StoreError> {
        let statement = "UPDATE trusted_issuer SET failures = failures + 1, leased_until = 0, \
            open_until = iif(failures + 1 >= ?3, ?4, open_until) \
            WHERE tenant = (SELECT id FROM tenant WHERE name = ?1) AND issuer = ?2 RETURNING failures, open_until";
        let parameters = vec![
            tenant.as_str().into(),
            issuer.into(),
            i64::from(threshold).into(),
            open_until.as_micros().into(),
        ];
        let rows = self.run(statement, parameters).await?;
        let breaker = rows.first().map(|row| breaker(&mut Columns::of(row)));
        breaker.transpose()
    }
}
