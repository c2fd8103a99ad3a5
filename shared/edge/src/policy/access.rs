//! `/access/v1`: questions and answers.

use bytes::Bytes;
use http::{Method, Request};
use http_body::Body;
use rollcall_core::policy::PolicySet;
use rollcall_core::{JsonObject, excerpt, parse_object};
use rollcall_oauth::{OAuthError, Scheme, Scope};
use rollcall_service::auth::{EVALUATE, Holder, Issuer, Refused, holder};
use rollcall_service::policy::{PolicyCache, Semantic, evaluate, search_actions};
use rollcall_service::{Access as Claim, Ctx, Database, admit, authenticate, profile};

use super::address::Access;
use super::refusal::Refusal;
use super::{request, response};
use crate::bearer;
use crate::body::{self, BodyError, media_type};
use crate::challenge::supply_nonce;
use crate::limit::{self, Quota};
use crate::respond::FullResponse;

/// What questions count by.
const ENDPOINT: &str = "policy";

/// The largest request body, in bytes.
const MAX_BODY: usize = 256 * 1024;

/// Answers a question, unless there have been too many. Whoever has no good token learns nothing else, and nothing of
/// theirs is read.
pub(super) async fn answer<P: PolicySet, D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    cache: &PolicyCache<P>,
    (head, issuer, endpoint): (&Request<()>, Issuer, Access),
    body: B,
) -> FullResponse {
    let sent = bearer::sent(head.headers());
    let mut quota = Quota::default();
    let (answered, nonce) = match caller(ctx, head, &issuer, sent, &mut quota).await {
        Err(refusal) => (Err(refusal), None),
        Ok(holder) => {
            let answered = answer_holder(ctx, cache, (head, &holder, endpoint), body).await;
            (answered, holder.nonce)
        }
    };
    let answered = quota.settle(ctx, answered).await;
    let mut response =
        answered.unwrap_or_else(|refusal| refusal.into_response(sent.map(|(scheme, _)| scheme)));
    if let Some(nonce) = nonce {
        supply_nonce(response.headers_mut(), &nonce);
    }
    quota.tell(&mut response);
    response
}

/// Who asks: whoever has a provisioning token, or an access token for this tenant's decisions. What is left after it goes
/// to `quota`.
async fn caller<D: Database>(
    ctx: &Ctx<D>,
    head: &Request<()>,
    issuer: &Issuer,
    sent: Option<(Scheme, &str)>,
    quota: &mut Quota,
) -> Result<Holder, Refusal> {
    if head.method() != Method::POST {
        return Err(Refusal::method("POST"));
    }
    let sent = sent.ok_or_else(Refusal::unauthenticated)?;
    *quota = limit::admit(ctx, head, ENDPOINT, &issuer.tenant, sent.1).await?;
    let sent = bearer::as_sent(head, issuer, sent);
    Ok(holder(ctx, issuer, &sent, &issuer.access()).await?)
}

async fn answer_holder<P: PolicySet, D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    cache: &PolicyCache<P>,
    (head, holder, endpoint): (&Request<()>, &Holder, Access),
    body: B,
) -> Result<FullResponse, Refusal> {
    let claim = &holder.access;
    // The instance remembers who has opened the tenant; the statement that decides checks the token again.
    profile(ctx, claim).await?;
    admit(ctx, claim).await?;
    let answered = match read(head, holder, body).await {
        Ok(body) => decide(ctx, cache, claim, endpoint, &body).await,
        Err(refusal) => Err(refusal),
    };
    if answered
        .as_ref()
        .is_err_and(|refusal| refusal.status.is_client_error())
    {
        authenticate(ctx, claim).await?;
    }
    answered
}

async fn decide<P: PolicySet, D: Database>(
    ctx: &Ctx<D>,
    cache: &PolicyCache<P>,
    claim: &Claim,
    endpoint: Access,
    body: &JsonObject,
) -> Result<FullResponse, Refusal> {
    let batch = match endpoint {
        Access::SearchAction => {
            let question = request::action_search(body)?;
            let actions = search_actions(ctx, cache, claim, question).await?;
            return Ok(response::actions(&actions));
        }
        Access::Evaluation => None,
        Access::Evaluations => request::batch(body)?,
    };
    // Without questions in an array, the request is one question (§7.1).
    let Some((questions, semantic)) = batch else {
        let question = [request::evaluation(body)?];
        let decisions = evaluate(ctx, cache, claim, &question, Semantic::default()).await?;
        return Ok(response::decision(decisions.first()));
    };
    let decisions = evaluate(ctx, cache, claim, &questions, semantic).await?;
    Ok(response::decisions(&decisions))
}

async fn read<B: Body<Data = Bytes>>(
    head: &Request<()>,
    holder: &Holder,
    body: B,
) -> Result<JsonObject, Refusal> {
    if !holder.may_evaluate() {
        let needed = Scope::parse(EVALUATE).unwrap_or_default();
        return Err(Refused::from(OAuthError::insufficient_scope(needed)).into());
    }
    let bytes = body::read_up_to(body, MAX_BODY)
        .await
        .map_err(|error| match error {
            BodyError::TooLarge => Refusal::too_large(format!(
                "the body is larger than {MAX_BODY} bytes: ask less at a time"
            )),
            BodyError::Broken => Refusal::invalid("the body ended early: send it again"),
        })?;
    // "Requests MUST include a Content-Type header with the value application/json" (§10.1)
    match media_type(head.headers()) {
        Some(sent) if !sent.eq_ignore_ascii_case("application/json") => {
            return Err(Refusal::invalid(format!(
                "the body is `{}`: send application/json",
                excerpt(sent)
            )));
        }
        _ => {}
    }
    parse_object(&bytes).map_err(|error| Refusal::invalid(error.detail))
}
