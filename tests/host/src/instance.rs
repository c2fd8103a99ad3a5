//! Instances and their reuse: how many requests one takes, and when it is dropped.

use std::{
    pin::Pin,
    sync::{Arc, Weak},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use tokio::time::{Sleep, sleep, sleep_until};
use wasmtime::{Engine, Store, StoreContextMut, component::GuestTaskId};
use wasmtime_wasi_http::{
    handler::{
        HandlerState, Instance, Proxy, ShouldAccept, ViewFn, WorkerExpiration, WorkerState,
        WorkerStatus,
    },
    p3::WasiHttpView,
};

use crate::{
    app::App,
    engine::Prepared,
    outbound::Outbound,
    state::{Grants, State},
};

/// How instances are reused; the defaults are Spin's.
#[derive(Clone, Copy, Debug)]
pub struct Reuse {
    /// Requests that one instance takes in its life.
    pub count: usize,
    /// Requests that one instance takes at once.
    pub concurrent: usize,
    /// How long an instance without requests lives on.
    pub idle_timeout: Duration,
    /// How long a request may take; nothing is no limit.
    pub request_timeout: Option<Duration>,
}

impl Default for Reuse {
    fn default() -> Self {
        Self {
            count: 128,
            concurrent: 16,
            idle_timeout: Duration::from_secs(1),
            request_timeout: None,
        }
    }
}

/// Makes the instances of one component.
pub(crate) struct Handler {
    grants: Arc<Grants>,
    prepared: Prepared,
    engine: Engine,
    reuse: Reuse,
    app: Weak<App>,
}

impl Handler {
    pub(crate) fn new(
        grants: Arc<Grants>,
        prepared: Prepared,
        engine: &Engine,
        reuse: Reuse,
        app: Weak<App>,
    ) -> Self {
        Self {
            grants,
            prepared,
            engine: engine.clone(),
            reuse,
            app,
        }
    }
}

impl HandlerState for Handler {
    type StoreData = State;
    type WorkerExpiration = Expiration;
    type WorkerState = Worker;

    async fn instantiate(&self) -> wasmtime::Result<Instance<State, Expiration, Worker>> {
        let outbound = Outbound::new(Arc::clone(&self.grants.allowed_hosts), self.app.clone());
        let state = State::new(Arc::clone(&self.grants), outbound);
        let mut store = Store::new(&self.engine, state);
        let service = self.prepared.instantiate_async(&mut store).await?;
        Ok(Instance {
            store,
            proxy: Proxy::P3(service),
            view: ViewFn::P3(State::http),
            expiration: Expiration {
                reuse: self.reuse,
                sleep: None,
            },
            state: Worker {
                component: Arc::clone(&self.grants),
                reuse: self.reuse,
                app: self.app.clone(),
            },
        })
    }
}

/// Ends an instance that is idle, or whose requests all took too long.
pub(crate) struct Expiration {
    reuse: Reuse,
    /// The running timer.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl WorkerExpiration for Expiration {
    fn poll(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        status: WorkerStatus,
        start: Instant,
    ) -> Poll<()> {
        let limit = match status {
            WorkerStatus::Idle => Some(self.reuse.idle_timeout),
            WorkerStatus::Requests | WorkerStatus::PostReturn => self.reuse.request_timeout,
        };
        let Some(limit) = limit else {
            self.sleep = None;
            return Poll::Pending;
        };
        let deadline = tokio::time::Instant::from_std(start + limit);
        let sleep = self
            .sleep
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if sleep.deadline() != deadline {
            sleep.as_mut().reset(deadline);
        }
        sleep.as_mut().poll(cx)
    }
}

/// Decides what an instance takes on.
pub(crate) struct Worker {
    component: Arc<Grants>,
    reuse: Reuse,
    app: Weak<App>,
}

impl WorkerState for Worker {
    type StoreData = State;
    type RequestId = ();

    fn should_accept_request(&self, concurrent: usize, total: usize) -> ShouldAccept {
        if total >= self.reuse.count {
            ShouldAccept::Never
        } else if concurrent >= self.reuse.concurrent {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    fn on_request_start(
        &self,
        _: StoreContextMut<'_, State>,
        (): (),
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + Sync>> {
        match self.reuse.request_timeout {
            Some(limit) => Box::pin(sleep(limit)),
            None => Box::pin(std::future::pending()),
        }
    }

    fn drop(&self, _: Store<State>, result: wasmtime::Result<()>) {
        // A host that stops cuts its instances off, which is no failure of theirs.
        let stopping = self.app.upgrade().is_none_or(|app| app.is_stopping());
        if let Err(error) = result
            && !stopping
        {
            tracing::error!("an instance of `{}` ended: {error:?}", self.component.id);
        }
    }
}
