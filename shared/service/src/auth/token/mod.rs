//! The token endpoint: who asks, for what, and what they get.
//!
//! [RFC 6749 §3.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.2)

mod authorization_code;
mod client_credentials;
mod issue;
mod refresh_token;
mod subject;
mod token_exchange;

use rollcall_core::Timestamp;
use rollcall_oauth::client::Presented;
use rollcall_oauth::grant::{Allowed, GrantType};
use rollcall_oauth::metadata::paths;
use rollcall_oauth::token::TokenResponse;
use rollcall_oauth::{Form, OAuthError, Resource, Scope};
use rollcall_store::Database;
use rollcall_store::auth::Authentication;

use super::dpop::{check_proof, spend_proof};
use super::{AuthenticatedClient, Issuer, authenticate};
use crate::ctx::Ctx;

/// A request for a token.
pub struct TokenRequest<'r> {
    /// Who is to issue it.
    pub issuer: &'r Issuer,
    /// The client, as it presents itself.
    pub presented: &'r Presented,
    /// The form.
    pub form: &'r Form,
    /// The values of all header fields `DPoP`.
    pub proofs: &'r [&'r str],
}

/// A request of a client that has proved who it is.
struct Turn<'r, D: Database> {
    ctx: &'r Ctx<D>,
    issuer: &'r Issuer,
    form: &'r Form,
    client: AuthenticatedClient,
    read: Authentication,
    /// The thumbprint of the key that the token is to be bound to.
    jkt: Option<String>,
    /// What the client's tokens may permit.
    scope: Scope,
    /// What they may be for.
    resources: Vec<Resource>,
    now: Timestamp,
}

/// Issues a token. Where it is a JWT, and nothing has to be used up, that is one read of the store.
///
/// # Errors
/// All of RFC 6749 §5.2, RFC 8707 and RFC 9449.
pub async fn token<D: Database>(
    ctx: &Ctx<D>,
    request: &TokenRequest<'_>,
) -> Result<TokenResponse, OAuthError> {
    let issuer = request.issuer;
    let grant = GrantType::asked(request.form)?;
    // Before the client proves who it is, for a nonce that is missing must not use up its assertion.
    let proof = check_proof(ctx, &issuer.endpoint(paths::TOKEN), request.proofs)?;
    let (client, read) = authenticate(ctx, issuer, paths::TOKEN, request.presented).await?;
    let turn = Turn {
        jkt: proof.as_ref().map(|proof| proof.jkt.clone()),
        scope: client.metadata.scope.clone().unwrap_or_default(),
        resources: resources(issuer, &client),
        now: ctx.now(),
        ctx,
        issuer,
        form: request.form,
        client,
        read,
    };
    let issued = async {
        if let Some(proof) = &proof {
            spend_proof(ctx, issuer, proof).await?;
        } else if turn.client.metadata.dpop_bound_access_tokens {
            return Err(OAuthError::invalid_dpop_proof(
                "header field `DPoP` is missing: the client has registered `dpop_bound_access_tokens`",
            ));
        }
        match grant {
            GrantType::ClientCredentials => client_credentials::answer(&turn).await,
            GrantType::TokenExchange => token_exchange::answer(&turn).await,
            GrantType::RefreshToken => refresh_token::answer(&turn).await,
            GrantType::AuthorizationCode => authorization_code::answer(&turn),
        }
    }
    .await;
    issued.map_err(|error| error.of_client(&turn.client.client.id))
}

/// What a client's tokens may be for: the issuer, its SCIM service, its decisions by policies, its people at the admin
/// API, and what the client has registered.
fn resources(issuer: &Issuer, client: &AuthenticatedClient) -> Vec<Resource> {
    let ours = [
        issuer.url.clone(),
        issuer.scim(),
        issuer.access(),
        issuer.admin(),
    ];
    let ours = ours.iter().filter_map(|url| Resource::parse(url).ok());
    ours.chain(client.metadata.resources.iter().cloned())
        .collect()
}

impl<D: Database> Turn<'_, D> {
    /// What the client may get. A request that names no resource is for the issuer, unless its grant `has_targets` of other
    /// kinds: an audience that it names, or keeps.
    fn allowed(&self, has_targets: bool) -> Allowed<'_> {
        let resources = if has_targets || self.form.get("resource").is_some() {
            &self.resources
        } else {
            self.resources.get(..1).unwrap_or_default()
        };
        Allowed {
            client_id: &self.client.client.id,
            grant_types: &self.client.metadata.grant_types,
            scope: &self.scope,
            resources,
            is_public: self.client.is_public(),
        }
    }

    /// For how long a token lives, in seconds.
    fn life_secs(&self) -> i64 {
        self.read.settings.access_token_secs.into()
    }
}
