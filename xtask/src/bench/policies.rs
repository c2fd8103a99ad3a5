//! Policies like those of a service whose teams have documents of their own. Each question is within the scope of all but one.

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

/// What needs a second factor, what owners may do, what everyone may read; the rest is about one team each.
const GENERAL: &str = r#"
@id("mfa") forbid(principal, action == Action::"write", resource) unless { context has mfa && context.mfa };
@id("owner") permit(principal, action, resource) when { resource has owner && resource.owner == principal };
@id("everyone") permit(principal, action == Action::"read", resource)
when { resource has public && resource.public && principal.groupNames.contains("Everyone") };
"#;

/// How many policies [`GENERAL`] has.
const GENERAL_POLICIES: u32 = 3;

/// A question about a person, which the last of the policies answers with yes, so that all are asked.
pub(super) const QUESTION: &str = r#"{"subject":{"type":"user","id":"{id}"},"action":{"name":"read"},"resource":{"type":"document","id":"1","properties":{"team":"Team 0007","public":true}},"context":{"mfa":false}}"#;

/// Uploads them.
///
/// # Errors
/// If the service refuses them.
pub(super) fn publish(client: &Client, admin_token: &str, tenant: &str) -> Result<()> {
    let teams: String = (GENERAL_POLICIES..POLICIES).map(of_team).collect();
    let body = json!({ "schema": SCHEMA, "policies": format!("{teams}{GENERAL}") });
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
