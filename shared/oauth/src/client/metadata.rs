//! What a client says of itself.
//!
//! [RFC 7591 §2](https://www.rfc-editor.org/rfc/rfc7591#section-2)

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::AuthMethod;
use crate::grant::GrantType;
use crate::{OAuthError, Resource, Scope};

/// The longest metadata that is read, in bytes.
const MAX_METADATA_BYTES: usize = 64 * 1024;

/// Client metadata. Members that are not here are dropped:
///
/// > The authorization server MUST ignore any client metadata sent by the client that it does not understand
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientMetadata {
    /// Where people are sent back to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redirect_uris: Vec<String>,
    /// How it authenticates.
    #[serde(default)]
    pub token_endpoint_auth_method: AuthMethod,
    /// The grants that it uses. Without them it is for people who sign in, so [`ClientMetadata::accept`] says.
    #[serde(default)]
    pub grant_types: Vec<GrantType>,
    /// The response types that it uses: `code` or nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub response_types: Vec<String>,
    /// Its name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    /// A page about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// A picture of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// The most that it may ask for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// Whom to write to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// Its terms of service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// Its privacy policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Where its keys are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// Its keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    /// What software it is, whatever the copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_id: Option<String>,
    /// Which version of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_version: Option<String>,
    /// Whether it gets no token that is not bound to a key (RFC 9449 §5.2).
    #[serde(default, skip_serializing_if = "is_false")]
    pub dpop_bound_access_tokens: bool,
    /// Of our own: what its tokens may be for (RFC 8707), besides the issuer and its SCIM service.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<Resource>,
    /// Of our own: the resources that it is itself. It may exchange tokens that are for one of them (RFC 8693).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub protected_resources: Vec<Resource>,
}

impl ClientMetadata {
    /// Reads metadata from a request and checks it as [`ClientMetadata::accept`] does.
    ///
    /// # Errors
    /// `invalid_client_metadata`, `invalid_redirect_uri`.
    pub fn parse(json: &[u8]) -> Result<Self, OAuthError> {
        if json.len() > MAX_METADATA_BYTES {
            return Err(OAuthError::invalid_client_metadata(format!(
                "the metadata is longer than {MAX_METADATA_BYTES} bytes"
            )));
        }
        let mut members: Map<String, Value> = serde_json::from_slice(json).map_err(|_| {
            OAuthError::invalid_client_metadata("the metadata must be a JSON object")
        })?;
        // What is null is left out.
        members.retain(|_, value| !value.is_null());
        let metadata: Self = serde_json::from_value(Value::Object(members)).map_err(|error| {
            OAuthError::invalid_client_metadata(format!("the metadata cannot be read: {error}"))
        })?;
        metadata.accept()
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks with a reference"
)]
const fn is_false(value: &bool) -> bool {
    !*value
}
