//! Names of tenants that somebody makes up.
//!
//! What an address may send is counted for each tenant by itself, and that there is no tenant of a name is known only when
//! the store has been asked. So whoever went from one made-up name to the next would never be refused. What turns out to
//! have been for no tenant therefore counts against one more bucket of its address, as large as the others. It is looked at
//! before a request for a tenant that this instance has not seen, in the instance's own memory: who asks for a tenant that
//! there is pays nothing for it, and neither uses it up nor is kept out by it, once the instance has seen the tenant.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;
use std::slice;

use rollcall_limits::{Admission, Ask, Batch, Failures, Micros};
use rollcall_store::{Database, TenantName};

use super::Caller;
use crate::ctx::Ctx;

/// How many tenants an instance remembers to have seen.
const MAX_SEEN: usize = 1024;

/// What an instance knows of names.
#[derive(Default)]
pub(super) struct Names {
    seen: RefCell<BTreeSet<TenantName>>,
    made_up: OnceCell<RefCell<Failures>>,
}

impl Names {
    fn has_seen(&self, tenant: &TenantName) -> bool {
        tenant.is_default() || self.seen.borrow().contains(tenant)
    }

    fn see(&self, tenant: TenantName) {
        let mut seen = self.seen.borrow_mut();
        if seen.len() >= MAX_SEEN {
            seen.clear();
        }
        seen.insert(tenant);
    }

    /// What an address owes, as far as this instance knows.
    fn debt(&self, ask: &Ask, now: Micros) -> Micros {
        let made_up = self.made_up.get();
        made_up.map_or(0, |made_up| {
            made_up.borrow().debt(ask.bucket(), &ask.key, now)
        })
    }

    /// Notes what an address owes, which is no less than before.
    fn owe(&self, ask: &Ask, debt: Micros, now: Micros, seed: impl FnOnce() -> [u8; 8]) {
        let new = || RefCell::new(Failures::new(u64::from_le_bytes(seed())));
        let mut made_up = self.made_up.get_or_init(new).borrow_mut();
        made_up.owe(&ask.key, debt, now);
    }
}

/// A request for a tenant that this instance has not seen: nobody knows whether there is one.
#[derive(Debug, PartialEq)]
pub struct Unseen {
    tenant: TenantName,
    /// The bucket of its address for tenants that there are not.
    ask: Ask,
}

/// Whether a request is for a tenant that this instance has not seen. Where addresses are not limited, it does not matter.
pub fn unseen<D: Database>(ctx: &Ctx<D>, caller: &Caller<'_>) -> Option<Unseen> {
    if ctx.limits.names.has_seen(caller.tenant) {
        return None;
    }
    let rate = ctx.config.limits_of(caller.client).address?;
    Some(Unseen {
        tenant: caller.tenant.clone(),
        ask: caller.made_up(rate)?,
    })
}

/// Whether there may be no such tenant, for all that this instance knows.
pub(crate) fn may_be_made_up<D: Database>(ctx: &Ctx<D>, tenant: &TenantName) -> bool {
    ctx.config.limits.address.is_some() && !ctx.limits.names.has_seen(tenant)
}

impl Unseen {
    /// Whether its address has made up too many names already.
    pub(super) fn admission<D: Database>(&self, ctx: &Ctx<D>, now: Micros) -> Admission {
        let debt = ctx.limits.names.debt(&self.ask, now);
        Admission::of(slice::from_ref(&self.ask), &[debt])
    }
}

/// What is left to do when such a request has been answered. If it was not served, and there is no such tenant, it counts
/// as one for nobody, and is refused after all where other instances have counted too many of those.
pub async fn settle<D: Database>(ctx: &Ctx<D>, unseen: Unseen, was_served: bool) -> Admission {
    let Unseen { tenant, ask } = unseen;
    let (limits, names) = (&ctx.limits, &ctx.limits.names);
    match is_there(ctx, &tenant, was_served).await {
        Some(true) => {
            names.see(tenant);
            return Admission::default();
        }
        Some(false) => {}
        None => return Admission::default(),
    }
    let now = super::now(ctx);
    let asks = slice::from_ref(&ask);
    let shared = if limits.is_shared {
        limits.take(asks, Batch::ONE, now).await
    } else {
        None
    };
    let shared = shared.and_then(|taken| taken.debts.first().copied());
    let debt = names.debt(&ask, now).max(shared.unwrap_or_default());
    names.owe(&ask, ask.bucket().take(debt).debt, now, || ctx.random());
    Admission::of(asks, &[debt])
}

/// Whether there is such a tenant; `None` when the store can't say.
async fn is_there<D: Database>(
    ctx: &Ctx<D>,
    tenant: &TenantName,
    was_served: bool,
) -> Option<bool> {
    if was_served {
        return Some(true);
    }
    let found = ctx.store().await.ok()?.tenant(tenant).await;
    found.ok().map(|tenant| tenant.is_some())
}
