//! Answers of the introspection endpoint that may be told again for a while, where the operator allows that.
//!
//! By default nothing is remembered, and no answer is older than its request. With `introspection_max_age` an answer
//! counts for so long after the store was read: in this instance, and in the cache that all instances share, if there is
//! one. What the token hangs on may have ended meanwhile: that is the price.
//!
//! Only answers about active tokens are remembered, since one that is inactive stays so and costs nothing to forget, and
//! only for clients that prove who they are with a secret: a client assertion is good for one use.

use std::cell::RefCell;
use std::collections::HashMap;
use std::mem;
use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rollcall_core::Timestamp;
use rollcall_oauth::client::Presented;
use rollcall_oauth::token::Introspection;
use rollcall_oauth::{Form, OAuthError};
use rollcall_store::Database;
use sha2::{Digest as _, Sha256};

use super::{Issuer, introspect};
use crate::ctx::Ctx;

/// An instance remembers twice as many answers at most.
const MAX_ANSWERS: usize = 2048;

/// What an instance remembers, in two generations: when the young one is full it becomes the old one, and what was old is
/// forgotten.
#[derive(Default)]
pub(crate) struct RecentAnswers {
    young: RefCell<HashMap<Question, RecentAnswer>>,
    old: RefCell<HashMap<Question, RecentAnswer>>,
}

impl RecentAnswers {
    fn get(&self, question: &Question, now: Timestamp, latest: Timestamp) -> Option<Rc<str>> {
        let told = |kept: &HashMap<_, RecentAnswer>| {
            let known = kept.get(question)?;
            known.counts(now, latest).then(|| Rc::clone(&known.json))
        };
        told(&self.young.borrow()).or_else(|| told(&self.old.borrow()))
    }

    fn keep(&self, question: Question, answer: RecentAnswer) {
        let mut young = self.young.borrow_mut();
        if young.len() >= MAX_ANSWERS {
            *self.old.borrow_mut() = mem::take(&mut *young);
        }
        young.insert(question, answer);
    }
}

/// Who asks, with which secret, for which token. To compare it takes less than a digest of it does.
#[derive(Eq, Hash, PartialEq)]
struct Question(Vec<u8>);

impl Question {
    /// The question of a client that proves itself with a secret.
    fn new(issuer: &Issuer, presented: &Presented, form: &Form) -> Option<Self> {
        let Presented::Secret {
            method,
            client_id,
            secret,
        } = presented
        else {
            return None;
        };
        let parts = [
            issuer.tenant.as_str(),
            &issuer.url,
            method.as_str(),
            client_id,
            secret,
            form.get("token")?,
        ];
        let mut bytes = Vec::with_capacity(1024);
        for part in parts {
            // With its length, so that no two lists of parts read alike.
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        Some(Self(bytes))
    }

    /// What its answer is called in the shared cache, which learns neither the secret nor the token.
    fn name(&self) -> String {
        let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(&self.0));
        format!("rollcall:introspection:{digest}")
    }
}

/// An answer, and until when it may be told.
struct RecentAnswer {
    until: Timestamp,
    json: Rc<str>,
}

impl RecentAnswer {
    /// Whether it may be told now. One that could be told for longer than one of now is of another setting, or of a clock
    /// that is ahead.
    fn counts(&self, now: Timestamp, latest: Timestamp) -> bool {
        now < self.until && self.until <= latest
    }

    /// As it is in the shared cache: the time in microseconds, and the text.
    fn to_bytes(&self) -> Vec<u8> {
        [&self.until.as_micros().to_be_bytes(), self.json.as_bytes()].concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (micros, json) = bytes.split_first_chunk()?;
        Some(Self {
            until: Timestamp::from_micros(i64::from_be_bytes(*micros)),
            json: str::from_utf8(json).ok()?.into(),
        })
    }
}

/// The answer of [`introspect`] as JSON, which may be as old as the operator allows.
///
/// # Errors
/// As [`introspect`].
pub async fn introspect_recent<D: Database>(
    ctx: &Ctx<D>,
    issuer: &Issuer,
    presented: &Presented,
    form: &Form,
) -> Result<Rc<str>, OAuthError> {
    let max_age_micros = i64::from(ctx.config.introspection_max_age_secs) * 1_000_000;
    let question = (max_age_micros > 0).then(|| Question::new(issuer, presented, form));
    let Some(question) = question.flatten() else {
        let answer = introspect(ctx, issuer, presented, form).await?.answer;
        return json(&answer);
    };
    // Before the store is read, so that the answer is no younger than it says.
    let now = ctx.now();
    let latest = Timestamp::from_micros(now.as_micros() + max_age_micros);
    if let Some(known) = ctx.recent.get(&question, now, latest) {
        return Ok(known);
    }
    let name = question.name();
    if let Some(found) = shared(ctx, &name, now, latest).await {
        let json = Rc::clone(&found.json);
        ctx.recent.keep(question, found);
        return Ok(json);
    }
    let answer = introspect(ctx, issuer, presented, form).await?.answer;
    let json = json(&answer)?;
    if let Some(expires) = answer.expires() {
        let until = latest.min(Timestamp::from_secs(expires));
        let json = Rc::clone(&json);
        let answer = RecentAnswer { until, json };
        share(ctx, &name, &answer, now).await;
        ctx.recent.keep(question, answer);
    }
    Ok(json)
}

fn json(answer: &Introspection) -> Result<Rc<str>, OAuthError> {
    let text = serde_json::to_string(answer);
    text.map(Rc::from).map_err(|_| OAuthError::internal())
}

/// What the shared cache has, if that counts.
async fn shared<D: Database>(
    ctx: &Ctx<D>,
    name: &str,
    now: Timestamp,
    latest: Timestamp,
) -> Option<RecentAnswer> {
    let found = ctx.shared_cache.get(name, now).await?;
    RecentAnswer::from_bytes(&found).filter(|found| found.counts(now, latest))
}

async fn share<D: Database>(ctx: &Ctx<D>, name: &str, answer: &RecentAnswer, now: Timestamp) {
    let left = answer.until.as_millis() - now.as_millis();
    if let Some(millis) = u64::try_from(left).ok().filter(|millis| *millis > 0) {
        let shared = &ctx.shared_cache;
        shared.put(name, &answer.to_bytes(), millis, now).await;
    }
}
