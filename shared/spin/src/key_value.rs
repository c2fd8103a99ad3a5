//! Documents that anyone may see, in Spin's key-value store `default`.

use rollcall_service::{Answer, Documents};
use spin_sdk::key_value::Store;

/// The store. It is opened for each use, which is rare.
pub(crate) struct KeyValue;

impl Documents for KeyValue {
    fn get<'a>(&'a self, name: &'a str) -> Answer<'a, Result<Option<Vec<u8>>, String>> {
        Box::pin(async move {
            let store = Store::open_default().await.map_err(text)?;
            store.get(name).await.map_err(text)
        })
    }

    fn put<'a>(&'a self, name: &'a str, document: &'a [u8]) -> Answer<'a, Result<(), String>> {
        Box::pin(async move {
            let store = Store::open_default().await.map_err(text)?;
            store.set(name, document).await.map_err(text)
        })
    }
}

fn text(error: impl ToString) -> String {
    error.to_string()
}
