//! The authorization server's half of the store.

use anyhow::{Context, Result, ensure};
use rollcall_core::{Resource, Timestamp};
use rollcall_store::auth::{
    Actor, ClientDraft, GrantDraft, KeyDraft, OpaqueDraft, Rotation, SecretDraft, SigningAlgorithm,
    Successor, TokenFormat,
};
use rollcall_store::{Access, Claims, Credential, Database, Relations, StoreError, TokenHash};
use serde_json::json;

use crate::fixture::Fixture;

const REFUSED: StoreError = StoreError::Unauthenticated;

fn later(time: Timestamp, secs: i64) -> Timestamp {
    Timestamp::from_micros(time.as_micros() + secs * 1_000_000)
}

async fn add_client<D: Database>(f: &Fixture<'_, D>) -> Result<i64> {
    let client = ClientDraft {
        id: "app",
        name: "app",
        token_format: TokenFormat::Jwt,
        metadata: "{}",
        registration: None,
    };
    let secret = SecretDraft {
        id: "first",
        hash: &TokenHash::of("first"),
        expires: None,
    };
    let (tenant, now) = (&f.access.tenant, f.tick());
    f.store
        .create_client(tenant, &client, Some(&secret), None, now)
        .await?;
    let client = f.store.client(tenant, "app").await?;
    Ok(client.context("the client")?.epoch)
}

/// A JWT and an opaque token of the client `app`, for a person.
pub async fn add_tokens<D: Database>(f: &Fixture<'_, D>, person: &Resource) -> Result<[Access; 2]> {
    let (tenant, epoch) = (&f.access.tenant, add_client(f).await?);
    let found = f.store.person(tenant, &person.id).await?;
    let person_epoch = found.context("the person")?.epoch;
    let now = f.tick();
    let hash = TokenHash::of(tenant.as_str());
    let opaque = OpaqueDraft {
        hash: &hash,
        id: "opaque",
        client: ("app", epoch),
        person: Some((&person.id, person_epoch)),
        grant: None,
        links: None,
        scope: "scim:read",
        audience: "[]",
        jkt: None,
        act: None,
        expires: later(now, 3600),
    };
    f.store.create_opaque_token(tenant, &opaque, now).await?;
    let claims = Claims {
        client: "app".to_owned(),
        client_epoch: epoch,
        person: Some((person.id.clone(), person_epoch)),
        grant: None,
        links: None,
        jti: "jwt".to_owned(),
        expires: later(now, 3600),
    };
    let access = |token| Access {
        tenant: tenant.clone(),
        token,
    };
    Ok([
        access(Credential::Jwt(Box::new(claims))),
        access(Credential::Opaque(hash)),
    ])
}

/// Whether a token reads and writes, which introspection must say as well.
async fn opens<D: Database>(f: &Fixture<'_, D>, access: &Access) -> Result<bool> {
    let settings = f.store.settings_of(&access.tenant).await?;
    let caller = f.caller_as(access, &settings);
    let (tenant, now) = (&access.tenant, caller.now);
    let relations = Relations::default();
    let read = f
        .store
        .get(&caller, &f.users, "nobody", &relations)
        .await
        .map(drop);
    let written = f.store.delete(&caller, &f.users, "nobody", None).await;
    let live = match &access.token {
        Credential::Jwt(claims) => {
            let answer = f.store.introspect_jwt(tenant, "app", claims, now).await?;
            answer.1.is_some()
        }
        Credential::Opaque(hash) => {
            let answer = f.store.introspect_opaque(tenant, "app", hash, now).await?;
            answer.1.is_some()
        }
        Credential::Provisioning(_) => read.is_ok(),
    };
    let (read_expected, write_expected) = if live {
        (Ok(()), Err(StoreError::NotFound))
    } else {
        (Err(REFUSED), Err(REFUSED))
    };
    ensure!(read == read_expected, "{live} but {read:?}");
    ensure!(written == write_expected, "{live} but {written:?}");
    Ok(live)
}

pub async fn a_deactivated_persons_tokens_open_nothing<D: Database>(
    f: Fixture<'_, D>,
) -> Result<()> {
    let anna = f.create_named("anna").await?;
    let tokens = add_tokens(&f, &anna).await?;
    for token in &tokens {
        ensure!(opens(&f, token).await?);
    }
    let inactive = f.next(&anna, &json!({"userName": "anna", "active": false}));
    f.update(&anna, &inactive).await?;
    for token in &tokens {
        ensure!(!opens(&f, token).await?);
    }
    let active = f.next(&inactive, &json!({"userName": "anna", "active": true}));
    f.update(&inactive, &active).await?;
    for token in &tokens {
        ensure!(!opens(&f, token).await?, "after the reactivation");
    }
    Ok(())
}

