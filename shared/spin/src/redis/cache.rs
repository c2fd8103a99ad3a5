//! The cache that all instances share.

use rollcall_service::{Answer, Cache, CacheError};
use spin_sdk::redis::RedisResult;

use super::{Failure, Redis};

impl Cache for Redis {
    fn get<'a>(&'a self, name: &'a str) -> Answer<'a, Result<Option<Vec<u8>>, CacheError>> {
        Box::pin(async move {
            let answer = self.run("GET", [name]).await.map_err(unanswered)?;
            Ok(answer.into_iter().find_map(|part| match part {
                RedisResult::Binary(value) => Some(value),
                _ => None,
            }))
        })
    }

    fn put<'a>(
        &'a self,
        name: &'a str,
        value: &'a [u8],
        millis: u64,
    ) -> Answer<'a, Result<(), CacheError>> {
        Box::pin(async move {
            let millis = millis.to_string();
            let arguments = [name.as_bytes(), value, b"PX", millis.as_bytes()];
            let answer = self.run("SET", arguments).await;
            answer.map(drop).map_err(unanswered)
        })
    }
}

fn unanswered(Failure(why): Failure) -> CacheError {
    CacheError(why)
}
