//! What an operator has defined for a tenant: custom schemas and resource types.

use rollcall_core::Timestamp;

use crate::access::TenantName;
use crate::error::StoreError;
use crate::procedures::DEFINITIONS;
use crate::settings::Settings;
use crate::sql::Database;
use crate::store::Store;

/// What a definition defines.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DefinitionKind {
    /// A schema, whose name is its URI (RFC 7643 §7).
    Schema,
    /// A resource type (RFC 7643 §6).
    ResourceType,
}

impl DefinitionKind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::ResourceType => "resource type",
        }
    }
}

impl<D: Database> Store<D> {
    /// Keeps a definition in its wire form, or takes it away if `document` is `None`. Whoever goes by the settings of
    /// before is [`StoreError::Reconfigured`] from then on.
    ///
    /// That all definitions fit together, and what is stored fits them, is for the caller to see to, in the same batch.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such tenant.
    pub async fn define(
        &self,
        tenant: &TenantName,
        (kind, name): (DefinitionKind, &str),
        document: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement =
            "INSERT INTO define (tenant, at, kind, name, document) VALUES (?1, ?2, ?3, ?4, ?5)";
        let parameters = vec![
            tenant.as_str().into(),
            now.as_micros().into(),
            kind.name().into(),
            name.into(),
            document.map(str::to_owned).into(),
        ];
        self.call(&DEFINITIONS, statement, parameters)
            .await
            .map(drop)
    }

    /// How many resources of the type of that name a tenant has, and the id of the oldest.
    ///
    /// # Errors
    /// [`StoreError::Backend`].
    pub async fn population(
        &self,
        settings: &Settings,
        resource_type: &str,
    ) -> Result<(u64, Option<String>), StoreError> {
        let statement = "SELECT coalesce((SELECT count FROM counter WHERE tenant = ?1 AND type = ?2), 0), \
            (SELECT id FROM resource WHERE tenant = ?1 AND type = ?2 ORDER BY created, seq LIMIT 1)";
        let parameters = vec![settings.tenant.into(), resource_type.into()];
        let rows = self.run(statement, parameters).await?;
        let Some(row) = rows.first() else {
            return Ok((0, None));
        };
        let count = u64::try_from(row.integer(0)?.unwrap_or_default()).unwrap_or_default();
        Ok((count, row.text(1)?.map(str::to_owned)))
    }
}
