//! Policies like those of a service with many kinds of documents, of which each question concerns a few.

use anyhow::Result;
use serde_json::json;

use crate::up::client::{Client, unexpected};

/// How many policies there are.
pub(super) const POLICIES: u32 = 50;

const SCHEMA: &str = "
entity Group;
entity User in [Group] { userName: String, department?: String, groupNames: Set<String> };
entity document { owner?: User, team?: String, public?: Bool };
action read, write appliesTo { principal: [User], resource: [document], context: { mfa?: Bool } };
";

/// What everyone may read, what needs a second factor, what owners may do; the rest is about one team each.
const GENERAL: &str = r#"
@id("everyone") permit(principal, action == Action::"read", resource)
when { resource has public && resource.public && principal.groupNames.contains("Everyone") };
@id("owner") permit(principal, action, resource) when { resource has owner && resource.owner == principal };
@id("mfa") forbid(principal, action == Action::"write", resource) unless { context has mfa && context.mfa };
"#;

/// How many policies [`GENERAL`] has.
const GENERAL_POLICIES: u32 = 3;

/// A question about a person, which the first of the policies answers with yes.
pub(super) const QUESTION: &str = r#"{"subject":{"type":"user","id":"{id}"},"action":{"name":"read"},"resource":{"type":"document","id":"1","properties":{"team":"Team 0007","public":true}},"context":{"mfa":false}}"#;

/// Uploads them.
///
/// # Errors
/// If the service refuses them.
pub(super) fn publish(client: &Client, admin_token: &str, tenant: &str) -> Result<()> {
    let teams: String = (GENERAL_POLICIES..POLICIES).map(of_team).collect();
    let body = json!({ "schema": SCHEMA, "policies": format!("{GENERAL}{teams}") });
    let path = format!("/admin/v1/tenants/{tenant}/policies");
    let answer = client.post(&path, admin_token, &body)?;
    if answer.status != 201 {
        return Err(unexpected(&path, &answer));
    }
    Ok(())
}

fn of_team(number: u32) -> String {
    let name = format!("Team {number:04}");
    format!(
        r#"@id("team-{number}") permit(principal, action in [Action::"read", Action::"write"], resource)
when {{ resource has team && resource.team == "{name}" && principal.groupNames.contains("{name}") }};
"#
    )
}
