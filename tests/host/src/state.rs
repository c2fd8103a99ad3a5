//! What one instance of a component holds on the host's side.

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::{
    WasiHttpCtx,
    p3::{WasiHttpCtxView, WasiHttpView},
};

use crate::{
    key_value::Backend,
    logs::Logs,
    outbound::{Outbound, allow::AllowedHosts},
    variables::Values,
};

/// What the manifest and the runtime configuration grant one component.
pub(crate) struct Grants {
    pub(crate) id: String,
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) variables: Values,
    /// SQLite files by label.
    pub(crate) databases: HashMap<String, PathBuf>,
    /// Key-value stores by label.
    pub(crate) stores: HashMap<String, Arc<Backend>>,
    pub(crate) allowed_hosts: Arc<AllowedHosts>,
    pub(crate) logs: Logs,
}

/// The data of one instance's store.
pub(crate) struct State {
    pub(crate) component: Arc<Grants>,
    pub(crate) table: ResourceTable,
    outbound: Outbound,
    wasi: WasiCtx,
    http: WasiHttpCtx,
}

impl State {
    pub(crate) fn new(component: Arc<Grants>, outbound: Outbound) -> Self {
        let mut wasi = WasiCtxBuilder::new();
        wasi.envs(&component.environment)
            .stdout(component.logs.stdout())
            .stderr(component.logs.stderr());
        Self {
            component,
            table: ResourceTable::new(),
            outbound,
            wasi: wasi.build(),
            http: WasiHttpCtx::new(),
        }
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            hooks: &mut self.outbound,
            table: &mut self.table,
            ctx: &mut self.http,
        }
    }
}
