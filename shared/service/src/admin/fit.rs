//! Whether what is stored fits definitions that are about to change.

use rollcall_core::{JsonObject, ResourceType, ResourceTypes, violation, widens};
use rollcall_store::{Database, Misfit, Settings, Store};

use super::AdminError;
use crate::resources::secret::kept_secret;

/// Finds what is stored by the new types, in a batch that is to be undone when this fails.
///
/// # Errors
/// [`AdminError::Conflict`] with the number of resources that don't fit, and the first of them.
pub(super) async fn refit<D: Database>(
    batch: &Store<D>,
    settings: &Settings,
    old: &ResourceTypes,
    new: &ResourceTypes,
) -> Result<(), AdminError> {
    let mut count = 0;
    let mut first = None;
    for known in old.iter() {
        let Some(changed) = new.by_name(&known.name) else {
            is_empty(batch, settings, known).await?;
            continue;
        };
        if widens(known, changed) {
            continue;
        }
        let misfits = batch
            .refit(settings, (known, changed), |stored| misfit(stored, changed))
            .await
            .map_err(AdminError::Store)?;
        count += misfits.count;
        first = first.or(misfits.first.map(|first| (&known.name, first)));
    }
    match first {
        None => Ok(()),
        Some((name, Misfit { id, why })) => {
            let (resources, them) = plural(count);
            Err(AdminError::Conflict(format!(
                "{count} stored {resources} would not fit: change {them} first, such as the {name} with the id `{id}`: {why}"
            )))
        }
    }
}

/// Why a resource doesn't fit.
fn misfit(stored: &JsonObject, changed: &ResourceType) -> Option<String> {
    violation(stored, changed).or_else(|| {
        kept_secret(stored, changed).map(|path| {
            format!("`{path}` would never be returned, and what never is must not be kept")
        })
    })
}

/// Refuses that a type goes which has resources.
async fn is_empty<D: Database>(
    batch: &Store<D>,
    settings: &Settings,
    gone: &ResourceType,
) -> Result<(), AdminError> {
    let (count, first) = batch
        .population(settings, &gone.name)
        .await
        .map_err(AdminError::Store)?;
    let Some(id) = first else {
        return Ok(());
    };
    let (resources, them) = plural(count);
    Err(AdminError::Conflict(format!(
        "{} has {count} {resources}: delete {them} first, such as the one with the id `{id}`",
        gone.name
    )))
}

const fn plural(count: u64) -> (&'static str, &'static str) {
    match count {
        1 => ("resource", "it"),
        _ => ("resources", "them"),
    }
}
