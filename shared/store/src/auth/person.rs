//! The person that a token is to be issued for.

use super::columns::Columns;
use crate::access::TenantName;
use crate::error::StoreError;
use crate::sql::Database;
use crate::store::Store;

/// A person, as far as tokens are concerned.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// Their id.
    pub id: String,
    /// What their tokens must name to be live.
    pub epoch: i64,
    /// Whether they are active: others get no token.
    pub active: bool,
    /// Their user name.
    pub user_name: Option<String>,
}

impl<D: Database> Store<D> {
    /// The person of that id.
    ///
    /// # Errors
    /// [`StoreError::Backend`].
    pub async fn person(
        &self,
        tenant: &TenantName,
        id: &str,
    ) -> Result<Option<Person>, StoreError> {
        let statement = "SELECT p.id, p.epoch, coalesce(p.doc ->> '$.active', 1), p.doc ->> '$.userName' \
            FROM tenant t CROSS JOIN resource p ON p.tenant = t.id AND p.id = ?2 AND p.type = 'User' WHERE t.name = ?1";
        let parameters = vec![tenant.as_str().into(), id.into()];
        let rows = self.run(statement, parameters).await?;
        let person = rows.first().map(|row| {
            let mut columns = Columns::of(row);
            Ok(Person {
                id: columns.text()?,
                epoch: columns.integer()?,
                active: columns.is_set()?,
                user_name: columns.optional_text()?,
            })
        });
        person.transpose()
    }
}
