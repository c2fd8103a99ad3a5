//! How many requests are served: of a tenant, a client, from an address.
//!
//! A limiter that fails must not be what stops the service: requests pass, and are counted. Failures of clients to say
//! who they are, however, are limited in the instance as well, where nothing can fail.

mod caller;
mod instance;
mod names;

use std::cell::{Cell, OnceCell, RefCell};
use std::hash::RandomState;

use rollcall_limits::{Breaker, Failures, Held, Kind};
// What callers of the use cases, and those who fill the port, need.
pub use rollcall_limits::{
    Admission, Ask, Batch, ClientAddress, Micros, NotARate, NotProxies, Policy, Proxies, Rate,
    Taken, script,
};
use rollcall_store::Database;

pub use self::caller::{Caller, Client};
use self::instance::InstanceLimiter;
use self::names::Names;
pub(crate) use self::names::may_be_made_up;
pub use self::names::{Unseen, settle, unseen};
use crate::ctx::Ctx;
use crate::ports::{Limiter, LimiterError};

/// What the operator sets. Nothing is limited by default.
#[derive(Clone, Copy, Debug, Default)]
pub struct LimitSettings {
    /// For all requests of a tenant.
    pub tenant: Option<Rate>,
    /// For the requests of a client, or with a token.
    pub client: Option<Rate>,
    /// For the requests from an address.
    pub address: Option<Rate>,
    /// For failures of a client at an address to say who it is.
    pub failures: Option<Rate>,
}

impl LimitSettings {
    /// Whether requests are not limited.
    #[must_use]
    pub const fn are_off(&self) -> bool {
        self.tenant.is_none() && self.client.is_none() && self.address.is_none()
    }

    /// Whether nothing is limited at all, neither requests nor failures.
    #[must_use]
    pub const fn are_all_off(&self) -> bool {
        self.are_off() && self.failures.is_none()
    }
}

/// The counts of this instance.
pub(crate) struct Limits {
    limiter: Box<dyn Limiter>,
    is_shared: bool,
    held: RefCell<Held>,
    /// What makes [`Kind`]s.
    kinds: RandomState,
    breaker: RefCell<Breaker>,
    failures: OnceCell<RefCell<Failures>>,
    names: Names,
    turn: Cell<u32>,
    unlimited: Cell<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self::new(InstanceLimiter::default(), false)
    }
}

impl Limits {
    pub fn shared(limiter: impl Limiter + 'static) -> Self {
        Self::new(limiter, true)
    }

    fn new(limiter: impl Limiter + 'static, is_shared: bool) -> Self {
        Self {
            limiter: Box::new(limiter),
            is_shared,
            held: RefCell::default(),
            kinds: RandomState::new(),
            breaker: RefCell::default(),
            failures: OnceCell::new(),
            names: Names::default(),
            turn: Cell::new(0),
            unlimited: Cell::new(0),
        }
    }

    /// Asks the limiter; none when it can't say.
    async fn take(&self, asks: &[Ask], batch: Batch, now: Micros) -> Option<Taken> {
        if !self.breaker.borrow().is_closed(now) {
            return None;
        }
        let taken = self.limiter.take(asks, batch, now).await;
        match &taken {
            Ok(_) => self.breaker.borrow_mut().succeeded(),
            Err(error) => self.note(error, now),
        }
        taken.ok()
    }

    /// Asks the limiter for the places that a request needs, or none if it `has` some that were held, and for some more to
    /// hold; none when it can't say. Which part of a limit is asked does not matter to what is held.
    async fn admission(
        &self,
        kind: Kind,
        asks: impl Fn(u32) -> Vec<Ask>,
        turn: impl Fn() -> u32,
        has: Option<Admission>,
        now: Micros,
    ) -> Option<Admission> {
        let mut asked = asks(0);
        if asked.is_empty() {
            return Some(Admission::default());
        }
        let batch = if self.is_shared {
            self.held
                .borrow_mut()
                .next(kind, &asked, has.is_some(), now)
        } else {
            Batch::ONE
        };
        if asked.iter().any(|ask| ask.shards > 1) {
            asked = asks(turn());
        }
        let Some(taken) = self.take(&asked, batch, now).await else {
            return has;
        };
        let admission = has.unwrap_or_else(|| taken.admission(&asked));
        let mut held = self.held.borrow_mut();
        held.keep(kind, asked, batch, taken, now);
        Some(admission)
    }

