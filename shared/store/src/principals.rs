//! What a policy decision rests on: the active policies, and people, groups and clients as they are now, all in one
//! statement.

use rollcall_core::{JsonObject, Lookup, Timestamp, fold};
use serde_json::{Value as Json, json};

use crate::access::{self, Access};
use crate::error::StoreError;
use crate::paths;
use crate::policies::PolicyText;
use crate::relations::{DIRECT_GROUPS_OF_R, GROUPS_OF_D, GROUPS_OF_R, IS_IN_NESTED_GROUPS};
use crate::sql::{Database, Row};
use crate::store::Store;

/// What a question is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Wanted {
    /// A resource of this type, by its id; a user also by the userName.
    Resource(String, String),
    /// A person who was deleted, while they are kept, by their id.
    Deleted(String),
    /// A client, by its id.
    Client(String),
    /// The provisioning token that the caller has; it goes by its name.
    Token,
}

impl Wanted {
    /// The type, the id, the userName that it may be, the id of a client, whether it is the token, and the id of a deleted
    /// person.
    fn to_json(&self) -> Json {
        match self {
            Self::Resource(kind, id) => json!([kind, id, fold(id), null, 0, null]),
            Self::Deleted(id) => json!([null, null, null, null, 0, id]),
            Self::Client(id) => json!([null, null, null, id, 0, null]),
            Self::Token => json!([null, null, null, null, 1, null]),
        }
    }
}

/// What was found of a [`Wanted`].
#[derive(Clone, Debug, PartialEq)]
pub struct Principal {
    /// Its id.
    pub id: String,
    /// Its attributes, without relations; of a client, its `name` and whether it is `active`; of a token, its `id`.
    pub attributes: JsonObject,
    /// The groups that it is in, directly or through others, by id and display name; those that a deleted person would be
    /// in again.
    pub groups: Vec<(String, Option<String>)>,
}

impl Principal {
    /// Whether it is a person who has been deactivated, or a client that has been disabled.
    #[must_use]
    pub fn is_inactive(&self) -> bool {
        self.attributes.get("active") == Some(&Json::Bool(false))
    }
}

/// The policies that are active.
#[derive(Clone, Debug, PartialEq)]
pub struct ActivePolicies {
    /// What they are remembered by; no two uploads have the same.
    pub id: i64,
    /// Their texts, unless the caller knows them.
    pub text: Option<PolicyText>,
}

/// What decisions rest on.
#[derive(Clone, Debug, PartialEq)]
pub struct Basis {
    /// The active policies, if there are any.
    pub policies: Option<ActivePolicies>,
    /// What was found, in the order in which it was wanted.
    pub principals: Vec<Option<Principal>>,
}

/// The groups of the resource `r`, or of the deleted person `d`, as a JSON array of id and display name; none where there
/// is neither.
fn groups() -> String {
    let shown = |groups: &str| {
        format!(
            "(SELECT json_group_array(json_array(c.id, c.display)) FROM {groups} up \
             CROSS JOIN resource c INDEXED BY resource_card ON c.seq = up.seq)"
        )
    };
    format!(
        "CASE WHEN r.seq IS NOT NULL THEN CASE WHEN {IS_IN_NESTED_GROUPS} THEN {} ELSE {} END \
         WHEN d.id IS NOT NULL THEN {} ELSE '[]' END",
        shown(GROUPS_OF_R),
        shown(DIRECT_GROUPS_OF_R),
        shown(GROUPS_OF_D)
    )
}

impl<D: Database> Store<D> {
    /// The active policies and what is wanted of the tenant that the caller's token opens. The texts of
    /// policies come only if they are others than those of the id `known`.
    ///
    /// # Errors
    /// [`StoreError::Unauthenticated`] when the token does not open the tenant.
    pub async fn basis(
        &self,
        access: &Access,
        now: Timestamp,
        wanted: &[Wanted],
        known: Option<i64>,
    ) -> Result<Basis, StoreError> {
        let statement = format!(
            "WITH {open} SELECT p.id, \
             CASE WHEN p.id IS NOT ?4 AND coalesce(item.key, 0) = 0 THEN p.policies END, \
             CASE WHEN p.id IS NOT ?4 AND coalesce(item.key, 0) = 0 THEN p.schema END, \
             item.key, coalesce(r.id, k.id, n.name, d.id), \
             CASE WHEN n.id IS NOT NULL THEN json_object('id', n.id) ELSE coalesce(r.doc, d.doc, \
             json_object('name', k.name, 'active', json(iif(k.disabled, 'false', 'true')))) END, {groups} \
             FROM open \
             LEFT JOIN active_policy a ON a.tenant = open.tenant \
             LEFT JOIN policy p ON p.id = a.policy \
             LEFT JOIN json_each(?5) item \
             LEFT JOIN resource r ON r.seq = coalesce(\
             (SELECT seq FROM resource o WHERE o.tenant = open.tenant AND o.id = item.value ->> 1 AND o.type = item.value ->> 0), \
             (SELECT u.resource FROM unique_value u WHERE item.value ->> 0 = 'User' \
             AND u.path = (open.tenant << {shift}) + ?6 AND u.value = item.value ->> 2)) \
             LEFT JOIN client k ON k.tenant = open.tenant AND k.id = item.value ->> 3 \
             LEFT JOIN token n ON n.tenant = open.tenant AND n.hash = ?2 AND item.value ->> 4 \
             LEFT JOIN deleted d ON d.tenant = open.tenant AND d.id = item.value ->> 5 AND d.purge > ?3",
            open = access::open(access),
            groups = groups(),
            shift = paths::TENANT_SHIFT,
        );
        let asked: Vec<Json> = wanted.iter().map(Wanted::to_json).collect();
        let mut parameters = access::parameters(access, now);
        parameters.extend([
            known.into(),
            Json::from(asked).to_string().into(),
            paths::number(0, "User", "userName", Lookup::Unique).into(),
        ]);
        let mut rows = self.run(&statement, parameters).await?;
        if rows.is_empty() {
            return Err(StoreError::Unauthenticated);
        }
        let mut policies = None;
        let mut principals = vec![None; wanted.len()];
        for row in &mut rows {
            let place = row.integer(3)?.map_or(Ok(0), usize::try_from);
            let place = place.unwrap_or(usize::MAX);
            if place == 0 {
                policies = active(row)?;
            }
            if let Some(found) = principals.get_mut(place) {
                *found = principal(row)?;
            }
        }
        Ok(Basis {
            policies,
            principals,
        })
    }
}

fn active(row: &mut Row) -> Result<Option<ActivePolicies>, StoreError> {
    let Some(id) = row.integer(0)? else {
        return Ok(None);
    };
    let schema = row.take_text(2)?;
    let policies = row.take_text(1)?;
    Ok(Some(ActivePolicies {
        id,
        text: policies.map(|policies| PolicyText { policies, schema }),
    }))
}

fn principal(row: &mut Row) -> Result<Option<Principal>, StoreError> {
    let damaged = |_| StoreError::Backend("a row of `resource` is damaged".into());
    let Some(id) = row.take_text(4)? else {
        return Ok(None);
    };
    let document = row.take_text(5)?.unwrap_or_default();
    let groups = row.take_text(6)?.unwrap_or_default();
    Ok(Some(Principal {
        id,
        attributes: serde_json::from_str(&document).map_err(damaged)?,
        groups: serde_json::from_str(&groups).map_err(damaged)?,
    }))
}
