//! What the operator does with clients.

use pollster::block_on;
use rollcall_core::Timestamp;
use rollcall_service::admin::{self, AdminError, NewClient, TenantSettings};
use rollcall_service::{Administrator, TenantName, auth};
use serde_json::{Value as Json, json};

use crate::world::{World, object};

fn create(w: &World, body: &Json, format: Option<&str>) -> Result<NewClient, AdminError> {
    block_on(admin::create_client(
        &w.ctx,
        "default",
        &object(body),
        format,
    ))
}

fn machine() -> Json {
    json!({"grant_types": ["client_credentials"], "client_name": "Robot", "scope": "scim:read"})
}

#[test]
fn a_client_is_created_changed_switched_and_deleted() {
    let w = World::new();
    let new = create(&w, &machine(), Some("opaque")).unwrap();
    let secret = new.secret.unwrap();
    assert!(secret.starts_with("rc_cs_"));
    let id = new.client.id.clone();
    w.last_is("admin", "register", "Client", &id);
    assert_eq!(new.client.token_format.name(), "opaque");
    let update = |body: &Json, format| {
        let body = object(body);
        block_on(admin::update_client(&w.ctx, "default", &id, &body, format))
    };
    let mut body = machine();
    body["client_name"] = json!("Android");
    let updated = update(&body, None).unwrap();
    assert_eq!(
        (&*updated.name, updated.token_format.name()),
        ("Android", "opaque")
    );
    assert_eq!(
        update(&body, Some("jwt")).unwrap().token_format.name(),
        "jwt"
    );
    assert!(matches!(
        update(&body, Some("x")),
        Err(AdminError::Invalid(_))
    ));
    let disabled = block_on(admin::set_client_disabled(&w.ctx, "default", &id, true)).unwrap();
    assert!(disabled.disabled);
    w.pass(1);
    let before = disabled.epoch;
    block_on(admin::revoke_client(&w.ctx, "default", &id)).unwrap();
    w.last_is("admin", "revoke", "Client", &id);
    assert!(
        block_on(admin::client(&w.ctx, "default", &id))
            .unwrap()
            .epoch
            > before
    );
    block_on(admin::delete_client(&w.ctx, "default", &id)).unwrap();
    let gone = |result: Result<(), AdminError>| {
        assert!(matches!(result, Err(AdminError::NotFound(_))), "{result:?}");
    };
    gone(block_on(admin::delete_client(&w.ctx, "default", &id)));
    gone(block_on(admin::client(&w.ctx, "default", &id)).map(drop));
    gone(update(&body, None).map(drop));
    gone(block_on(admin::set_client_disabled(&w.ctx, "default", &id, true)).map(drop));
    gone(block_on(admin::revoke_client(&w.ctx, "default", &id)));
    gone(block_on(admin::secrets(&w.ctx, "default", &id)).map(drop));
    gone(block_on(admin::revoke_person(
        &w.ctx,
        Administrator::Operator(&TenantName::default_tenant()),
        &id,
    )));
    for change in w.log() {
        assert!(!format!("{change:?}").contains("rc_"), "{change:?}");
    }
}

#[test]
fn two_secrets_are_valid_at_a_time() {
    let w = World::new();
    let id = create(&w, &machine(), None).unwrap().client.id;
    let add = |others| block_on(admin::add_secret(&w.ctx, "default", &id, None, others));
    let second = add(None).unwrap();
    assert!(second.text.starts_with("rc_cs_"));
    assert!(matches!(add(None), Err(AdminError::Conflict(_))));
    let listed = block_on(admin::secrets(&w.ctx, "default", &id)).unwrap();
    assert_eq!(listed.len(), 2);
    assert!(listed.contains(&second.secret));
    let delete = |secret: &str| block_on(admin::delete_secret(&w.ctx, "default", &id, secret));
    delete(&second.secret.id).unwrap();
    assert!(matches!(
        delete(&second.secret.id),
        Err(AdminError::NotFound(_))
    ));
    let end = Timestamp::from_secs(w.now() + 60);
    add(Some(end)).unwrap();
    let listed = block_on(admin::secrets(&w.ctx, "default", &id)).unwrap();
    assert!(listed.iter().any(|secret| secret.expires == Some(end)));
    w.pass(60);
    add(None).unwrap();

    let mut public = machine();
    public["token_endpoint_auth_method"] = json!("none");
    public["grant_types"] = json!(["refresh_token"]);
    let new = create(&w, &public, None).unwrap();
    assert_eq!(new.secret, None);
    let refused = admin::add_secret(&w.ctx, "default", &new.client.id, None, None);
    assert!(matches!(block_on(refused), Err(AdminError::Conflict(_))));
}

#[test]
fn settings_for_tokens_have_bounds() {
    let w = World::new();
    let update = |settings| block_on(admin::update_tenant(&w.ctx, "default", &settings));
    let with = |lifetime, days| TenantSettings {
        access_token_lifetime: lifetime,
        key_rotation_days: days,
        ..TenantSettings::default()
    };
    for (lifetime, days) in [(60, 0), (86_400, 3650)] {
        let tenant = update(with(Some(lifetime), Some(days))).unwrap();
        assert_eq!(i64::from(tenant.tokens.access_token_secs), lifetime);
        assert_eq!(i64::from(tenant.tokens.rotation_days), days);
    }
    for (lifetime, days) in [(59, 1), (86_401, 1), (-1, 1), (600, -1), (600, 3651)] {
        let refused = update(with(Some(lifetime), Some(days)));
        assert!(
            matches!(refused, Err(AdminError::Invalid(_))),
            "{lifetime} {days}"
        );
    }
    let algorithm = |name: &str| {
        update(TenantSettings {
            signing_algorithm: Some(name.to_owned()),
            ..TenantSettings::default()
        })
    };
    assert_eq!(
        algorithm("ES256").unwrap().tokens.signing_algorithm.name(),
        "ES256"
    );
    for name in ["RS256", "HS256", "none", ""] {
        assert!(
            matches!(algorithm(name), Err(AdminError::Invalid(_))),
            "{name}"
        );
    }
}

#[test]
fn a_sweep_says_whether_there_is_more() {
    let w = World::new();
    assert_eq!(block_on(admin::sweep(&w.ctx)), Ok(false));
    let expires = Some(Timestamp::from_secs(w.now() + 1));
    let token = admin::create_initial_token(&w.ctx, "default", "soon", expires, None);
    block_on(token).unwrap();
    w.pass(1);
    assert_eq!(block_on(admin::sweep(&w.ctx)), Ok(false));
    let left = block_on(admin::initial_tokens(&w.ctx, "default", "", None)).unwrap();
    assert_eq!(left, []);
}

#[test]
fn one_in_1024_answers_is_followed_by_a_sweep_of_more_than_they_can_have_made() {
    let w = World::new();
    let due = |answers: usize| (0..answers).filter(|_| auth::is_sweep_due(&w.ctx)).count();
    assert_eq!(due(1024 * 10), 10);
    let expires = Some(Timestamp::from_secs(w.now() + 1));
    for _ in 0..1024 {
        let token = admin::create_initial_token(&w.ctx, "default", "soon", expires, None);
        block_on(token).unwrap();
    }
    w.pass(1);
    block_on(auth::sweep(&w.ctx));
    let left = block_on(admin::initial_tokens(&w.ctx, "default", "", None)).unwrap();
    assert_eq!(left, []);
}
