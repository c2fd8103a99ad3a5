//! What a token's scope has to permit for a request. See `docs/decisions/0009-scopes-of-the-scim-endpoints.md`.

use http::Method;
use rollcall_core::BulkPlan;
use rollcall_oauth::scim_scopes::{self, Access};
use rollcall_oauth::{OAuthError, Scope};
use rollcall_service::Profile;
use rollcall_service::auth::Refused;

use super::error::Refusal;
use super::handle::Call;
use crate::path;

/// Checks the scope of the caller's token against method and address. What a BulkRequest needs stands in its body.
///
/// # Errors
/// 403 `insufficient_scope`.
pub(super) fn check(call: &Call<'_>, profile: &Profile) -> Result<(), Refusal> {
    if call.holder.scope.is_none() {
        return Ok(());
    }
    let segments = path::borrowed(&call.segments);
    let verb = match (call.head.method(), &segments[..]) {
        (&Method::GET | &Method::HEAD, _) | (_, [.., ".search"]) => Access::Read,
        _ => Access::Write,
    };
    match segments.first().copied() {
        // A query over all types shows resources of each.
        None | Some(".search") => {
            let mut types = profile.types.iter();
            let permitted = types.all(|one| call.holder.may(Access::Read, &one.endpoint));
            permitted
                .then_some(())
                .ok_or_else(|| insufficient(Access::Read, None))
        }
        Some("Bulk" | "ServiceProviderConfig" | "ResourceTypes" | "Schemas") => Ok(()),
        // Who may read people may read themselves.
        Some("Me") if call.holder.may(verb, "Users") => Ok(()),
        Some(endpoint) if call.holder.may(verb, endpoint) => Ok(()),
        Some(endpoint) => Err(insufficient(verb, Some(endpoint))),
    }
}

/// Checks the scope against the operations of a BulkRequest: each needs what it would need alone, and none is done if one
/// is not permitted. What is no operation is left to be refused as such.
///
/// # Errors
/// As [`check`].
pub(super) fn check_bulk(
    call: &Call<'_>,
    profile: &Profile,
    plan: &BulkPlan,
) -> Result<(), Refusal> {
    let operations = plan.operations.iter();
    for operation in operations.filter_map(|planned| planned.operation.as_ref().ok()) {
        // Where there is no such type, nothing is done.
        let endpoint = profile.type_at(&operation.endpoint);
        let endpoint = endpoint.map(|known| known.endpoint.as_str());
        if endpoint.is_some_and(|endpoint| !call.holder.may(Access::Write, endpoint)) {
            return Err(insufficient(Access::Write, endpoint));
        }
    }
    Ok(())
}

fn insufficient(verb: Access, endpoint: Option<&str>) -> Refusal {
    let needed: Scope = scim_scopes::needed(verb, endpoint);
    Refusal::Token(Refused::from(OAuthError::insufficient_scope(needed)))
}
