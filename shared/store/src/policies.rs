//! Policy sets: versions of them, and which is active.

use rollcall_core::Timestamp;

use crate::access::TenantName;
use crate::error::StoreError;
use crate::procedures::POLICIES;
use crate::sql::{Database, Row};
use crate::store::Store;

/// How many versions a tenant keeps. With one more, the oldest goes.
const MAX_VERSIONS: i64 = 50;

/// What is uploaded.
#[derive(Clone, Debug, PartialEq)]
pub struct NewPolicies {
    /// What the operator says about it.
    pub note: Option<String>,
    /// How many policies there are.
    pub count: usize,
    /// The two texts.
    pub text: PolicyText,
}

/// The texts of a version.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyText {
    /// The policies.
    pub policies: String,
    /// The schema that they were checked against.
    pub schema: Option<String>,
}

/// A version, without its texts.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyVersion {
    /// Its number; the first of a tenant is 1.
    pub version: u64,
    /// When it was uploaded.
    pub created: Timestamp,
    /// What the operator said about it.
    pub note: Option<String>,
    /// How many policies it has.
    pub count: u64,
    /// Whether it is the active one.
    pub is_active: bool,
}

/// A version with its texts.
#[derive(Clone, Debug, PartialEq)]
pub struct Policies {
    /// The version.
    pub version: PolicyVersion,
    /// Its texts.
    pub text: PolicyText,
}

impl<D: Database> Store<D> {
    /// Adds a version, makes it the active one, and returns its number. Of more than 50 versions, the oldest go.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the tenant does not exist; [`StoreError::PreconditionFailed`] when another was
    /// uploaded meanwhile.
    pub async fn publish_policies(
        &self,
        tenant: &TenantName,
        new: &NewPolicies,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let latest = "SELECT coalesce(latest, 0) FROM tenant LEFT JOIN active_policy ON active_policy.tenant = tenant.id \
            WHERE name = ?1";
        let rows = self.run(latest, vec![tenant.as_str().into()]).await?;
        let row = rows.first().ok_or(StoreError::NotFound)?;
        let version = row.integer(0)?.unwrap_or_default() + 1;
        let statement = "INSERT INTO publish_policy (tenant, at, version, oldest, note, count, policies, schema) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let parameters = vec![
            tenant.as_str().into(),
            now.as_micros().into(),
            version.into(),
            (version - MAX_VERSIONS + 1).into(),
            new.note.clone().into(),
            i64::try_from(new.count).unwrap_or(i64::MAX).into(),
            new.text.policies.as_str().into(),
            new.text.schema.clone().into(),
        ];
        self.call(&POLICIES, statement, parameters).await?;
        Ok(version.unsigned_abs())
    }

    /// Makes an earlier version the active one.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the tenant has no such version.
    pub async fn activate_policies(
        &self,
        tenant: &TenantName,
        version: u64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = "INSERT INTO activate_policy (tenant, at, version) VALUES (?1, ?2, ?3)";
        let version = i64::try_from(version).unwrap_or(i64::MAX);
        let parameters = vec![
            tenant.as_str().into(),
            now.as_micros().into(),
            version.into(),
        ];
        self.call(&POLICIES, statement, parameters).await.map(drop)
    }

    /// Deletes all versions, so that nothing is permitted.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the tenant does not exist.
    pub async fn withdraw_policies(
        &self,
        tenant: &TenantName,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = "INSERT INTO withdraw_policies (tenant, at) VALUES (?1, ?2)";
        let parameters = vec![tenant.as_str().into(), now.as_micros().into()];
        self.call(&POLICIES, statement, parameters).await.map(drop)
    }

    /// The versions of a tenant, the latest first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the tenant does not exist.
    pub async fn policy_versions(
        &self,
        tenant: &TenantName,
    ) -> Result<Vec<PolicyVersion>, StoreError> {
        let statement = format!(
            "SELECT {COLUMNS} FROM tenant LEFT JOIN policy ON policy.tenant = tenant.id \
             LEFT JOIN active_policy ON active_policy.tenant = tenant.id WHERE name = ?1 ORDER BY version DESC"
        );
        let rows = self.run(&statement, vec![tenant.as_str().into()]).await?;
        if rows.is_empty() {
            return Err(StoreError::NotFound);
        }
        rows.iter()
            .filter_map(|row| read(row).transpose())
            .collect()
    }

    /// One version, or the active one.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the tenant has no such version.
    pub async fn policies(
        &self,
        tenant: &TenantName,
        version: Option<u64>,
    ) -> Result<Policies, StoreError> {
        let statement = format!(
            "SELECT {COLUMNS}, policies, schema FROM tenant CROSS JOIN policy ON policy.tenant = tenant.id \
             CROSS JOIN active_policy ON active_policy.tenant = tenant.id \
             WHERE name = ?1 AND CASE WHEN ?2 IS NULL THEN policy.id = active_policy.policy ELSE version = ?2 END"
        );
        let version = version.map(|version| i64::try_from(version).unwrap_or(i64::MAX));
        let parameters = vec![tenant.as_str().into(), version.into()];
        let mut rows = self.run(&statement, parameters).await?;
        let row = rows.first_mut().ok_or(StoreError::NotFound)?;
        let text = PolicyText {
            policies: row.take_text(5)?.ok_or_else(damaged)?,
            schema: row.take_text(6)?,
        };
        let version = read(row)?.ok_or_else(damaged)?;
        Ok(Policies { version, text })
    }
}

/// The columns that [`read`] takes.
const COLUMNS: &str =
    "version, policy.created, note, count, coalesce(policy.id = active_policy.policy, 0)";

fn damaged() -> StoreError {
    StoreError::Backend("a row of `policy` is damaged".into())
}

/// `None` is the one row of a tenant that has none.
fn read(row: &Row) -> Result<Option<PolicyVersion>, StoreError> {
    let Some(version) = row.integer(0)? else {
        return Ok(None);
    };
    let number = |index| row.integer(index)?.ok_or_else(damaged);
    Ok(Some(PolicyVersion {
        version: version.unsigned_abs(),
        created: Timestamp::from_micros(number(1)?),
        note: row.text(2)?.map(str::to_owned),
        count: number(3)?.unsigned_abs(),
        is_active: number(4)? != 0,
    }))
}