    /// Lets a request in that the limiter has said nothing about.
    fn pass(&self) -> Admission {
        self.unlimited.set(self.unlimited.get() + 1);
        Admission::default()
    }

    fn note(&self, error: &LimiterError, now: Micros) {
        let pauses = self.breaker.borrow_mut().failed(now);
        let pauses = if pauses {
            ", and is not asked for some seconds"
        } else {
            ""
        };
        let unlimited = self.unlimited.get();
        eprintln!(
            "{error}{pauses}; requests that this instance served without a limit before: {unlimited}"
        );
    }
}

/// Whether a request may be served, before any work is done for it. It is counted if so.
pub async fn admit<D: Database>(ctx: &Ctx<D>, caller: &Caller<'_>) -> Admission {
    let (limits, settings) = (&ctx.limits, ctx.config.limits_of(caller.client));
    // None have been counted anywhere, unless here or where all are.
    let may_have_failed = limits.is_shared || limits.failures.get().is_some();
    let failures = settings.failures.filter(|_| may_have_failed);
    if settings.are_off() && failures.is_none() {
        return Admission::default();
    }
    let now = now(ctx);
    if let Some(unseen) = unseen(ctx, caller) {
        let admission = unseen.admission(ctx, now);
        if !admission.is_allowed() {
            return admission;
        }
    }
    let failures = failures.map(|rate| caller.failure(rate, false));
    if let Some(ask) = &failures {
        let failed = limits.failures.get();
        let debt = failed.map(|failed| failed.borrow().debt(ask.bucket(), &ask.key, now));
        let admission = Admission::of(std::slice::from_ref(ask), &[debt.unwrap_or_default()]);
        if !admission.is_allowed() {
            return admission;
        }
    }
    let kind = caller.kind(settings, &limits.kinds);
    let spent = limits.held.borrow_mut().spend(kind, now);
    let has = match spent {
        Some(spent) if !spent.wants_more => return spent.admission,
        spent => spent.map(|spent| spent.admission),
    };
    let failures = failures.filter(|_| limits.is_shared);
    let asks = |turn| {
        let mut asks = caller.asks(settings, limits.limiter.shards(), turn);
        asks.extend(failures.clone());
        asks
    };
    let admission = limits.admission(kind, asks, || turn(ctx), has, now);
    let admission = admission.await;
    admission.unwrap_or_else(|| limits.pass())
}

/// Counts a request whose caller failed to say who it is.
pub async fn failed<D: Database>(ctx: &Ctx<D>, caller: &Caller<'_>) {
    let limits = &ctx.limits;
    let Some(rate) = ctx.config.limits_of(caller.client).failures else {
        return;
    };
    let (now, ask) = (now(ctx), caller.failure(rate, true));
    let failures = limits
        .failures
        .get_or_init(|| RefCell::new(Failures::new(u64::from_le_bytes(ctx.random()))));
    failures.borrow_mut().count(ask.bucket(), &ask.key, now);
    if limits.is_shared {
        limits.take(&[ask], Batch::ONE, now).await;
    }
}

/// How many requests this instance has served without knowing whether it should have, since its limiter failed.
pub fn unlimited<D: Database>(ctx: &Ctx<D>) -> u64 {
    ctx.limits.unlimited.get()
}

fn now<D: Database>(ctx: &Ctx<D>) -> Micros {
    Micros::try_from(ctx.now().as_micros()).unwrap_or_default()
}

/// Which part of a limit is next: each instance begins with another one.
fn turn<D: Database>(ctx: &Ctx<D>) -> u32 {
    let turn = &ctx.limits.turn;
    if turn.get() == 0 && ctx.limits.limiter.shards() > 1 {
        turn.set(u32::from_le_bytes(ctx.random()));
    }
    turn.set(turn.get().wrapping_add(1));
    turn.get()
}
