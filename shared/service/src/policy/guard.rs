//! Asking, before something is done, whether the tenant's policies permit it.
//!
//! Who serves the SCIM endpoints or the admin API does not carry the engine: it asks a [`Guard`](crate::Guard). See
//! `docs/decisions/0010-enforcement-asks-the-policy-component.md`.

use rollcall_core::{ScimError, excerpt};
use rollcall_store::Database;
use serde_json::json;

use crate::auth::Holder;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::ports::Ruling;
use crate::profile::{Profile, fresh_profile};

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deed<'d> {
    /// The action, such as `scim:read`.
    pub action: &'static str,
    /// The name of the resource type.
    pub kind: &'d str,
    /// The id of the resource; `None` is the type as a whole.
    pub id: Option<&'d str>,
    /// Whether the resource is a person who was deleted.
    pub is_deleted: bool,
}

/// Asks whether the caller may do all of this, if the tenant wants its policies enforced. If not, nothing is asked.
///
/// # Errors
/// 403, which names what is not permitted; 401 when the token does not open the tenant; 503 when there is no answer, and
/// the tenant still wants one.
pub async fn enforce<D: Database>(
    ctx: &Ctx<D>,
    profile: &Profile,
    holder: &Holder,
    deeds: &[Deed<'_>],
) -> Result<(), Error> {
    if !profile.settings.enforce_policies || deeds.is_empty() {
        return Ok(());
    }
    let asked: Vec<_> = deeds
        .iter()
        .map(|deed| json!([deed.action, deed.kind, deed.id, deed.is_deleted]))
        .collect();
    let question = json!([
        holder.access.tenant.as_str(),
        holder.access.token.to_json(),
        holder.client,
        holder.person,
        asked,
    ]);
    let at = match ctx.guard.rule(question.to_string()).await {
        Ok(Ruling::Permitted) => return Ok(()),
        Ok(Ruling::Denied(at)) => at,
        Ok(Ruling::Unauthenticated) => {
            return Err(ScimError::unauthorized("the token is unknown, or has ended").into());
        }
        Err(cause) => {
            eprintln!("policies are not asked: {cause}");
            if !fresh_profile(ctx, &holder.access).await?.is_same(profile) {
                return Err(Error::Reconfigured);
            }
            return Err(ScimError {
                status: 503,
                scim_type: None,
                detail: "the policies cannot be asked now: send the request again".to_owned(),
            }
            .into());
        }
    };
    let deed = deeds.get(at).ok_or_else(ScimError::internal)?;
    let kind = excerpt(deed.kind);
    let denied = ScimError::forbidden(match deed.id {
        Some(id) => format!(
            "the policies do not permit `{}` with {kind} `{}`",
            deed.action,
            excerpt(id)
        ),
        None => format!("the policies do not permit `{}` with {kind}", deed.action),
    });
    Err(denied.into())
}
