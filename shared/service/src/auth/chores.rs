//! What need not be done before the answer: entries of the change log, and the care of keys.
//!
//! Issuing a JWT must not write, and yet every issuance is in the change log. So an instance collects the entries, and
//! writes many at once. See `docs/decisions/0006-issuance-is-logged-in-batches.md` for what a crash can lose.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::mem;

use rollcall_core::Timestamp;
use rollcall_store::auth::{Actor, Entry};
use rollcall_store::{Database, StoreError, TenantName};

use super::{keys, oauth_error};
use crate::ctx::Ctx;

/// So many entries are written with the next answer at the latest.
const MAX_WAITING: usize = 64;

/// The most entries that wait while the store fails. Those that come then are lost, and the log says so.
const MAX_KEPT: usize = 4096;

/// What an instance has still to do.
#[derive(Default)]
pub(crate) struct Chores {
    notes: RefCell<Vec<Note>>,
    tenants: RefCell<BTreeSet<TenantName>>,
    /// Whether someone is about to do it.
    is_under_way: Cell<bool>,
}

/// An entry that waits.
#[derive(Clone, Debug, PartialEq)]
struct Note {
    tenant: TenantName,
    at: Timestamp,
    /// `None` is the service itself.
    client: Option<String>,
    operation: &'static str,
    resource: String,
}

impl Chores {
    pub(super) fn tend_keys(&self, tenant: &TenantName) {
        self.tenants.borrow_mut().insert(tenant.clone());
    }

    /// A token was issued to a client.
    pub(super) fn issued(&self, tenant: &TenantName, at: Timestamp, client: &str, id: &str) {
        self.note(Note {
            tenant: tenant.clone(),
            at,
            client: Some(client.to_owned()),
            operation: "issue",
            resource: id.to_owned(),
        });
    }

    /// A request was refused, with that error code. Of equal ones that wait at the same time only the first is kept, so
    /// that whoever hammers at the door fills no disk; a client that does not exist has no name here.
    pub(super) fn refused(
        &self,
        tenant: &TenantName,
        at: Timestamp,
        client: Option<&str>,
        code: &str,
    ) {
        let is_same = |note: &Note| {
            note.operation == "refuse"
                && note.resource == code
                && note.client.as_deref() == client
                && note.tenant == *tenant
        };
        if self.notes.borrow().iter().any(is_same) {
            return;
        }
        self.note(Note {
            tenant: tenant.clone(),
            at,
            client: client.map(str::to_owned),
            operation: "refuse",
            resource: code.to_owned(),
        });
    }

    fn note(&self, note: Note) {
        let mut notes = self.notes.borrow_mut();
        if notes.len() < MAX_KEPT {
            notes.push(note);
        } else {
            eprintln!("the change log is behind, and loses {note:?}");
        }
    }
}

/// Whether there is anything to do that nobody is about to do, and whether it should be done at once. Who gets an answer
/// must call [`tend`] then: at once, or within a second.
pub fn has_chores<D: Database>(ctx: &Ctx<D>) -> Option<bool> {
    let chores = &ctx.chores;
    let is_urgent =
        chores.notes.borrow().len() >= MAX_WAITING || !chores.tenants.borrow().is_empty();
    if is_urgent {
        return Some(true);
    }
    if chores.notes.borrow().is_empty() || chores.is_under_way.replace(true) {
        return None;
    }
    Some(false)
}

/// Does what is left to do. What fails is logged, and tried again with the next.
pub async fn tend<D: Database>(ctx: &Ctx<D>) {
    ctx.chores.is_under_way.set(false);
    let notes = mem::take(&mut *ctx.chores.notes.borrow_mut());
    if let Err(notes) = record(ctx, notes).await {
        ctx.chores.notes.borrow_mut().extend(notes);
    }
    let tenants = mem::take(&mut *ctx.chores.tenants.borrow_mut());
    for tenant in tenants {
        if let Err(error) = keys::tend(ctx, &tenant).await {
            eprintln!("the keys of tenant `{tenant}` are not tended: {error}");
        }
    }
}

/// A tenant that is not there has no change log: whoever makes names up makes nobody wait for a write.
async fn write<D: Database>(
    ctx: &Ctx<D>,
    tenant: &TenantName,
    entries: &[Entry<'_>],
) -> Result<(), StoreError> {
    let store = ctx.store().await?;
    match store.authenticate_client(tenant, "", ctx.now()).await {
        Err(StoreError::NotFound) => Ok(()),
        Err(error) => Err(error),
        Ok(_) => store.record(tenant, entries).await,
    }
}

/// Writes the entries of each tenant; those that could not be written come back.
async fn record<D: Database>(ctx: &Ctx<D>, mut notes: Vec<Note>) -> Result<(), Vec<Note>> {
    while let Some(first) = notes.first() {
        let tenant = first.tenant.clone();
        let (ours, others): (Vec<_>, Vec<_>) =
            notes.into_iter().partition(|note| note.tenant == tenant);
        let entries: Vec<_> = ours
            .iter()
            .map(|note| Entry {
                at: note.at,
                actor: note.client.as_deref().map_or(Actor::Service, Actor::Client),
                operation: note.operation,
                resource_type: "AccessToken",
                resource: &note.resource,
            })
            .collect();
        let written = write(ctx, &tenant, &entries).await;
        notes = others;
        if let Err(error) = written {
            eprintln!("the change log waits: {}", oauth_error(error));
            notes.extend(ours);
            return Err(notes);
        }
    }
    Ok(())
}
