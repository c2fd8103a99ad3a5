//! The person that a token is to be issued for.

use rollcall_core::{IndexValue, JsonObject, Lookup, ResourceType, index_entries};
use serde_json::{Value as Json, json};

use super::columns::Columns;
use crate::access::TenantName;
use crate::error::StoreError;
use crate::paths;
use crate::sql::{Database, Row};
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

/// By what a person can be found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PersonName<'n> {
    /// What the provisioning client calls them (RFC 7643 §3.1).
    ExternalId(&'n str),
    /// The name to sign in with (RFC 7643 §4.1.1).
    UserName(&'n str),
    /// One of their e-mail addresses (RFC 7643 §4.1.2).
    Email(&'n str),
}

impl PersonName<'_> {
    /// Where the index has it, for a tenant with the number 0, and how the index writes it.
    fn entry(self) -> Option<(i64, Lookup, String)> {
        let (key, attribute, value) = match self {
            Self::ExternalId(id) => ("externalId", "externalId", json!(id)),
            Self::UserName(name) => ("userName", "userName", json!(name)),
            Self::Email(address) => ("emails.value", "emails", json!([{ "value": address }])),
        };
        let rt = ResourceType::user();
        let attributes: JsonObject = Json::from_iter([(attribute, value)]).as_object()?.clone();
        let entries = index_entries(&attributes, &rt).into_iter();
        entries.filter(|entry| entry.path == key).find_map(|entry| {
            let IndexValue::Text(text) = entry.value else {
                return None;
            };
            let path = paths::number(0, &rt.name, &entry.path, entry.lookup);
            Some((path, entry.lookup, text))
        })
    }
}

/// How many entries of the index a name may have at the most.
const MAX_ENTRIES: usize = 16;

/// The columns of the person `p` that [`read`] takes.
const COLUMNS: &str = "p.id, p.epoch, coalesce(p.doc ->> '$.active', 1), p.doc ->> '$.userName'";

fn read(row: &Row) -> Result<Person, StoreError> {
    let mut columns = Columns::of(row);
    Ok(Person {
        id: columns.text()?,
        epoch: columns.integer()?,
        active: columns.is_set()?,
        user_name: columns.optional_text()?,
    })
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
        let statement = format!(
            "SELECT {COLUMNS} FROM tenant t \
             CROSS JOIN resource p ON p.tenant = t.id AND p.id = ?2 AND p.type = 'User' WHERE t.name = ?1"
        );
        let parameters = vec![tenant.as_str().into(), id.into()];
        let rows = self.run(&statement, parameters).await?;
        rows.first().map(read).transpose()
    }

    /// The one person of that name. `None` when there is nobody, and when there are several: then it is no name.
    ///
    /// # Errors
    /// [`StoreError::Backend`].
    pub async fn person_named(
        &self,
        tenant: &TenantName,
        name: PersonName<'_>,
    ) -> Result<Option<Person>, StoreError> {
        let Some((path, lookup, value)) = name.entry() else {
            return Ok(None);
        };
        let (table, bit) = match lookup {
            Lookup::Unique => ("unique_value", ""),
            _ => ("attribute", " AND a.path & 1"),
        };
        let shift = paths::TENANT_SHIFT;
        let statement = format!(
            "SELECT {COLUMNS} FROM tenant t \
             CROSS JOIN {table} a ON a.path = (t.id << {shift}) + ?2 AND a.value = ?3{bit} \
             CROSS JOIN resource p ON p.seq = a.resource AND p.type = 'User' WHERE t.name = ?1 LIMIT {MAX_ENTRIES}"
        );
        let parameters = vec![tenant.as_str().into(), path.into(), value.into()];
        let rows = self.run(&statement, parameters).await?;
        // An address may stand twice among those of one person.
        let found: Vec<Person> = rows.iter().map(read).collect::<Result<_, _>>()?;
        let is_one = found.windows(2).all(|two| two[0].id == two[1].id);
        Ok(found
            .into_iter()
            .next()
            .filter(|_| is_one && rows.len() < MAX_ENTRIES))
    }
}
