//! Host calls by a script: a list of steps in, a list of outcomes out.
//!
//! Named connections live as long as the instance, so that a later script finds them. A step that
//! takes more than half a second is given up.

use std::{cell::RefCell, collections::HashMap, pin::pin, rc::Rc, time::Duration};

use futures::future::{Either, select};
use http_body_util::BodyExt;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use spin_sdk::{
    http, key_value,
    redis::{self, RedisParameter, RedisResult},
    sqlite::{self, QueryResult, RowResult, Value, wit::sqlite as wit},
    time::sleep,
    variables,
};

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    Fetch {
        url: String,
    },
    KvDelete {
        label: String,
        key: String,
    },
    KvExists {
        label: String,
        key: String,
    },
    KvGet {
        label: String,
        key: String,
    },
    KvKeys {
        label: String,
    },
    KvSet {
        label: String,
        key: String,
        value: String,
    },
    Redis {
        name: String,
        command: String,
        args: Vec<Json>,
    },
    RedisOpen {
        name: String,
        address: String,
    },
    RedisTyped {
        name: String,
    },
    /// `execute` of the asynchronous interface; `read` rows, or all of them and the result.
    Stream {
        name: String,
        sql: String,
        #[serde(default)]
        params: Vec<Json>,
        read: Option<usize>,
    },
    StreamOpen {
        name: String,
        database: String,
    },
    /// Drops the results that earlier steps did not read to the end.
    StreamRelease,
    /// `execute` of the synchronous interface.
    Sql {
        name: String,
        sql: String,
        #[serde(default)]
        params: Vec<Json>,
    },
    SqlChanges {
        name: String,
    },
    SqlClose {
        name: String,
    },
    SqlOpen {
        name: String,
        database: String,
    },
    Variable {
        name: String,
    },
}

/// How a step ended.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Ok(Json),
    Error(String),
    TimedOut,
}

thread_local! {
    static BLOCKING: RefCell<HashMap<String, Rc<wit::Connection>>> = RefCell::default();
    static STREAMING: RefCell<HashMap<String, Rc<sqlite::Connection>>> = RefCell::default();
    static UNREAD: RefCell<Vec<QueryResult>> = RefCell::default();
    static REDIS: RefCell<HashMap<String, Rc<redis::Connection>>> = RefCell::default();
}

/// Runs `steps` in order.
pub async fn run(steps: Vec<Step>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for step in steps {
        let limit = pin!(sleep(Duration::from_millis(500)));
        outcomes.push(match select(pin!(perform(step)), limit).await {
            Either::Left((Ok(value), _)) => Outcome::Ok(value),
            Either::Left((Err(error), _)) => Outcome::Error(error.to_string()),
            Either::Right(_) => Outcome::TimedOut,
        });
    }
    outcomes
}

async fn perform(step: Step) -> anyhow::Result<Json> {
    match step {
        Step::Fetch { url } => fetch(&url).await,
        Step::KvDelete { label, key } => {
            key_value::Store::open(label).await?.delete(key).await?;
            Ok(Json::Null)
        }
        Step::KvExists { label, key } => Ok(key_value::Store::open(label)
            .await?
            .exists(key)
            .await?
            .into()),
        Step::KvGet { label, key } => {
            let value = key_value::Store::open(label).await?.get(key).await?;
            Ok(value
                .map(|value| String::from_utf8_lossy(&value).into_owned())
                .into())
        }
        Step::KvKeys { label } => {
            let mut keys = key_value::Store::open(label)
                .await?
                .get_keys()
                .await
                .collect()
                .await?;
            keys.sort();
            Ok(keys.into())
        }
        Step::KvSet { label, key, value } => {
            key_value::Store::open(label).await?.set(key, value).await?;
            Ok(Json::Null)
        }
        Step::Redis {
            name,
            command,
            args,
        } => {
            let reply = get(&REDIS, &name)?
                .execute(command, args.into_iter().map(argument))
                .await?;
            Ok(reply.into_iter().map(reply_json).collect())
        }
        Step::RedisOpen { name, address } => {
            let connection = Rc::new(redis::Connection::open(address).await?);
            REDIS.with_borrow_mut(|kept| kept.insert(name, connection));
            Ok(Json::Null)
        }
        Step::RedisTyped { name } => redis_typed(&*get(&REDIS, &name)?).await,
        Step::Stream {
            name,
            sql,
            params,
            read,
        } => {
            let connection = get(&STREAMING, &name)?;
            let result = connection
                .execute(sql, params.into_iter().map(parameter))
                .await?;
            streamed(result, read).await
        }
        Step::StreamOpen { name, database } => {
            let connection = Rc::new(sqlite::Connection::open(database).await?);
            STREAMING.with_borrow_mut(|kept| kept.insert(name, connection));
            Ok(Json::Null)
        }
        Step::StreamRelease => {
            UNREAD.with_borrow_mut(Vec::clear);
            Ok(Json::Null)
        }
        Step::Sql { name, sql, params } => {
            let params: Vec<_> = params.into_iter().map(parameter).collect();
            let result = get(&BLOCKING, &name)?.execute(&sql, &params)?;
            Ok(table(&result.columns, result.rows))
        }
        Step::SqlChanges { name } => {
            let connection = get(&BLOCKING, &name)?;
            Ok(json!([
                connection.changes(),
                connection.last_insert_rowid()
            ]))
        }
        Step::SqlClose { name } => {
            BLOCKING.with_borrow_mut(|kept| kept.remove(&name));
            Ok(Json::Null)
        }
        Step::SqlOpen { name, database } => {
            let connection = Rc::new(wit::Connection::open(&database)?);
            BLOCKING.with_borrow_mut(|kept| kept.insert(name, connection));
            Ok(Json::Null)
        }
        Step::Variable { name } => Ok(variables::get(name).await?.into()),
    }
}

