//! A baseline for benchmarks: one row by key from SQLite, over a connection that the instance
//! keeps. `/row/sync/<id>` blocks the instance meanwhile, `/row/async/<id>` does not, and
//! `/row/fill` makes the table.

use std::{cell::OnceCell, rc::Rc};

use spin_sdk::{
    http::{IntoResponse, Request, StatusCode},
    http_service,
    sqlite::{Connection, Value, wit::sqlite as wit},
};

const ROW: &str = "SELECT value FROM row WHERE id = ?";
const FILL: [&str; 4] = [
    "PRAGMA journal_mode = WAL",
    "CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS written (id INTEGER PRIMARY KEY, value TEXT NOT NULL)",
    "INSERT OR IGNORE INTO row
     WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 10000)
     SELECT n, printf('value %d %s', n, hex(randomblob(200))) FROM number",
];

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    match answer(request.uri().path()).await {
        Ok(text) => (StatusCode::OK, text),
        Err(message) => (StatusCode::INTERNAL_SERVER_ERROR, message),
    }
}

async fn answer(path: &str) -> Result<String, String> {
    let mut segments = path.split('/').skip(2);
    let what = segments.next().unwrap_or_default();
    let id = segments.next().and_then(|id| id.parse().ok()).unwrap_or(1);
    match what {
        "fill" => fill(),
        "sync" => with_connection(|connection| execute(connection, ROW, &[Value::Integer(id)])),
        "write" => with_connection(|connection| {
            let insert = "INSERT INTO written (value) VALUES (?) RETURNING value";
            execute(connection, insert, &[Value::Text("written".into())])
        }),
        "async" => stream(id).await,
        _ => Err("use /row/fill, /row/sync/<id>, /row/async/<id> or /row/write\n".into()),
    }
}

thread_local! {
    static BLOCKING: OnceCell<wit::Connection> = const { OnceCell::new() };
    static STREAMING: OnceCell<Rc<Connection>> = const { OnceCell::new() };
}

fn with_connection<R>(
    run: impl FnOnce(&wit::Connection) -> Result<R, String>,
) -> Result<R, String> {
    BLOCKING.with(|kept| match kept.get() {
        Some(connection) => run(connection),
        None => {
            let opened = wit::Connection::open("default").map_err(|error| error.to_string())?;
            run(kept.get_or_init(|| opened))
        }
    })
}

fn fill() -> Result<String, String> {
    with_connection(|connection| {
        for statement in FILL {
            execute(connection, statement, &[])?;
        }
        Ok("filled\n".into())
    })
}

fn execute(
    connection: &wit::Connection,
    sql: &str,
    parameters: &[Value],
) -> Result<String, String> {
    let mut result = connection
        .execute(sql, parameters)
        .map_err(|error| error.to_string())?;
    let first = result.rows.pop().and_then(|mut row| row.values.pop());
    Ok(match first {
        Some(Value::Text(text)) => text,
        _ => String::new(),
    })
}

/// The same by the asynchronous interface.
async fn stream(id: i64) -> Result<String, String> {
    let connection = match STREAMING.with(|kept| kept.get().cloned()) {
        Some(connection) => connection,
        None => {
            let opened = Connection::open_default()
                .await
                .map_err(|error| error.to_string())?;
            STREAMING.with(|kept| Rc::clone(kept.get_or_init(|| Rc::new(opened))))
        }
    };
    let result = connection.execute(ROW, [Value::Integer(id)]).await;
    let rows = match result {
        Ok(result) => result.collect().await.map_err(|error| error.to_string())?,
        Err(error) => return Err(error.to_string()),
    };
    rows.first()
        .and_then(|row| row.get::<&str>(0))
        .map(str::to_owned)
        .ok_or_else(|| "no such row".into())
}
