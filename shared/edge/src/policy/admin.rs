//! `/admin/v1/tenants/{tenant}/policies`: a tenant's policies and their schema, in versions.

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body::Body;
use rollcall_core::policy::{Finding, PolicySet, Source};
use rollcall_core::{JsonObject, excerpt};
use rollcall_service::policy::{self as service, PolicyError};
use rollcall_service::{Ctx, Database, PolicyText, PolicyVersion, admin};
use serde_json::{Value as Json, json};

use crate::bearer;
use crate::body::MAX_BODY;
use crate::object::{self, optional, required};
use crate::path;
use crate::problem::Problem;
use crate::respond::{self, FullResponse};

/// Answers a request under it.
pub(super) async fn answer<P: PolicySet, D: Database, B: Body<Data = Bytes>>(
    ctx: &Ctx<D>,
    head: &Request<()>,
    body: B,
) -> Result<FullResponse, Problem> {
    admin::authenticate(ctx, bearer::token(head.headers()))?;
    let segments = path::segments(head.uri().path());
    let segments = path::borrowed(&segments);
    let ["admin", "v1", "tenants", tenant, "policies", rest @ ..] = &segments[..] else {
        return Err(nothing(head));
    };
    match (rest, head.method()) {
        ([], &Method::GET) => list(ctx, tenant).await,
        ([], &Method::POST) => {
            let (text, note) = read(body, &["policies", "schema", "note"]).await?;
            let uploaded = service::publish_policies::<D, P>(ctx, tenant, text, note).await?;
            let shown = json!({
                "version": uploaded.version,
                "active": true,
                "count": uploaded.count,
                "warnings": findings(&uploaded.warnings),
            });
            Ok(json_of(StatusCode::CREATED, &shown))
        }
        ([], &Method::DELETE) => {
            service::withdraw_policies(ctx, tenant).await?;
            Ok(respond::empty(StatusCode::NO_CONTENT))
        }
        ([], _) => Err(Problem::method("GET, POST, DELETE")),
        (["validate"], &Method::POST) => {
            let (text, _) = read(body, &["policies", "schema"]).await?;
            let checked = service::validate_policies::<D, P>(ctx, tenant, &text).await?;
            let shown = json!({ "count": checked.count, "warnings": findings(&checked.warnings) });
            Ok(json_of(StatusCode::OK, &shown))
        }
        (["validate"], _) => Err(Problem::method("POST")),
        ([version], &Method::GET) => {
            let found = service::policies(ctx, tenant, version).await?;
            let mut shown = show(&found.version);
            shown["policies"] = found.text.policies.into();
            shown["schema"] = found.text.schema.into();
            Ok(json_of(StatusCode::OK, &shown))
        }
        ([_], _) => Err(Problem::method("GET")),
        ([version, "activate"], &Method::POST) => {
            let active = service::activate_policies(ctx, tenant, version).await?;
            Ok(json_of(StatusCode::OK, &show(&active.version)))
        }
        ([_, "activate"], _) => Err(Problem::method("POST")),
        _ => Err(nothing(head)),
    }
}

fn nothing(head: &Request<()>) -> Problem {
    Problem::not_found(format!(
        "there is nothing at `{}`",
        excerpt(head.uri().path())
    ))
}

fn json_of(status: StatusCode, body: &Json) -> FullResponse {
    respond::json(status, "application/json", body)
}

/// The texts and the note of an upload. A schema is text in Cedar's form, or a JSON object in its other form.
async fn read<B: Body<Data = Bytes>>(
    body: B,
    known: &[&str],
) -> Result<(PolicyText, Option<String>), Problem> {
    let body: JsonObject = object::read(body, MAX_BODY, known).await?;
    let policies = required(&body, "policies")?.to_owned();
    let form = "a schema in Cedar's form as a string, or in its JSON form as an object";
    let schema = optional(&body, "schema", form, |value| match value {
        Json::String(text) => Some(text.clone()),
        Json::Object(_) => Some(value.to_string()),
        _ => None,
    })?;
    let note = optional(&body, "note", "a string", |value| {
        value.as_str().map(str::to_owned)
    })?;
    Ok((PolicyText { policies, schema }, note))
}

async fn list<D: Database>(ctx: &Ctx<D>, tenant: &str) -> Result<FullResponse, Problem> {
    let versions = service::policy_versions(ctx, tenant).await?;
    let active = versions.iter().find(|version| version.is_active);
    let body = json!({
        "active": active.map(|version| version.version),
        "versions": versions.iter().map(show).collect::<Vec<_>>(),
    });
    Ok(json_of(StatusCode::OK, &body))
}

fn show(version: &PolicyVersion) -> Json {
    json!({
        "version": version.version,
        "active": version.is_active,
        "count": version.count,
        "note": version.note,
        "created_at": version.created.to_string(),
    })
}

fn findings(findings: &[Finding]) -> Json {
    let show = |finding: &Finding| {
        let (line, column) = finding.position.unzip();
        json!({
            "in": source(finding.source),
            "line": line,
            "column": column,
            "policy": finding.policy,
            "message": finding.message,
        })
    };
    findings.iter().map(show).collect()
}

const fn source(source: Source) -> &'static str {
    match source {
        Source::Policies => "policies",
        Source::Schema => "schema",
    }
}

impl From<PolicyError> for Problem {
    fn from(error: PolicyError) -> Self {
        let all = match error {
            PolicyError::Admin(error) => return error.into(),
            PolicyError::Findings(all) => all,
        };
        let detail = match all.first() {
            None => "the policies can't be read".to_owned(),
            Some(first) => {
                let place = first
                    .position
                    .map(|(line, column)| format!(":{line}:{column}"));
                let place = place.unwrap_or_default();
                let message: String = first.message.chars().take(300).collect();
                format!("`{}`{place}: {message}", source(first.source))
            }
        };
        Self::invalid(detail).with("errors", findings(&all))
    }
}
