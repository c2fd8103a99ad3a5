//! Requests to introspection, revocation and SCIM.

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use pollster::block_on;
use rollcall_edge::{FullResponse, auth, scim};
use rollcall_oauth::token::{OpaqueKind, mint};
use rollcall_service::{Ctx, TokenHash};
use rollcall_store::auth::OpaqueDraft;
use rollcall_store::rusqlite::File;
use serde_json::Value as Json;

use crate::world::{Answer, BASE, World, basic_of, encode, read};

fn form(path: &str, headers: &[(&str, &str)], form: &[(&str, &str)]) -> Request<Full<Bytes>> {
    let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    request.body(Full::new(Bytes::from(encode(form)))).unwrap()
}

/// Sends a form to the introspection endpoint.
pub fn introspect(ctx: &Ctx<File>, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Answer {
    read(introspect_raw(ctx, headers, fields))
}

pub fn introspect_raw(
    ctx: &Ctx<File>,
    headers: &[(&str, &str)],
    fields: &[(&str, &str)],
) -> FullResponse {
    block_on(auth::introspect(
        ctx,
        form("/oauth/introspect", headers, fields),
    ))
}

/// Sends a form to the revocation endpoint.
pub fn revoke(ctx: &Ctx<File>, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Answer {
    read(block_on(auth::revoke(
        ctx,
        form("/oauth/revoke", headers, fields),
    )))
}

impl World {
    /// What the client `rs` learns of a token.
    pub fn known(&self, token: &str) -> Json {
        self.known_to("rs", token)
    }

    pub fn known_to(&self, client: &str, token: &str) -> Json {
        let headers = [("authorization", &*basic_of(client))];
        let answer = introspect(&self.ctx, &headers, &[("token", token)]);
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.is_not_kept();
        answer.json
    }

    pub fn is_active(&self, token: &str) -> bool {
        let known = self.known(token);
        if known["active"] == true {
            return true;
        }
        // Attack case 24.
        assert_eq!(known, serde_json::json!({"active": false}));
        false
    }

    /// An opaque access token, from the store.
    pub fn opaque(&self, client: &str, person: Option<&str>, draft: &Opaque<'_>) -> String {
        let token = mint(OpaqueKind::AccessToken, &[draft.seed; 32]);
        let read = block_on(self.store.client(&self.tenant, client));
        let epoch = read.unwrap().unwrap().epoch;
        let person = person.map(|id| {
            let read = block_on(self.store.person(&self.tenant, id)).unwrap();
            (id, read.unwrap().epoch)
        });
        let now = self.now();
        let expires = rollcall_core::Timestamp::from_secs(self.now_secs() + 600);
        let kept = OpaqueDraft {
            hash: &TokenHash::of(&token),
            id: &format!("opaque-{}", draft.seed),
            client: (client, epoch),
            person,
            grant: None,
            links: None,
            scope: draft.scope,
            audience: &serde_json::json!([draft.audience]).to_string(),
            jkt: draft.jkt,
            act: None,
            expires,
        };
        block_on(self.store.create_opaque_token(&self.tenant, &kept, now)).unwrap();
        token
    }
}

/// What is special about an opaque token.
pub struct Opaque<'a> {
    pub seed: u8,
    pub scope: &'a str,
    pub audience: &'a str,
    pub jkt: Option<&'a str>,
}

impl Default for Opaque<'_> {
    fn default() -> Self {
        Self {
            seed: 11,
            scope: "scim:read scim:write",
            audience: BASE,
            jkt: None,
        }
    }
}

/// Sends a SCIM request to the component that has its address.
pub fn scim_request(
    ctx: &Ctx<File>,
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
    body: &Json,
) -> Answer {
    let request = Request::builder().method(method).uri(path);
    let request = request.header("content-type", "application/scim+json");
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    let body = Full::new(Bytes::from(body.to_string()));
    let request = request.body(body).unwrap();
    let below = path.split("/scim/v2").nth(1).unwrap();
    let below = below.split('?').next().unwrap();
    read(match below {
        "/Me" => block_on(scim::me(ctx, request)),
        "/Bulk" => block_on(scim::bulk(ctx, request)),
        "" | "/" | "/.search" => block_on(scim::search(ctx, request)),
        "/ServiceProviderConfig" => block_on(scim::discovery(ctx, request)),
        _ => block_on(scim::resources(ctx, request)),
    })
}
