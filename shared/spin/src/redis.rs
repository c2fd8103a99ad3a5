//! The limiter that all instances share, in Redis.

use std::cell::RefCell;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use futures::future::{Either, select};
use rollcall_service::limits::{Admission, Ask, Micros, script};
use rollcall_service::{Answer, Limiter, LimiterError};
use spin_sdk::redis::{Connection, Error, RedisParameter, RedisResult};
use spin_sdk::time::sleep;

/// How long a request may wait for Redis, in milliseconds.
const PATIENCE_MILLIS: u64 = 50;

/// Into how many buckets the limit of a large tenant is split.
const SHARDS: u32 = 8;

/// A Redis server, connected to at first use, and again after a failure.
pub(crate) struct Redis {
    url: String,
    connection: RefCell<Option<Rc<Connection>>>,
}

impl Redis {
    pub fn new(url: String) -> Self {
        Self {
            url,
            connection: RefCell::new(None),
        }
    }

    async fn connection(&self) -> Result<Rc<Connection>, LimiterError> {
        if let Some(connection) = self.connection.borrow().as_ref() {
            return Ok(Rc::clone(connection));
        }
        let opened = Connection::open(&self.url).await.map_err(|error| match error {
            // The address may have a password, so it is not logged.
            Error::InvalidAddress => LimiterError(
                "it can't be reached: `redis_url` must be an address such as redis://host:6379, and `redis_host` its \
                 scheme, host and port"
                    .to_owned(),
            ),
            error => unanswered(error),
        })?;
        let opened = Rc::new(opened);
        *self.connection.borrow_mut() = Some(Rc::clone(&opened));
        Ok(opened)
    }

    async fn ask(&self, asks: &[Ask]) -> Result<Admission, LimiterError> {
        let connection = self.connection().await?;
        let mut answer = run(&connection, "EVALSHA", script::SHA1, asks).await;
        if answer.as_ref().is_err_and(is_without_script) {
            answer = run(&connection, "EVAL", script::TEXT, asks).await;
        }
        let answer = answer.map_err(unanswered)?;
        let numbers = answer.into_iter().map(|part| match part {
            RedisResult::Int64(number) => Some(number),
            _ => None,
        });
        numbers
            .collect::<Option<Vec<i64>>>()
            .and_then(|numbers| script::admission(asks, &numbers))
            .ok_or_else(|| LimiterError("its answer is of another form".to_owned()))
    }
}

impl Limiter for Redis {
    fn shards(&self) -> u32 {
        SHARDS
    }

    fn take<'a>(
        &'a self,
        asks: &'a [Ask],
        _: Micros,
    ) -> Answer<'a, Result<Admission, LimiterError>> {
        Box::pin(async move {
            let patience = sleep(Duration::from_millis(PATIENCE_MILLIS));
            let answer = match select(pin!(self.ask(asks)), pin!(patience)).await {
                Either::Left((answer, _)) => answer,
                Either::Right(_) => Err(LimiterError(format!(
                    "no answer within {PATIENCE_MILLIS} ms"
                ))),
            };
            if answer.is_err() {
                // A connection that has failed never comes back.
                self.connection.borrow_mut().take();
            }
            answer
        })
    }
}

async fn run(
    connection: &Connection,
    command: &str,
    script: &str,
    asks: &[Ask],
) -> Result<Vec<RedisResult>, Error> {
    let arguments = [script.to_owned()]
        .into_iter()
        .chain(script::arguments(asks));
    let arguments = arguments.map(|text| RedisParameter::Binary(text.into_bytes()));
    connection.execute(command, arguments).await
}

/// Whether the server has been started anew since it was given the script, or never was. Hosts word it in different ways.
fn is_without_script(error: &Error) -> bool {
    let Error::Other(text) = error else {
        return false;
    };
    let text = text.to_ascii_lowercase();
    text.contains("noscript") || text.contains("no matching script")
}

fn unanswered(error: Error) -> LimiterError {
    LimiterError(error.to_string())
}
