//! One wasmtime engine, linker and set of compiled components per process.
//!
//! Compiled code is kept on disk by wasmtime's own cache, keyed by the Wasm bytes, the wasmtime
//! version and the compiler's settings, so that only the first start of a build compiles.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Mutex, OnceLock, PoisonError},
    time::SystemTime,
};

use anyhow::{Context, Result, bail};
use wasmtime::{
    Cache, CacheConfig, Config, Engine, PoolingAllocationConfig,
    component::{Component, HasSelf, Linker},
};
use wasmtime_wasi_http::p3::bindings::ServicePre;

use crate::{bindings, state::State};

/// Instances alive at once, over all hosts of the process: Spin's number.
const INSTANCES: u32 = 1000;

/// A component ready to be instantiated.
pub(crate) type Prepared = ServicePre<State>;

/// What every host of the process shares.
pub(crate) struct Shared {
    pub(crate) engine: Engine,
    linker: Linker<State>,
    compiled: Mutex<HashMap<FileVersion, Component>>,
}

/// A file as it was when it was compiled.
#[derive(PartialEq, Eq, Hash)]
struct FileVersion {
    path: PathBuf,
    len: u64,
    modified: SystemTime,
}

/// The process's engine; the first caller says where compiled code is cached.
pub(crate) fn shared(cache_dir: &Path) -> Result<&'static Shared> {
    static SHARED: OnceLock<Result<Shared>> = OnceLock::new();
    SHARED
        .get_or_init(|| Shared::new(cache_dir))
        .as_ref()
        .map_err(|error| anyhow::anyhow!("cannot set up wasmtime: {error:#}"))
}

impl Shared {
    fn new(cache_dir: &Path) -> Result<Self> {
        let engine = Engine::new(&config(cache_dir)?)?;
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        wasmtime_wasi::p3::add_to_linker(&mut linker)?;
        wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
        bindings::Spin::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
        Ok(Self {
            engine,
            linker,
            compiled: Mutex::default(),
        })
    }

    /// The component in the file at `path`, compiled and linked.
    pub(crate) fn prepare(&self, path: &Path) -> Result<Prepared> {
        let component = self.compile(path)?;
        Ok(ServicePre::new(self.linker.instantiate_pre(&component)?)?)
    }

    fn compile(&self, path: &Path) -> Result<Component> {
        let Ok(file) = path.metadata() else {
            bail!("`{}` is missing: run `cargo xtask build`", path.display());
        };
        let version = FileVersion {
            path: path.to_owned(),
            len: file.len(),
            modified: file.modified()?,
        };
        // Held while compiling: a second host that wants the same file waits for it.
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(component) = compiled.get(&version) {
            return Ok(component.clone());
        }
        let component = Component::from_file(&self.engine, path).map_err(|error| {
            anyhow::anyhow!(
                "`{}` is not a component that can be run: {error:#}",
                path.display()
            )
        })?;
        compiled.insert(version, component.clone());
        Ok(component)
    }
}

fn config(cache_dir: &Path) -> Result<Config> {
    let mut cache = CacheConfig::new();
    // Wasmtime wants the path absolute and existing.
    std::fs::create_dir_all(cache_dir)
        .with_context(|| format!("cannot create `{}`", cache_dir.display()))?;
    cache.with_directory(cache_dir.canonicalize()?);
    let mut pool = PoolingAllocationConfig::new();
    // Address space is reserved for all instances; memory is only held by those that live. A
    // small number of warm slots keeps that so after a burst.
    pool.total_component_instances(INSTANCES)
        .total_core_instances(INSTANCES * 4)
        .total_memories(INSTANCES)
        .total_tables(INSTANCES * 2)
        .total_stacks(INSTANCES)
        .max_unused_warm_slots(16);
    let mut config = Config::new();
    config
        .wasm_component_model_async(true)
        .allocation_strategy(pool)
        .cache(Some(Cache::new(cache)?));
    Ok(config)
}
