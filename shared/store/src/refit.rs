//! What is stored of a resource type whose definition changes.

use rollcall_core::{JsonObject, ResourceType, unique_values};
use serde_json::json;

use crate::entries::Difference;
use crate::error::StoreError;
use crate::paths;
use crate::reindex::{Stored, Walk, reindex};
use crate::settings::Settings;
use crate::sql::{Database, SqlError};
use crate::store::Store;

/// What doesn't fit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Misfits {
    /// How many resources.
    pub count: u64,
    /// The oldest of them.
    pub first: Option<Misfit>,
}

/// A resource that doesn't fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Misfit {
    /// Its id.
    pub id: String,
    /// Why, in a sentence.
    pub why: String,
}

impl Misfits {
    fn add(&mut self, id: String, why: String) {
        self.count += 1;
        self.first.get_or_insert(Misfit { id, why });
    }
}

/// Who has a value that must be unique.
#[derive(Clone, Debug, PartialEq)]
pub struct Holder {
    /// The attribute's path.
    pub path: String,
    /// The value in the form in which it is compared.
    pub value: String,
    /// The id of the resource that has it.
    pub id: String,
}

impl<D: Database> Store<D> {
    /// Finds each resource by the `new` form of its type, and no longer by the `old` one. Those that `violation` says a
    /// sentence about are counted, and those that would share a value that has to be unique.
    ///
    /// This is many statements, so it is to be part of a batch, which is to be undone when something doesn't fit.
    ///
    /// # Errors
    /// [`StoreError::Backend`].
    pub async fn refit(
        &self,
        settings: &Settings,
        (old, new): (&ResourceType, &ResourceType),
        violation: impl Fn(&JsonObject) -> Option<String>,
    ) -> Result<Misfits, StoreError> {
        let mut misfits = Misfits::default();
        let mut walk = Walk::new(settings.tenant, &new.name);
        loop {
            let stored = walk.next(self.connection()).await?;
            if stored.is_empty() {
                return Ok(misfits);
            }
            for resource in stored {
                let why = match violation(&resource.attributes) {
                    Some(why) => Some(why),
                    None => self.refit_one(settings, (old, new), &resource).await?,
                };
                if let Some(why) = why {
                    misfits.add(resource.id, why);
                }
            }
        }
    }

    /// Says why it can't be done, if it can't.
    async fn refit_one(
        &self,
        settings: &Settings,
        (old, new): (&ResourceType, &ResourceType),
        resource: &Stored,
    ) -> Result<Option<String>, StoreError> {
        let difference = Difference::of_type(settings.tenant, &resource.attributes, (old, new));
        if difference.is_empty() {
            return Ok(None);
        }
        match reindex(self.connection(), resource.seq, difference).await {
            Ok(()) => Ok(None),
            Err(SqlError::Unique(_)) => {
                let what = (&resource.attributes, Some(resource.seq));
                let holder = self.holder_but(settings, new, what).await?;
                Ok(Some(holder.map_or_else(
                    || "a value that must be unique is taken".to_owned(),
                    |holder| {
                        format!(
                            "`{}` `{}` is also that of the {} with the id `{}`",
                            holder.path,
                            rollcall_core::excerpt(&holder.value),
                            new.name,
                            holder.id
                        )
                    },
                )))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The resource that has one of the values of these attributes that must be unique, if there is one.
    ///
    /// # Errors
    /// [`StoreError::Backend`].
    pub async fn holder(
        &self,
        settings: &Settings,
        resource_type: &ResourceType,
        attributes: &JsonObject,
    ) -> Result<Option<Holder>, StoreError> {
        self.holder_but(settings, resource_type, (attributes, None))
            .await
    }

    /// The same, but for the resource of that number.
    async fn holder_but(
        &self,
        settings: &Settings,
        resource_type: &ResourceType,
        (attributes, but): (&JsonObject, Option<i64>),
    ) -> Result<Option<Holder>, StoreError> {
        let uniques = unique_values(attributes, resource_type);
        let items: Vec<_> = uniques
            .iter()
            .map(|unique| {
                let path = paths::number(
                    settings.tenant,
                    &resource_type.name,
                    &unique.path,
                    unique.lookup,
                );
                json!([path, unique.value])
            })
            .collect();
        let statement = "SELECT item.key, r.id FROM json_each(?1) item \
            CROSS JOIN unique_value u ON u.path = item.value ->> 0 AND u.value = item.value ->> 1 \
            CROSS JOIN resource r ON r.seq = u.resource WHERE u.resource IS NOT ?2 LIMIT 1";
        let parameters = vec![json!(items).to_string().into(), but.into()];
        let rows = self.run(statement, parameters).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let number = row
            .integer(0)?
            .and_then(|number| usize::try_from(number).ok());
        let unique = number.and_then(|number| uniques.into_iter().nth(number));
        Ok(unique.zip(row.text(1)?).map(|(unique, id)| Holder {
            path: unique.path,
            value: unique.value,
            id: id.to_owned(),
        }))
    }
}
