//! Who administers the people of a tenant.

use rollcall_core::Timestamp;

use crate::access::{self, Access, TenantName};
use crate::credential::Credential;
use crate::error::StoreError;
use crate::settings::Settings;
use crate::sql::{Row, Value};

/// Who administers the people of a tenant.
#[derive(Clone, Copy, Debug)]
pub enum Administrator<'a> {
    /// The operator, whose token is no tenant's, and has been checked.
    Operator(&'a TenantName),
    /// Whoever has a token that opens the tenant, as far as these settings let them. The statement that does the work
    /// checks both.
    Delegate(&'a Access, &'a Settings),
}

impl<'a> Administrator<'a> {
    /// The tenant.
    #[must_use]
    pub const fn tenant(self) -> &'a TenantName {
        match self {
            Self::Operator(tenant) => tenant,
            Self::Delegate(access, _) => &access.tenant,
        }
    }

    /// The revision of the settings that must hold; NULL for the operator, whom no setting binds.
    pub(crate) fn revision(self) -> Value {
        match self {
            Self::Operator(_) => Value::Null,
            Self::Delegate(_, settings) => settings.revision.into(),
        }
    }

    /// The first common table expression of a read: one row, with the tenant's number and the revision of its settings;
    /// none where a token does not open it. Parameters 1 to 3 are [`Self::parameters`].
    pub(crate) const fn open(self) -> &'static str {
        match self {
            Self::Operator(_) => {
                "open(tenant, revision) AS (SELECT id, revision FROM tenant WHERE name = ?1)"
            }
            Self::Delegate(access, _) => access::open(access),
        }
    }

    /// Whom the change log names, as an expression of SQL that is NULL where a token does not open the tenant.
    pub(crate) fn actor(self) -> String {
        let Self::Delegate(access, _) = self else {
            return "'admin'".to_owned();
        };
        let actor = match access.token {
            Credential::Provisioning(_) => {
                "'token:' || n.id FROM open CROSS JOIN token n ON n.tenant = open.tenant AND n.hash = ?2"
            }
            Credential::Opaque(_) => {
                "coalesce('user:' || a.person, 'client:' || a.client) \
                 FROM open CROSS JOIN access_token a ON a.tenant = open.tenant AND a.hash = ?2"
            }
            Credential::Jwt(_) => {
                "coalesce('user:' || (?2 ->> 5), 'client:' || (?2 ->> 0)) FROM open"
            }
        };
        format!("(WITH {} SELECT {actor})", self.open())
    }

    /// The parameters of [`Self::open`] and [`Self::actor`]: the tenant, the token, the time.
    pub(crate) fn parameters(self, now: Timestamp) -> Vec<Value> {
        match self {
            Self::Operator(tenant) => {
                vec![tenant.as_str().into(), Value::Null, now.as_micros().into()]
            }
            Self::Delegate(access, _) => access::parameters(access, now),
        }
    }

    /// Checks the rows of a read, whose first column is the revision in [`Self::open`].
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such tenant; [`StoreError::Unauthenticated`];
    /// [`StoreError::Reconfigured`].
    pub(crate) fn opened(self, rows: &[Row]) -> Result<(), StoreError> {
        match (self, rows.first()) {
            (Self::Operator(_), None) => Err(StoreError::NotFound),
            (Self::Operator(_), Some(_)) => Ok(()),
            (Self::Delegate(..), None) => Err(StoreError::Unauthenticated),
            (Self::Delegate(_, settings), Some(first)) => {
                let holds = first.integer(0)? == Some(settings.revision);
                holds.then_some(()).ok_or(StoreError::Reconfigured)
            }
        }
    }
}
