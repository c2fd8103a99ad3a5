//! `spin:redis`: one TCP connection per `open`, which is never opened again, and no time-outs.

use redis::{
    AsyncCommands, AsyncConnectionConfig, Client, FromRedisValue, RedisError, Value,
    aio::MultiplexedConnection,
};
use wasmtime::component::{Accessor, HasSelf, Resource};

use crate::{
    bindings::spin::redis::redis::{
        Error, Host, HostConnection, HostConnectionWithStore, RedisParameter, RedisResult,
    },
    state::State,
};

/// What a guest's `connection` handle stands for.
#[derive(Clone)]
pub struct Connection(MultiplexedConnection);

impl Host for State {}

impl HostConnection for State {
    fn drop(&mut self, connection: Resource<Connection>) -> wasmtime::Result<()> {
        self.table.delete(connection)?;
        Ok(())
    }
}

impl<T> HostConnectionWithStore<T> for HasSelf<State> {
    async fn open(
        store: &Accessor<T, Self>,
        address: String,
    ) -> wasmtime::Result<Result<Resource<Connection>, Error>> {
        let allowed =
            store.with(|mut access| access.get().component.allowed_hosts.allows(&address));
        if !allowed {
            return Ok(Err(Error::InvalidAddress));
        }
        let connection = match connect(&address).await {
            Ok(connection) => connection,
            Err(error) => return Ok(Err(error)),
        };
        store.with(|mut access| Ok(Ok(access.get().table.push(connection)?)))
    }

    async fn publish(
        store: &Accessor<T, Self>,
        connection: Resource<Connection>,
        channel: String,
        payload: Vec<u8>,
    ) -> wasmtime::Result<Result<(), Error>> {
        Ok(get(store, &connection)?
            .publish(channel, payload)
            .await
            .map_err(error))
    }

    async fn get(
        store: &Accessor<T, Self>,
        connection: Resource<Connection>,
        key: String,
    ) -> wasmtime::Result<Result<Option<Vec<u8>>, Error>> {
        Ok(get(store, &connection)?.get(key).await.map_err(error))
    }

    async fn set(
        store: &Accessor<T, Self>,
        connection: Resource<Connection>,
        key: String,
        value: Vec<u8>,
    ) -> wasmtime::Result<Result<(), Error>> {
        Ok(get(store, &connection)?
            .set(key, value)
            .await
            .map_err(error))
    }

    async fn incr(
        store: &Accessor<T, Self>,
        connection: Resource<Connection>,
        key: String,
    ) -> wasmtime::Result<Result<i64, Error>> {
        Ok(get(store, &connection)?.incr(key, 1).await.map_err(error))
    }

    async fn del(
        store: &Accessor<T, Self>,
        connection: Resource<Connection>,
        keys: Vec<String>,
    ) -> wasmtime::Result<Result<u32, Error>> {
        Ok(get(store, &connection)?.del(keys).await.map_err(error))
    }

    async fn sadd(
        store: &Accessor<T, Self>,
        connection: Resource<Connection>,
        key: String,
        values: Vec<String>,
    ) -> wasmtime::Result<Result<u32, Error>> {
        Ok(get(store, &connection)?
            .sadd(key, values)
            .await
            .map_err(error))
    }

    async fn smembers(
        store: &Accessor<T, Self>,
        connection: Resource<Connection>,
        key: String,
    ) -> wasmtime::Result<Result<Vec<String>, Error>> {
        Ok(get(store, &connection)?.smembers(key).await.map_err(error))
    }

    async fn srem(
        store: &Accessor<T, Self>,
        connection: Resource<Connection>,
        key: String,
        values: Vec<String>,
    ) -> wasmtime::Result<Result<u32, Error>> {
        Ok(get(store, &connection)?
            .srem(key, values)
            .await
            .map_err(error))
    }

    async fn execute(
        store: &Accessor<T, Self>,
        connection: Resource<Connection>,
        command: String,
        arguments: Vec<RedisParameter>,
    ) -> wasmtime::Result<Result<Vec<RedisResult>, Error>> {
        let mut connection = get(store, &connection)?;
        let mut command = redis::cmd(&command);
        for argument in arguments {
            match argument {
                RedisParameter::Int64(integer) => command.arg(integer),
                RedisParameter::Binary(bytes) => command.arg(bytes),
            };
        }
        let reply = command.query_async::<Flat>(&mut connection).await;
        Ok(reply.map(|Flat(results)| results).map_err(error))
    }
}

async fn connect(address: &str) -> Result<Connection, Error> {
    let client = Client::open(address).map_err(|_| Error::InvalidAddress)?;
    let config = AsyncConnectionConfig::new()
        .set_response_timeout(None)
        .set_connection_timeout(None);
    let connection = client
        .get_multiplexed_async_connection_with_config(&config)
        .await;
    Ok(Connection(connection.map_err(error)?))
}

fn get<T>(
    store: &Accessor<T, HasSelf<State>>,
    connection: &Resource<Connection>,
) -> wasmtime::Result<MultiplexedConnection> {
    store.with(|mut access| Ok(access.get().table.get(connection)?.0.clone()))
}

fn error(error: RedisError) -> Error {
    Error::Other(error.to_string())
}

/// A reply with its nested arrays flattened into one list.
struct Flat(Vec<RedisResult>);

impl FromRedisValue for Flat {
    fn from_redis_value(reply: Value) -> Result<Self, redis::ParsingError> {
        let mut flat = Vec::new();
        flatten(reply, &mut flat)?;
        Ok(Self(flat))
    }
}

fn flatten(reply: Value, flat: &mut Vec<RedisResult>) -> Result<(), redis::ParsingError> {
    flat.push(match reply {
        Value::Array(replies) | Value::Set(replies) => {
            return replies
                .into_iter()
                .try_for_each(|reply| flatten(reply, flat));
        }
        Value::Nil => RedisResult::Nil,
        Value::Okay => RedisResult::Status("OK".into()),
        Value::SimpleString(status) => RedisResult::Status(status),
        Value::Int(integer) => RedisResult::Int64(integer),
        Value::Boolean(truth) => RedisResult::Int64(truth.into()),
        Value::BulkString(bytes) => RedisResult::Binary(bytes),
        Value::Double(double) => RedisResult::Binary(double.to_string().into_bytes()),
        _ => return Err("this kind of Redis reply is not supported".into()),
    });
    Ok(())
}
