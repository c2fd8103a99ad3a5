//! Writing a resource: one statement, whatever it touches.

use rollcall_core::{Member, MemberChange, Resource, ResourceType, display_of, fold};
use serde_json::{Value as Json, json};

use crate::access::Caller;
use crate::entries::Difference;
use crate::error::StoreError;
use crate::read::document_of;
use crate::sql::{Database, Value};
use crate::store::Store;

/// The columns of the view `write`, which is the write procedure.
const COLUMNS: [&str; 19] = [
    "tenant",
    "kind",
    "credential",
    "at",
    "revision",
    "operation",
    "type",
    "id",
    "expected",
    "doc",
    "display",
    "folded",
    "unindexed",
    "indexed",
    "freed",
    "uniques",
    "attributes",
    "members",
    "password",
];

/// The largest document, in bytes of JSON: a chain of modifications must not grow a resource without end.
pub const MAX_DOCUMENT: usize = 1024 * 1024;

/// How a resource is changed, as the change log names it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Operation {
    /// The client sent the whole resource (PUT).
    Replace,
    /// The client sent modifications (PATCH).
    Patch,
}

impl Operation {
    const fn name(self) -> &'static str {
        match self {
            Self::Replace => "replace",
            Self::Patch => "patch",
        }
    }
}

/// What a write changes beside the document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Besides {
    /// The members of a group.
    pub members: MemberChange,
    /// The hash of a new password.
    pub password: Option<String>,
}

impl Besides {
    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty() && self.password.is_none()
    }

    fn members(&self) -> Value {
        let MemberChange { clear, add, remove } = &self.members;
        if self.members.is_empty() {
            return Value::Null;
        }
        let member = |member: &Member| match &member.display {
            None => json!({ "id": member.id }),
            Some(display) => {
                json!({ "id": member.id, "display": display, "folded": fold(display) })
            }
        };
        let add: Vec<Json> = add.iter().map(member).collect();
        json!({ "clear": i64::from(*clear), "add": add, "remove": remove })
            .to_string()
            .into()
    }

    /// The names of the attributes that it changes.
    fn attributes(&self) -> impl Iterator<Item = String> {
        let members = (!self.members.is_empty()).then(|| "members".to_owned());
        let password = self.password.as_ref().map(|_| "password".to_owned());
        members.into_iter().chain(password)
    }
}

impl<D: Database> Store<D> {
    /// Adds a new resource, at version 1.
    ///
    /// # Errors
    /// [`StoreError::Unauthenticated`]; [`StoreError::Reconfigured`]; [`StoreError::Conflict`] when a unique value is
    /// taken; [`StoreError::NoSuchMember`]; [`StoreError::TooLarge`].
    pub async fn create(
        &self,
        caller: &Caller<'_>,
        resource_type: &ResourceType,
        resource: &Resource,
        besides: &Besides,
    ) -> Result<(), StoreError> {
        let difference = Difference::between(caller.settings.tenant, resource_type, None, resource);
        let what = ("create", resource.id.as_str(), None);
        self.write(
            caller,
            resource_type,
            what,
            Some((resource, difference)),
            besides,
        )
        .await
    }

    /// Puts `new`, which was made from `old`, in its place; its version must be the next one.
    ///
    /// # Errors
    /// As [`Self::create`]; [`StoreError::NotFound`]; [`StoreError::PreconditionFailed`] when the resource is no longer
    /// at `old`'s version.
    pub async fn update(
        &self,
        caller: &Caller<'_>,
        resource_type: &ResourceType,
        operation: Operation,
        (old, new): (&Resource, &Resource),
        besides: &Besides,
    ) -> Result<(), StoreError> {
        let difference = Difference::between(caller.settings.tenant, resource_type, Some(old), new);
        let what = (operation.name(), new.id.as_str(), Some(old.version));
        self.write(
            caller,
            resource_type,
            what,
            Some((new, difference)),
            besides,
        )
        .await
    }

    /// Changes what is beside the document alone, whatever the version unless `expected` names one. Where that comes to
    /// nothing, the version stays, too.
    ///
    /// # Errors
    /// As [`Self::update`].
    pub async fn update_besides(
        &self,
        caller: &Caller<'_>,
        resource_type: &ResourceType,
        operation: Operation,
        (id, expected): (&str, Option<u64>),
        besides: &Besides,
    ) -> Result<(), StoreError> {
        let what = (operation.name(), id, expected);
        self.write(caller, resource_type, what, None, besides).await
    }

    /// Deletes a resource, whatever its version unless `expected` names one.
    ///
    /// # Errors
    /// [`StoreError::Unauthenticated`]; [`StoreError::Reconfigured`]; [`StoreError::NotFound`];
    /// [`StoreError::PreconditionFailed`] when it is at another version than `expected`.
    pub async fn delete(
        &self,
        caller: &Caller<'_>,
        resource_type: &ResourceType,
        id: &str,
        expected: Option<u64>,
    ) -> Result<(), StoreError> {
        let what = ("delete", id, expected);
        self.write(caller, resource_type, what, None, &Besides::default())
            .await
    }

    async fn write(
        &self,
        caller: &Caller<'_>,
        resource_type: &ResourceType,
        (operation, id, expected): (&str, &str, Option<u64>),
        document: Option<(&Resource, Difference)>,
        besides: &Besides,
    ) -> Result<(), StoreError> {
        let expected = expected.map(|version| i64::try_from(version).unwrap_or(i64::MAX));
        let mut parameters = vec![
            caller.access.tenant.as_str().into(),
            caller.access.token.kind().into(),
            caller.access.token.value(),
            caller.now.as_micros().into(),
            caller.settings.revision.into(),
            operation.into(),
            resource_type.name.as_str().into(),
            id.into(),
            expected.into(),
        ];
        parameters.extend(document_columns(document, besides)?);
        parameters.push(besides.members());
        parameters.push(besides.password.clone().into());
        self.run(&statement(), parameters).await.map(drop)
    }
}

/// `doc` to `attributes`.
fn document_columns(
    document: Option<(&Resource, Difference)>,
    besides: &Besides,
) -> Result<[Value; 8], StoreError> {
    let Some((resource, difference)) = document else {
        let mut columns = [const { Value::Null }; 8];
        columns[7] = Json::from_iter(besides.attributes()).to_string().into();
        return Ok(columns);
    };
    let doc = document_of(resource);
    if doc.len() > MAX_DOCUMENT {
        return Err(StoreError::TooLarge);
    }
    let display = display_of(&resource.attributes);
    let attributes = difference
        .attributes
        .into_iter()
        .chain(besides.attributes());
    Ok([
        doc.into(),
        display.map(str::to_owned).into(),
        display.map(fold).into(),
        difference.unindexed.into(),
        difference.indexed.into(),
        difference.freed.into(),
        difference.uniques.into(),
        Json::from_iter(attributes).to_string().into(),
    ])
}

fn statement() -> String {
    let names = COLUMNS.join(", ");
    let places: Vec<String> = (1..=COLUMNS.len())
        .map(|place| format!("?{place}"))
        .collect();
    format!("INSERT INTO write ({names}) VALUES ({})", places.join(", "))
}