pub async fn a_disabled_clients_tokens_open_nothing<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let anna = f.create_named("anna").await?;
    let tokens = add_tokens(&f, &anna).await?;
    for disabled in [true, false] {
        let now = f.tick();
        f.store
            .set_client_disabled(&f.access.tenant, "app", disabled, now)
            .await?;
        for token in &tokens {
            ensure!(!opens(&f, token).await?, "disabled: {disabled}");
        }
    }
    Ok(())
}

pub async fn a_suspended_tenants_tokens_open_nothing<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let anna = f.create_named("anna").await?;
    let mut tokens = add_tokens(&f, &anna).await?.to_vec();
    tokens.push(f.access.clone());
    for suspended in [true, false] {
        let now = f.tick();
        f.store
            .set_suspended(&f.access.tenant, suspended, now)
            .await?;
        for token in &tokens {
            ensure!(opens(&f, token).await? != suspended);
        }
    }
    Ok(())
}

pub async fn a_refresh_token_is_used_once<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let epoch = add_client(&f).await?;
    let (tenant, now) = (&f.access.tenant, f.tick());
    let grant = GrantDraft {
        id: "grant",
        client: ("app", epoch),
        person: None,
        scope: "",
        resources: "[]",
        jkt: None,
        expires: later(now, 3600),
    };
    let [first, second, third] = ["1", "2", "3"].map(TokenHash::of);
    let begin = Some((&first, later(now, 1800)));
    f.store.create_grant(tenant, &grant, begin, now).await?;
    let rotate = async |hash: &TokenHash, next: &TokenHash, sealed: &str, now| {
        let next = Successor { hash: next, sealed };
        f.store.rotate(tenant, ("app", hash), &next, 10, now).await
    };
    let now = f.tick();
    ensure!(rotate(&first, &second, "second", now).await? == Rotation::Done);
    let again = rotate(&first, &third, "third", later(now, 10)).await?;
    ensure!(again == Rotation::Again("second".to_owned()), "{again:?}");
    let token = f.store.refresh_token(tenant, &second, now).await?;
    ensure!(token.is_some_and(|token| token.used.is_none() && token.expires == later(now, 1800)));
    let replayed = rotate(&first, &third, "third", later(now, 11)).await?;
    ensure!(replayed == Rotation::Replayed, "{replayed:?}");
    ensure!(f.store.refresh_token(tenant, &second, now).await?.is_none());
    Ok(())
}

pub async fn a_proof_is_used_once<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let (tenant, now, hash) = (&f.access.tenant, f.tick(), TokenHash::of("proof"));
    let end = later(now, 60);
    ensure!(f.store.use_once(tenant, &hash, end, now).await?);
    ensure!(!f.store.use_once(tenant, &hash, end, now).await?);
    Ok(())
}

pub async fn a_key_is_made_once<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let (tenant, now) = (&f.access.tenant, f.tick());
    for kid in ["one", "two"] {
        let key = KeyDraft {
            kid,
            algorithm: SigningAlgorithm::Es256,
            public: "{}",
            sealed: b"sealed",
            active_from: now,
        };
        f.store
            .add_key(tenant, Actor::Service, &key, None, now)
            .await?;
    }
    let keys = f.store.keys(tenant).await?;
    ensure!(keys.len() == 1 && keys[0].kid == "one" && keys[0].sealed == b"sealed");
    let found = f.store.authenticate_client(tenant, "", now).await?;
    ensure!(found.newest_key == Some(now));
    Ok(())
}

pub async fn a_client_has_two_secrets_at_most<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    add_client(&f).await?;
    let tenant = &f.access.tenant;
    let mut added = Vec::new();
    for id in ["second", "third"] {
        let hash = TokenHash::of(id);
        let secret = SecretDraft {
            id,
            hash: &hash,
            expires: None,
        };
        let now = f.tick();
        added.push(f.store.add_secret(tenant, "app", &secret, None, now).await);
    }
    ensure!(added == [Ok(()), Err(StoreError::TooMany)], "{added:?}");
    let found = f.store.authenticate_client(tenant, "app", f.tick()).await?;
    let secrets = found.client.context("the client")?.secrets;
    ensure!(secrets == ["first", "second"].map(TokenHash::of));
    Ok(())
}

pub async fn what_has_expired_is_swept<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let (tenant, now, hash) = (&f.access.tenant, f.tick(), TokenHash::of("proof"));
    f.store.use_once(tenant, &hash, later(now, 1), now).await?;
    let mut sweeps = 0;
    while f.store.sweep(later(now, 1)).await? {
        sweeps += 1;
        ensure!(sweeps < 100, "a sweep has no end");
    }
    ensure!(sweeps > 0);
    Ok(())
}
