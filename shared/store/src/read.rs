//! Reading a resource by its id.

use rollcall_core::{Resource, ResourceType, Timestamp};

use crate::access::{self, Caller, opened};
use crate::error::StoreError;
use crate::relations;
use crate::sql::{Database, Row};
use crate::store::Store;

/// A resource as it is kept, with its relations. Much of what is read is shown as it is, so nothing is taken apart here.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The identifier.
    pub id: String,
    /// Counts the changes.
    pub version: u64,
    /// When it was added.
    pub created: Timestamp,
    /// When it was last changed.
    pub modified: Timestamp,
    /// The attributes as a JSON object, without relations.
    pub document: String,
    /// The members of a group or the groups of a user, as a JSON array; `None` if there are none, or they were not asked
    /// for. A group may have a hundred thousand members.
    pub related: Option<String>,
    /// How many direct members it has, if it is a group.
    pub members: u64,
}

impl Found {
    /// A resource that has just been written, without relations.
    #[must_use]
    pub fn of(resource: &Resource) -> Self {
        Self {
            id: resource.id.clone(),
            version: resource.version,
            created: resource.created,
            modified: resource.modified,
            document: document_of(resource),
            related: None,
            members: 0,
        }
    }

    /// The resource, taken apart.
    ///
    /// # Errors
    /// [`StoreError::Backend`] when the document is damaged.
    pub fn resource(&self) -> Result<Resource, StoreError> {
        Ok(Resource {
            id: self.id.clone(),
            version: self.version,
            created: self.created,
            modified: self.modified,
            attributes: serde_json::from_str(&self.document).map_err(|_| damaged())?,
        })
    }
}

/// A resource's attributes as they are kept.
pub(crate) fn document_of(resource: &Resource) -> String {
    serde_json::to_string(&resource.attributes).unwrap_or_default()
}

fn damaged() -> StoreError {
    StoreError::Backend("a row of `resource` is damaged".into())
}

/// Which relations are wanted, and how they are shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Relations<'r> {
    /// The base URI of the tenant's SCIM service, without a slash at the end.
    pub base: &'r str,
    /// The sub-attributes that are wanted; with none of them, relations are not looked at.
    pub subs: &'r [String],
    /// How many members a group may have for them to be looked at; `None` is any number.
    pub most: Option<u64>,
}

impl<D: Database> Store<D> {
    /// The resource of that type and id, if the tenant has it.
    ///
    /// # Errors
    /// [`StoreError::Unauthenticated`] when the token does not open the tenant; [`StoreError::Reconfigured`].
    pub async fn get(
        &self,
        caller: &Caller<'_>,
        resource_type: &ResourceType,
        id: &str,
        relations: &Relations<'_>,
    ) -> Result<Option<Found>, StoreError> {
        let open = access::open(caller.access);
        let mut parameters = access::parameters(caller.access, caller.now);
        parameters.extend([id.into(), resource_type.name.as_str().into()]);
        let related = match resource_type.related() {
            Some((relation, _)) if !relations.subs.is_empty() => {
                let rendered = relations::rendered(relation, relations.subs, || {
                    parameters.push(relations.base.into());
                    format!("?{}", parameters.len())
                });
                match relations.most {
                    None => rendered,
                    Some(most) => {
                        format!("CASE WHEN r.members <= {most} THEN {rendered} END")
                    }
                }
            }
            _ => "NULL".to_owned(),
        };
        let statement = format!(
            "WITH {open} SELECT open.revision, r.id, r.version, r.created, r.modified, r.doc, r.members, {related} \
             FROM open LEFT JOIN resource r ON r.tenant = open.tenant AND r.id = ?4 AND r.type = ?5"
        );
        let mut rows = self.run(&statement, parameters).await?;
        opened(&rows, caller)?;
        rows.first_mut().map_or(Ok(None), |row| found(row, 1))
    }
}

impl<D: Database> Store<D> {
    /// The first of these ids that is no user's or group's of the tenant.
    ///
    /// # Errors
    /// [`StoreError::Unauthenticated`]; [`StoreError::Reconfigured`].
    pub async fn missing(
        &self,
        caller: &Caller<'_>,
        ids: &[String],
    ) -> Result<Option<String>, StoreError> {
        let open = access::open(caller.access);
        let statement = format!(
            "WITH {open} SELECT open.revision, (SELECT item.value FROM json_each(?4) item WHERE NOT EXISTS (\
             SELECT 1 FROM resource c WHERE c.tenant = open.tenant AND c.id = item.value AND c.type IN ('User', 'Group')) \
             LIMIT 1) FROM open"
        );
        let mut parameters = access::parameters(caller.access, caller.now);
        parameters.push(serde_json::Value::from(ids).to_string().into());
        let rows = self.run(&statement, parameters).await?;
        Ok(opened(&rows, caller)?.text(1)?.map(str::to_owned))
    }
}

/// Reads id, version, created, modified, document, number of members and relations from seven columns starting at
/// `first`; `None` where they are NULL.
pub(crate) fn found(row: &mut Row, first: usize) -> Result<Option<Found>, StoreError> {
    let related = row.take_text(first + 6)?;
    let Some(id) = row.take_text(first)? else {
        return Ok(None);
    };
    let document = row.take_text(first + 4)?.ok_or_else(damaged)?;
    let number = |index| row.integer(index)?.ok_or_else(damaged);
    let count = |index| u64::try_from(number(index)?).map_err(|_| damaged());
    Ok(Some(Found {
        id,
        version: count(first + 1)?,
        created: Timestamp::from_micros(number(first + 2)?),
        modified: Timestamp::from_micros(number(first + 3)?),
        document,
        related,
        members: count(first + 5)?,
    }))
}