type Kept<T> = std::thread::LocalKey<RefCell<HashMap<String, Rc<T>>>>;

fn get<T>(kept: &'static Kept<T>, name: &str) -> anyhow::Result<Rc<T>> {
    kept.with_borrow(|kept| kept.get(name).cloned())
        .ok_or_else(|| anyhow::anyhow!("no connection `{name}` in this instance"))
}

async fn fetch(url: &str) -> anyhow::Result<Json> {
    let response = http::get(url).await?;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await?.to_bytes();
    Ok(json!({ "status": status, "body": String::from_utf8_lossy(&body) }))
}

async fn streamed(mut result: QueryResult, read: Option<usize>) -> anyhow::Result<Json> {
    let columns = result.columns().to_vec();
    let Some(read) = read else {
        return Ok(table(&columns, result.collect().await?));
    };
    let mut rows = Vec::new();
    for _ in 0..read {
        rows.extend(result.next().await);
    }
    UNREAD.with_borrow_mut(|unread| unread.push(result));
    Ok(table(&columns, rows))
}

/// Every typed call of the Redis interface once, in one connection.
async fn redis_typed(redis: &redis::Connection) -> anyhow::Result<Json> {
    redis.set("typed", "value").await?;
    let value = redis
        .get("typed")
        .await?
        .map(|value| String::from_utf8_lossy(&value).into_owned());
    let missing = redis.get("typed-missing").await?;
    let incremented = redis.incr("typed-counter").await?;
    let added = redis.sadd("typed-set", ["a", "b", "a"]).await?;
    let removed = redis.srem("typed-set", ["a"]).await?;
    let members = redis.smembers("typed-set").await?;
    redis.publish("typed-channel", "message").await?;
    let deleted = redis
        .del(["typed", "typed-counter", "typed-set", "typed-missing"])
        .await?;
    Ok(json!([
        value,
        missing,
        incremented,
        added,
        removed,
        members,
        deleted
    ]))
}

fn table(columns: &[String], rows: Vec<RowResult>) -> Json {
    let rows: Json = rows
        .into_iter()
        .map(|row| row.values.into_iter().map(value_json).collect::<Json>())
        .collect();
    json!({ "columns": columns, "rows": rows })
}

fn parameter(json: Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::String(text) => Value::Text(text),
        Json::Array(bytes) => Value::Blob(
            bytes
                .iter()
                .filter_map(|byte| byte.as_u64()?.try_into().ok())
                .collect(),
        ),
        other => match other.as_i64() {
            Some(integer) => Value::Integer(integer),
            None => Value::Real(other.as_f64().unwrap_or_default()),
        },
    }
}

fn value_json(value: Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Integer(integer) => integer.into(),
        Value::Real(real) => real.into(),
        Value::Text(text) => text.into(),
        Value::Blob(bytes) => bytes.into(),
    }
}

fn argument(json: Json) -> RedisParameter {
    match json.as_i64() {
        Some(integer) => RedisParameter::Int64(integer),
        None => RedisParameter::Binary(json.as_str().unwrap_or_default().into()),
    }
}

fn reply_json(reply: RedisResult) -> Json {
    match reply {
        RedisResult::Nil => Json::Null,
        RedisResult::Status(status) => json!({ "status": status }),
        RedisResult::Int64(integer) => integer.into(),
        RedisResult::Binary(bytes) => String::from_utf8_lossy(&bytes).into_owned().into(),
    }
}
