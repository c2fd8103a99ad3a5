//! Keys in Redis. As under Spin, the label is not part of a key.

use redis::{AsyncCommands, Client, aio::MultiplexedConnection};
use tokio::sync::OnceCell;

use super::other;
use crate::bindings::spin::key_value::key_value::Error;

/// A Redis server, connected to at first use.
pub(crate) struct Redis {
    url: String,
    connection: OnceCell<MultiplexedConnection>,
}

impl Redis {
    pub(super) fn new(url: &str) -> Self {
        Self {
            url: url.into(),
            connection: OnceCell::new(),
        }
    }

    async fn connection(&self) -> Result<MultiplexedConnection, Error> {
        let connect = async || {
            let client = Client::open(self.url.as_str())?;
            client.get_multiplexed_async_connection().await
        };
        self.connection
            .get_or_try_init(connect)
            .await
            .cloned()
            .map_err(other)
    }

    pub(super) async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.connection().await?.get(key).await.map_err(other)
    }

    pub(super) async fn set(&self, key: &str, value: &[u8]) -> Result<(), Error> {
        self.connection()
            .await?
            .set(key, value)
            .await
            .map_err(other)
    }

    pub(super) async fn delete(&self, key: &str) -> Result<(), Error> {
        self.connection().await?.del(key).await.map_err(other)
    }

    pub(super) async fn exists(&self, key: &str) -> Result<bool, Error> {
        self.connection().await?.exists(key).await.map_err(other)
    }

    pub(super) async fn keys(&self) -> Result<Vec<String>, Error> {
        self.connection().await?.keys("*").await.map_err(other)
    }
}
