//! A baseline for benchmarks: one row by key from SQLite, over a connection that the instance
//! keeps. `/row/sync/<key>` blocks the instance meanwhile, `/row/async/<key>` does not,
//! `/row/write` inserts one row, and `/row/fill/<rows>` makes the tables. `/row/run` runs the statement that is posted,
//! which fills other tables than these without the ways of the product.
//!
//! What it reads and writes is like a resource: a text of a kilobyte under a text as long as an id.
//! The database is the one with the label that the environment variable `DATABASE` names.

use std::{cell::OnceCell, env, rc::Rc};

use spin_sdk::{
    http::{IntoResponse, Request, StatusCode, body::IncomingBodyExt as _},
    http_service,
    sqlite::{Connection, Value, wit::sqlite as wit},
};

const ROW: &str = "SELECT value FROM row WHERE id = ?";
const WRITE: &str = "INSERT INTO written (id, value) VALUES (lower(hex(randomblob(16))), ?)";
const TABLES: [&str; 3] = [
    "PRAGMA journal_mode = WAL",
    "CREATE TABLE IF NOT EXISTS row (id TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS written (id TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT",
];
const FILL: &str = "INSERT OR IGNORE INTO row
    WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
    SELECT printf('00000000-0000-7000-8000-%012d', n), printf('value %d %s', n, hex(randomblob(500))) FROM number";

/// What `/row/write` inserts.
const WRITTEN: &str = match std::str::from_utf8(&[b'w'; 1000]) {
    Ok(text) => text,
    Err(_) => "",
};

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    match answer(request).await {
        Ok(text) => (StatusCode::OK, text),
        Err(message) => (StatusCode::INTERNAL_SERVER_ERROR, message),
    }
}

async fn answer(request: Request) -> Result<String, String> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    let mut segments = path.split('/').skip(2);
    let what = segments.next().unwrap_or_default();
    let key = segments.next().unwrap_or_default();
    match what {
        "fill" => fill(key.parse().unwrap_or(1)),
        "sync" => read(key),
        "async" => stream(key).await,
        "write" => write(),
        "run" => {
            let statement = body.bytes().await.map_err(|error| error.to_string())?;
            run(&String::from_utf8_lossy(&statement))
        }
        _ => Err(
            "use /row/fill/<rows>, /row/sync/<key>, /row/async/<key>, /row/write or /row/run\n"
                .into(),
        ),
    }
}

thread_local! {
    static BLOCKING: OnceCell<wit::Connection> = const { OnceCell::new() };
    static STREAMING: OnceCell<Rc<Connection>> = const { OnceCell::new() };
}

/// The label of the database.
fn label() -> String {
    env::var("DATABASE").unwrap_or_else(|_| "default".into())
}

/// Runs a statement over the instance's connection, and returns the first column of its last row.
fn execute(sql: &str, parameters: &[Value]) -> Result<Option<Value>, String> {
    BLOCKING.with(|kept| {
        let connection = match kept.get() {
            Some(connection) => connection,
            None => {
                let opened = wit::Connection::open(&label()).map_err(|error| error.to_string())?;
                kept.get_or_init(|| opened)
            }
        };
        let mut result = connection
            .execute(sql, parameters)
            .map_err(|error| error.to_string())?;
        Ok(result.rows.pop().and_then(|mut row| row.values.pop()))
    })
}

fn fill(rows: i64) -> Result<String, String> {
    for statement in TABLES {
        execute(statement, &[])?;
    }
    execute(FILL, &[Value::Integer(rows)])?;
    Ok("filled\n".into())
}

fn run(statement: &str) -> Result<String, String> {
    execute(statement, &[])?;
    Ok("run\n".into())
}

fn read(key: &str) -> Result<String, String> {
    match execute(ROW, &[Value::Text(key.into())])? {
        Some(Value::Text(text)) => Ok(text),
        _ => Err("no such row".into()),
    }
}

fn write() -> Result<String, String> {
    execute(WRITE, &[Value::Text(WRITTEN.into())])?;
    Ok("written".into())
}

/// The same as [`read`] by the asynchronous interface.
async fn stream(key: &str) -> Result<String, String> {
    let connection = match STREAMING.with(|kept| kept.get().cloned()) {
        Some(connection) => connection,
        None => {
            let opened = Connection::open(label())
                .await
                .map_err(|error| error.to_string())?;
            STREAMING.with(|kept| Rc::clone(kept.get_or_init(|| Rc::new(opened))))
        }
    };
    let result = connection.execute(ROW, [Value::Text(key.into())]).await;
    let rows = match result {
        Ok(result) => result.collect().await.map_err(|error| error.to_string())?,
        Err(error) => return Err(error.to_string()),
    };
    rows.first()
        .and_then(|row| row.get::<&str>(0))
        .map(str::to_owned)
        .ok_or_else(|| "no such row".into())
}
