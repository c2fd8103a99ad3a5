//! What an operator sets for a tenant, and what every call goes by.

use rollcall_core::{Mode, Timestamp};

use crate::access::{self, Access, TenantName};
use crate::auth::TokenSettings;
use crate::definitions::DefinitionKind;
use crate::error::StoreError;
use crate::sql::{Database, Row};
use crate::store::Store;

/// A tenant's settings as they were when they were loaded. A caller may keep them: the store checks in the statement
/// that does the work that they still hold, and says [`StoreError::Reconfigured`] when they don't.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The tenant's number.
    pub(crate) tenant: i64,
    /// Drawn anew at each change.
    pub(crate) revision: i64,
    /// How strictly requests are taken.
    pub mode: Mode,
    /// Whether creating a person who is there, and inactive, reactivates them.
    pub restore_on_create: bool,
    /// For how many days deleted people are kept; 0 is not at all.
    pub retention_days: u32,
    /// Whether the SCIM endpoints ask the policies before they do anything.
    pub enforce_policies: bool,
    /// How its tokens are made.
    pub tokens: TokenSettings,
    /// The custom schemas, as JSON in their wire form.
    pub schemas: Vec<String>,
    /// The custom resource types, as JSON in their wire form.
    pub resource_types: Vec<String>,
    /// The secret that paging cursors are signed with; the same for all tenants.
    pub cursor_key: [u8; 32],
}

impl Settings {
    /// Whether nothing has been changed between the two.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        (self.tenant, self.revision) == (other.tenant, other.revision)
    }
}

impl<D: Database> Store<D> {
    /// Loads the settings of the tenant that the caller's token opens.
    ///
    /// # Errors
    /// [`StoreError::Unauthenticated`] when it doesn't.
    pub async fn settings(&self, access: &Access, now: Timestamp) -> Result<Settings, StoreError> {
        let statement = format!(
            "WITH {} {} FROM open CROSS JOIN tenant ON tenant.id = open.tenant",
            access::open(access),
            select()
        );
        let rows = self
            .run(&statement, access::parameters(access, now))
            .await?;
        rows.first().map_or(Err(StoreError::Unauthenticated), read)
    }

    /// The same for the operator, who needs no token of the tenant's.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such tenant.
    pub async fn settings_of(&self, tenant: &TenantName) -> Result<Settings, StoreError> {
        let statement = format!("{} FROM tenant WHERE name = ?1", select());
        let rows = self.run(&statement, vec![tenant.as_str().into()]).await?;
        rows.first().map_or(Err(StoreError::NotFound), read)
    }
}

/// The columns that [`read`] takes, of the row `tenant`.
fn select() -> String {
    let definitions = |kind: DefinitionKind| {
        format!(
            "(SELECT json_group_array(document ORDER BY name) FROM definition \
             WHERE definition.tenant = tenant.id AND kind = '{}')",
            kind.name()
        )
    };
    format!(
        "SELECT tenant.id, tenant.revision, tenant.mode, tenant.restore_on_create, tenant.retention_days, \
         (SELECT cursor_key FROM service), {}, {}, tenant.enforce_policies, {}",
        definitions(DefinitionKind::Schema),
        definitions(DefinitionKind::ResourceType),
        TokenSettings::COLUMNS
    )
}

fn read(row: &Row) -> Result<Settings, StoreError> {
    let damaged = || StoreError::Backend("a row of `tenant` is damaged".into());
    let integer = |index| row.integer(index)?.ok_or_else(damaged);
    let texts = |index| {
        let list = row.text(index)?.ok_or_else(damaged)?;
        serde_json::from_str(list).map_err(|_| damaged())
    };
    Ok(Settings {
        tenant: integer(0)?,
        revision: integer(1)?,
        mode: mode_of(row.text(2)?.unwrap_or_default()),
        restore_on_create: integer(3)? != 0,
        retention_days: u32::try_from(integer(4)?).map_err(|_| damaged())?,
        cursor_key: row
            .blob(5)?
            .and_then(|key| key.try_into().ok())
            .ok_or_else(damaged)?,
        schemas: texts(6)?,
        resource_types: texts(7)?,
        enforce_policies: integer(8)? != 0,
        tokens: TokenSettings::read_at(row, 9)?,
    })
}

/// The mode of that name. What no release has written is taken for the default.
pub(crate) fn mode_of(name: &str) -> Mode {
    match name {
        "strict" => Mode::Strict,
        _ => Mode::Compat,
    }
}

/// The name of a mode.
pub(crate) const fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Compat => "compat",
        Mode::Strict => "strict",
    }
}
