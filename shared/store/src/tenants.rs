//! Tenants: who the data belongs to.

use rollcall_core::{Mode, Timestamp};

use crate::access::TenantName;
use crate::auth::{SigningAlgorithm, TokenSettings};
use crate::error::StoreError;
use crate::procedures::TENANTS;
use crate::settings::{mode_name, mode_of};
use crate::sql::{Database, Row};
use crate::store::Store;

/// A tenant.
#[derive(Clone, Debug, PartialEq)]
pub struct Tenant {
    /// Its name in addresses.
    pub name: TenantName,
    /// When it was created; the default tenant has been there since the epoch.
    pub created: Timestamp,
    /// How strictly requests are taken.
    pub mode: Mode,
    /// Whether creating a person who is there, and inactive, reactivates them.
    pub restore_on_create: bool,
    /// For how many days deleted people are kept; 0 is not at all.
    pub retention_days: u32,
    /// Whether ids that are no user's or group's are passed over in the members of a group, where they are an error
    /// otherwise.
    pub ignore_unknown_members: bool,
    /// Whether the SCIM endpoints ask its policies before they do anything.
    pub enforce_policies: bool,
    /// How its tokens are made.
    pub tokens: TokenSettings,
    /// Since when it is suspended.
    pub suspended: Option<Timestamp>,
}

impl Tenant {
    /// A tenant with the settings that it has when nothing is said.
    #[must_use]
    pub fn new(name: TenantName, created: Timestamp) -> Self {
        Self {
            name,
            created,
            mode: Mode::default(),
            restore_on_create: false,
            retention_days: 0,
            ignore_unknown_members: false,
            enforce_policies: false,
            tokens: TokenSettings::default(),
            suspended: None,
        }
    }
}

/// What is to change of a tenant's settings; `None` stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TenantChange {
    /// How strictly requests are taken.
    pub mode: Option<Mode>,
    /// Whether creating a person who is there, and inactive, reactivates them.
    pub restore_on_create: Option<bool>,
    /// For how many days deleted people are kept; 0 is not at all.
    pub retention_days: Option<u32>,
    /// Whether ids that are no user's or group's are passed over in the members of a group.
    pub ignore_unknown_members: Option<bool>,
    /// Whether the SCIM endpoints ask the policies before they do anything.
    pub enforce_policies: Option<bool>,
    /// What the next key is for.
    pub signing_algorithm: Option<SigningAlgorithm>,
    /// How long an access token lives.
    pub access_token_secs: Option<u32>,
    /// After how many days there is a new key; 0 is never.
    pub rotation_days: Option<u32>,
}

/// The columns that [`read`] takes.
const COLUMNS: &str = "name, created, mode, restore_on_create, retention_days, ignore_unknown_members, suspended, \
    enforce_policies, signing_alg, access_token_secs, rotation_days";

impl<D: Database> Store<D> {
    /// Creates a tenant.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when there is one of that name.
    pub async fn create_tenant(&self, tenant: &Tenant) -> Result<(), StoreError> {
        let statement = "INSERT INTO tenant \
            (name, mode, restore_on_create, retention_days, ignore_unknown_members, created, signing_alg, \
            access_token_secs, rotation_days, enforce_policies, revision) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, random())";
        let parameters = vec![
            tenant.name.as_str().into(),
            mode_name(tenant.mode).into(),
            i64::from(tenant.restore_on_create).into(),
            i64::from(tenant.retention_days).into(),
            i64::from(tenant.ignore_unknown_members).into(),
            tenant.created.as_micros().into(),
            tenant.tokens.signing_algorithm.name().into(),
            i64::from(tenant.tokens.access_token_secs).into(),
            i64::from(tenant.tokens.rotation_days).into(),
            i64::from(tenant.enforce_policies).into(),
        ];
        self.run(statement, parameters).await.map(drop)
    }

    /// Changes a tenant's settings. Where nothing would differ, nothing is written.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none of that name.
    pub async fn update_tenant(
        &self,
        name: &TenantName,
        change: &TenantChange,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = "INSERT INTO configure \
            (tenant, at, mode, restore_on_create, retention_days, ignore_unknown_members, signing_alg, \
            access_token_secs, rotation_days, enforce_policies) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let parameters = vec![
            name.as_str().into(),
            now.as_micros().into(),
            change.mode.map(mode_name).into(),
            change.restore_on_create.map(i64::from).into(),
            change.retention_days.map(i64::from).into(),
            change.ignore_unknown_members.map(i64::from).into(),
            change.signing_algorithm.map(SigningAlgorithm::name).into(),
            change.access_token_secs.map(i64::from).into(),
            change.rotation_days.map(i64::from).into(),
            change.enforce_policies.map(i64::from).into(),
        ];
        self.call(&TENANTS, statement, parameters).await.map(drop)
    }

    /// All tenants, by name.
    ///
    /// # Errors
    /// [`StoreError::Backend`].
    pub async fn tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        let rows = self
            .run(
                &format!("SELECT {COLUMNS} FROM tenant ORDER BY name"),
                Vec::new(),
            )
            .await?;
        rows.iter().map(read).collect()
    }

    /// One tenant.
    ///
    /// # Errors
    /// [`StoreError::Backend`].
    pub async fn tenant(&self, name: &TenantName) -> Result<Option<Tenant>, StoreError> {
        let rows = self
            .run(
                &format!("SELECT {COLUMNS} FROM tenant WHERE name = ?1"),
                vec![name.as_str().into()],
            )
            .await?;
        rows.first().map(read).transpose()
    }

    /// Deletes a tenant with all that belongs to it: tokens, resources, change log.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none of that name.
    pub async fn delete_tenant(&self, name: &TenantName) -> Result<(), StoreError> {
        let rows = self
            .run(
                "DELETE FROM tenant WHERE name = ?1 RETURNING id",
                vec![name.as_str().into()],
            )
            .await?;
        if rows.is_empty() {
            Err(StoreError::NotFound)
        } else {
            Ok(())
        }
    }
}

fn read(row: &Row) -> Result<Tenant, StoreError> {
    let damaged = || StoreError::Backend("a row of `tenant` is damaged".into());
    let integer = |index| row.integer(index)?.ok_or_else(damaged);
    let name = row.text(0)?.and_then(TenantName::parse);
    Ok(Tenant {
        name: name.ok_or_else(damaged)?,
        created: Timestamp::from_micros(integer(1)?),
        mode: mode_of(row.text(2)?.unwrap_or_default()),
        restore_on_create: integer(3)? != 0,
        retention_days: u32::try_from(integer(4)?).map_err(|_| damaged())?,
        ignore_unknown_members: integer(5)? != 0,
        suspended: (integer(6)? != 0).then_some(Timestamp::from_micros(integer(6)?)),
        enforce_policies: integer(7)? != 0,
        tokens: TokenSettings::read_at(row, 8)?,
    })
}
