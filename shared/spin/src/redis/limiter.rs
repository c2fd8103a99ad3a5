//! The limiter that all instances share.

use rollcall_service::limits::{Ask, Batch, Micros, Taken, script};
use rollcall_service::{Answer, Limiter, LimiterError};
use spin_sdk::redis::RedisResult;

use super::{Failure, Redis};

/// Into how many buckets the limit of a large tenant is split.
const SHARDS: u32 = 8;

impl Redis {
    async fn ask(&self, asks: &[Ask], batch: Batch) -> Result<Taken, Failure> {
        let mut answer = self.script("EVALSHA", script::SHA1, asks, batch).await;
        if answer.as_ref().is_err_and(Failure::is_without_script) {
            answer = self.script("EVAL", script::TEXT, asks, batch).await;
        }
        let numbers = answer?.into_iter().map(|part| match part {
            RedisResult::Int64(number) => Some(number),
            _ => None,
        });
        numbers
            .collect::<Option<Vec<i64>>>()
            .and_then(|numbers| script::taken(asks, batch, &numbers))
            .ok_or_else(|| Failure("its answer is of another form".to_owned()))
    }

    async fn script(
        &self,
        command: &str,
        script: &str,
        asks: &[Ask],
        batch: Batch,
    ) -> Result<Vec<RedisResult>, Failure> {
        let arguments = [script.to_owned()];
        let arguments = arguments.into_iter().chain(script::arguments(asks, batch));
        self.run(command, arguments).await
    }
}

impl Limiter for Redis {
    fn shards(&self) -> u32 {
        SHARDS
    }

    fn take<'a>(
        &'a self,
        asks: &'a [Ask],
        batch: Batch,
        _: Micros,
    ) -> Answer<'a, Result<Taken, LimiterError>> {
        Box::pin(async move {
            self.ask(asks, batch)
                .await
                .map_err(|Failure(why)| LimiterError(why))
        })
    }
}
