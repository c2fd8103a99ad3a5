//! What is printed when the service is up: requests to paste into a shell.

use std::fmt;

use super::client::{Credentials, clients_path};
use super::dev_file::DevFile;

/// What to do next. `suffix` makes the person a new one.
pub(super) struct Greeting<'d> {
    pub(super) dev: &'d DevFile,
    pub(super) suffix: String,
}

impl fmt::Display for Greeting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let DevFile {
            base_url,
            scim_url,
            admin_token,
            ..
        } = self.dev;
        let scim_token = self.dev.scim_token.as_deref().unwrap_or_default();
        let authorization = format!("-H 'Authorization: Bearer {scim_token}'");
        // In the order that people write it, and with nothing that a shell would change.
        let user = format!(
            r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada-{}@example.com","name":{{"givenName":"Ada","familyName":"Lovelace"}},"active":true}}"#,
            self.suffix
        );
        writeln!(
            f,
            "
SCIM:   {scim_url}
Issuer: {base_url}
Files:  {} has the secrets; the database is next to it

Create a person:
  curl -i '{scim_url}/Users' {authorization} -H 'Content-Type: application/scim+json' -d '{user}'
List people:
  curl -i '{scim_url}/Users?count=10' {authorization}",
            self.dev.path().display()
        )?;
        if let (Some(client), Some(api)) = (&self.dev.client, &self.dev.api) {
            let introspect = format!(
                "curl -i -u '{}' '{base_url}/oauth/introspect' -d \"token=$TOKEN\"",
                login(api)
            );
            let client_url = format!("{base_url}{}/{}", clients_path(), client.client_id);
            let admin = format!("-H 'Authorization: Bearer {admin_token}'");
            writeln!(
                f,
                r#"
Get a token, as a client:
  TOKEN=$(curl -s -u '{}' '{base_url}/oauth/token' -d grant_type=client_credentials | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
List people with it:
  curl -i '{scim_url}/Users?count=10' -H "Authorization: Bearer $TOKEN"
Introspect it, as another client, which is an API that is sent such tokens:
  {introspect}
Disable the client that the token belongs to:
  curl -i -X POST '{client_url}/disable' {admin}
Introspect the token again: it is not active any more, and lists no people:
  {introspect}
Enable the client again, for new tokens:
  curl -i -X POST '{client_url}/enable' {admin}"#,
                login(client)
            )?;
        }
        writeln!(f, "\nCtrl-C stops the service.")
    }
}

/// What curl takes for HTTP Basic.
fn login(client: &Credentials) -> String {
    format!("{}:{}", client.client_id, client.client_secret)
}
