//! `spin:key-value`, over an SQLite file or Redis.

mod file;
mod redis;

use std::sync::Arc;

use wasmtime::component::{Accessor, FutureReader, HasSelf, Resource, StreamReader};

use crate::{
    bindings::spin::key_value::key_value::{Error, Host, HostStore, HostStoreWithStore},
    runtime_config::StoreLocation,
    state::State,
};

/// What a guest's `store` handle stands for.
#[derive(Clone)]
pub struct Store(Arc<Backend>);

/// Where the keys of one label are.
pub(crate) enum Backend {
    File(file::File),
    Redis(redis::Redis),
}

impl Backend {
    /// The store at `location`; nothing is opened yet.
    pub(crate) fn new(label: &str, location: &StoreLocation) -> Self {
        match location {
            StoreLocation::File(path) => Self::File(file::File::new(label, path)),
            StoreLocation::Redis(url) => Self::Redis(redis::Redis::new(url)),
        }
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        match self {
            Self::File(file) => file.get(key),
            Self::Redis(redis) => redis.get(key).await,
        }
    }

    async fn set(&self, key: &str, value: &[u8]) -> Result<(), Error> {
        match self {
            Self::File(file) => file.set(key, value),
            Self::Redis(redis) => redis.set(key, value).await,
        }
    }

    async fn delete(&self, key: &str) -> Result<(), Error> {
        match self {
            Self::File(file) => file.delete(key),
            Self::Redis(redis) => redis.delete(key).await,
        }
    }

    async fn exists(&self, key: &str) -> Result<bool, Error> {
        match self {
            Self::File(file) => file.exists(key),
            Self::Redis(redis) => redis.exists(key).await,
        }
    }

    async fn keys(&self) -> Result<Vec<String>, Error> {
        match self {
            Self::File(file) => file.keys(),
            Self::Redis(redis) => redis.keys().await,
        }
    }
}

fn other(error: impl std::fmt::Display) -> Error {
    Error::Other(error.to_string())
}

impl Host for State {}

impl HostStore for State {
    fn drop(&mut self, store: Resource<Store>) -> wasmtime::Result<()> {
        self.table.delete(store)?;
        Ok(())
    }
}

type Keys = (StreamReader<String>, FutureReader<Result<(), Error>>);

impl<T> HostStoreWithStore<T> for HasSelf<State> {
    async fn open(
        store: &Accessor<T, Self>,
        label: String,
    ) -> wasmtime::Result<Result<Resource<Store>, Error>> {
        store.with(|mut access| {
            let state = access.get();
            let Some(backend) = state.component.stores.get(&label) else {
                return Ok(Err(Error::AccessDenied));
            };
            let backend = Store(Arc::clone(backend));
            Ok(Ok(state.table.push(backend)?))
        })
    }

    async fn get(
        store: &Accessor<T, Self>,
        handle: Resource<Store>,
        key: String,
    ) -> wasmtime::Result<Result<Option<Vec<u8>>, Error>> {
        Ok(backend(store, &handle)?.get(&key).await)
    }

    async fn set(
        store: &Accessor<T, Self>,
        handle: Resource<Store>,
        key: String,
        value: Vec<u8>,
    ) -> wasmtime::Result<Result<(), Error>> {
        Ok(backend(store, &handle)?.set(&key, &value).await)
    }

    async fn delete(
        store: &Accessor<T, Self>,
        handle: Resource<Store>,
        key: String,
    ) -> wasmtime::Result<Result<(), Error>> {
        Ok(backend(store, &handle)?.delete(&key).await)
    }

    async fn exists(
        store: &Accessor<T, Self>,
        handle: Resource<Store>,
        key: String,
    ) -> wasmtime::Result<Result<bool, Error>> {
        Ok(backend(store, &handle)?.exists(&key).await)
    }

    async fn get_keys(
        store: &Accessor<T, Self>,
        handle: Resource<Store>,
    ) -> wasmtime::Result<Keys> {
        let (keys, outcome) = match backend(store, &handle)?.keys().await {
            Ok(keys) => (keys, Ok(())),
            Err(error) => (Vec::new(), Err(error)),
        };
        store.with(|mut access| {
            let keys = StreamReader::new(&mut access, keys)?;
            let outcome = FutureReader::new(&mut access, async { wasmtime::error::Ok(outcome) })?;
            Ok((keys, outcome))
        })
    }
}

fn backend<T>(
    store: &Accessor<T, HasSelf<State>>,
    handle: &Resource<Store>,
) -> wasmtime::Result<Arc<Backend>> {
    store.with(|mut access| Ok(Arc::clone(&access.get().table.get(handle)?.0)))
}
