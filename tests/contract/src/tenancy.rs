//! Tenants and tokens: what is whose.

use anyhow::{Result, ensure};
use rollcall_core::{SortOrder, Timestamp};
use rollcall_store::{
    Access, Besides, Caller, Database, Operation, Part, Query, Relations, Start, StoreError,
    TokenHash,
};
use serde_json::json;

use crate::fixture::{BASE, Fixture};

const REFUSED: StoreError = StoreError::Unauthenticated;

/// Tries everything that a token can be used for, and demands that all of it is refused.
async fn opens_nothing<D: Database>(
    f: &Fixture<'_, D>,
    access: &Access,
    now: Timestamp,
) -> Result<()> {
    let user = f.user("intruder", &json!({"userName": "intruder"}));
    let part = Part {
        resource_type: &f.users,
        filter: None,
        sort: None,
        related: &[],
    };
    let query = Query {
        parts: &[part],
        order: SortOrder::Ascending,
        start: Start::Offset(0),
        limit: 1,
        base: BASE,
    };
    let caller = Caller {
        access,
        settings: &f.settings,
        now,
    };
    let (store, users, nothing) = (f.store, &f.users, Besides::default());
    ensure!(
        store.authenticate(access, now).await == Err(REFUSED),
        "authenticate"
    );
    ensure!(
        store.settings(access, now).await == Err(REFUSED),
        "settings"
    );
    let got = store.get(&caller, users, "x", &Relations::default()).await;
    ensure!(got == Err(REFUSED), "get");
    let listed = store.list(&caller, &query).await;
    ensure!(listed == Err(REFUSED), "list");
    let created = store.create(&caller, users, &user, &nothing).await;
    ensure!(created == Err(REFUSED), "create");
    let updated = store
        .update(&caller, users, Operation::Patch, (&user, &user), &nothing)
        .await;
    ensure!(updated == Err(REFUSED), "update");
    let updated = store
        .update_besides(&caller, users, Operation::Patch, ("x", None), &nothing)
        .await;
    ensure!(updated == Err(REFUSED), "update of what is beside");
    let deleted = store.delete(&caller, users, "x", None).await;
    ensure!(deleted == Err(REFUSED), "delete");
    Ok(())
}

pub async fn a_token_opens_its_own_tenant_only<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let (other, _) = f.other().await?;
    let now = f.tick();
    f.store.authenticate(&f.access, now).await?;
    f.store.authenticate(&other, now).await?;
    opens_nothing(
        &f,
        &Access {
            tenant: other.tenant.clone(),
            token: f.access.token.clone(),
        },
        now,
    )
    .await?;
    opens_nothing(
        &f,
        &Access {
            token: TokenHash::of("unknown").into(),
            ..f.access.clone()
        },
        now,
    )
    .await
}

pub async fn an_expired_token_opens_nothing<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let expires = f.tick();
    let expiring = Access {
        token: TokenHash::of(&format!("{}:2", f.access.tenant)).into(),
        ..f.access.clone()
    };
    f.add_token(&expiring, "second", Some(expires)).await?;
    f.store
        .authenticate(&expiring, Timestamp::from_millis(expires.as_millis() - 1))
        .await?;
    opens_nothing(&f, &expiring, expires).await
}

pub async fn a_deleted_token_opens_nothing<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let second = Access {
        token: TokenHash::of(&format!("{}:2", f.access.tenant)).into(),
        ..f.access.clone()
    };
    f.add_token(&second, "second", None).await?;
    let ids: Vec<String> = f
        .store
        .tokens(&f.access.tenant)
        .await?
        .into_iter()
        .map(|token| token.id)
        .collect();
    ensure!(ids.len() == 2, "both are listed: {ids:?}");
    f.store
        .delete_token(&f.access.tenant, &ids[0], f.tick())
        .await?;
    ensure!(
        f.store
            .delete_token(&f.access.tenant, &ids[0], f.tick())
            .await
            == Err(StoreError::NotFound)
    );
    opens_nothing(&f, &f.access, f.tick()).await?;
    f.store.authenticate(&second, f.tick()).await?;
    Ok(())
}

pub async fn the_same_name_in_two_tenants_is_two_people<D: Database>(
    f: Fixture<'_, D>,
) -> Result<()> {
    let (other, settings) = f.other().await?;
    let here = f.create_named("anna").await?;
    let there = f.user("there", &json!({"userName": "anna"}));
    let caller = f.caller_as(&other, &settings);
    f.store
        .create(&caller, &f.users, &there, &Besides::default())
        .await?;
    ensure!(f.get(&there.id).await?.is_none(), "an id reached across");
    ensure!(
        f.delete(&there.id, None).await == Err(StoreError::NotFound),
        "a delete reached across"
    );
    let stolen = f.next(&there, &json!({"userName": "stolen"}));
    ensure!(
        f.update(&there, &stolen).await == Err(StoreError::NotFound),
        "an update reached across"
    );
    let page = f.page(Some("userName eq \"anna\""), None, 0, 10).await?;
    ensure!(
        page.total == 1 && page.resources[0].1.resource()? == here,
        "a filter reached across"
    );
    ensure!(
        f.page(None, None, 0, 0).await?.total == 1,
        "a count reached across"
    );
    Ok(())
}

pub async fn a_deleted_tenant_takes_everything_along<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    f.create_named("anna").await?;
    f.store.delete_tenant(&f.access.tenant).await?;
    ensure!(f.store.delete_tenant(&f.access.tenant).await == Err(StoreError::NotFound));
    opens_nothing(&f, &f.access, f.tick()).await?;
    let reborn = Fixture::new(f.store, f.access.tenant.as_str()).await?;
    ensure!(
        reborn.page(None, None, 0, 10).await?.total == 0,
        "people survived their tenant"
    );
    ensure!(
        reborn.find("userName eq \"anna\"").await?.is_empty(),
        "an index entry survived"
    );
    ensure!(reborn.log().await?.is_empty(), "the change log survived");
    Ok(())
}
