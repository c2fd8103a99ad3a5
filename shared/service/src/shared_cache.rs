//! What instances remember together: it only spares work, so where it fails it is left alone for a while.

use std::cell::RefCell;

use rollcall_core::Timestamp;
use rollcall_limits::{Breaker, Micros};

use crate::ports::{Cache, CacheError};

/// The cache that all instances share, if there is one.
#[derive(Default)]
pub(crate) struct SharedCache {
    cache: Option<Box<dyn Cache>>,
    breaker: RefCell<Breaker>,
}

impl SharedCache {
    pub fn new(cache: impl Cache + 'static) -> Self {
        Self {
            cache: Some(Box::new(cache)),
            breaker: RefCell::default(),
        }
    }

    /// What is remembered under that name, if anything is.
    pub async fn get(&self, name: &str, now: Timestamp) -> Option<Vec<u8>> {
        let cache = self.working(now)?;
        let got = cache.get(name).await;
        self.note(got, now).flatten()
    }

    /// Remembers something for so many milliseconds.
    pub async fn put(&self, name: &str, value: &[u8], millis: u64, now: Timestamp) {
        if let Some(cache) = self.working(now) {
            let put = cache.put(name, value, millis).await;
            self.note(put, now);
        }
    }

    fn working(&self, now: Timestamp) -> Option<&dyn Cache> {
        let is_closed = self.breaker.borrow().is_closed(micros(now));
        self.cache.as_deref().filter(|_| is_closed)
    }

    fn note<T>(&self, answer: Result<T, CacheError>, now: Timestamp) -> Option<T> {
        match answer {
            Ok(answer) => {
                self.breaker.borrow_mut().succeeded();
                Some(answer)
            }
            Err(error) => {
                let pauses = self.breaker.borrow_mut().failed(micros(now));
                let pauses = if pauses {
                    ", and is not asked for some seconds"
                } else {
                    ""
                };
                eprintln!("{error}{pauses}");
                None
            }
        }
    }
}

fn micros(now: Timestamp) -> Micros {
    Micros::try_from(now.as_micros()).unwrap_or_default()
}
