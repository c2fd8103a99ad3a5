//! Redis, which all instances share: one connection for each instance, and no request waits for it for long.

mod cache;
mod limiter;

use std::cell::RefCell;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use futures::future::{Either, select};
use spin_sdk::redis::{Connection, Error, RedisParameter, RedisResult};
use spin_sdk::time::sleep;

/// How long a request may wait for Redis, in milliseconds.
const PATIENCE_MILLIS: u64 = 50;

/// A Redis server, connected to at first use, and again after a failure.
#[derive(Clone)]
pub(crate) struct Redis(Rc<Server>);

struct Server {
    url: String,
    connection: RefCell<Option<Rc<Connection>>>,
}

impl Redis {
    pub fn new(url: String) -> Self {
        Self(Rc::new(Server {
            url,
            connection: RefCell::new(None),
        }))
    }

    /// Runs a command, or says for the log why it can't be.
    async fn run<P: AsRef<[u8]>>(
        &self,
        command: &str,
        arguments: impl IntoIterator<Item = P>,
    ) -> Result<Vec<RedisResult>, Failure> {
        let arguments = arguments.into_iter();
        let arguments =
            arguments.map(|argument| RedisParameter::Binary(argument.as_ref().to_vec()));
        let arguments: Vec<_> = arguments.collect();
        let answer = async {
            let connection = self.connection().await?;
            let answer = connection.execute(command, arguments).await;
            answer.map_err(|error| Failure(error.to_string()))
        };
        let patience = sleep(Duration::from_millis(PATIENCE_MILLIS));
        let answer = match select(pin!(answer), pin!(patience)).await {
            Either::Left((answer, _)) => answer,
            Either::Right(_) => Err(Failure(format!("no answer within {PATIENCE_MILLIS} ms"))),
        };
        if answer
            .as_ref()
            .is_err_and(|failure| !failure.is_without_script())
        {
            // A connection that has failed never comes back.
            self.0.connection.borrow_mut().take();
        }
        answer
    }

    async fn connection(&self) -> Result<Rc<Connection>, Failure> {
        if let Some(connection) = self.0.connection.borrow().as_ref() {
            return Ok(Rc::clone(connection));
        }
        let opened = Connection::open(&self.0.url).await;
        let opened = Rc::new(opened.map_err(|error| match error {
            // The address may have a password, so it is not logged.
            Error::InvalidAddress => Failure(
                "it can't be reached: `redis_url` must be an address such as redis://host:6379, and `redis_host` its \
                 scheme, host and port"
                    .to_owned(),
            ),
            error => Failure(error.to_string()),
        })?);
        *self.0.connection.borrow_mut() = Some(Rc::clone(&opened));
        Ok(opened)
    }
}

/// Why there is no answer, for the log.
struct Failure(String);

impl Failure {
    /// Whether the server has been started anew since it was given the script, or never was. Hosts word it in different
    /// ways.
    fn is_without_script(&self) -> bool {
        let why = self.0.to_ascii_lowercase();
        why.contains("noscript") || why.contains("no matching script")
    }
}
