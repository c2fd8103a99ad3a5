//! People who were deleted: kept for a while, and brought back.

use anyhow::{Context, Result, ensure};
use rollcall_core::{Member, Resource, Timestamp};
use rollcall_store::{
    Access, Administrator, Besides, Database, Settings, StoreError, TenantChange,
};
use serde_json::json;

use crate::fixture::Fixture;

const DAY: i64 = 86_400_000;

/// Has deleted people kept for so many days, and goes by that from then on.
pub async fn keep<D: Database>(f: &mut Fixture<'_, D>, days: u32) -> Result<()> {
    let change = TenantChange {
        retention_days: Some(days),
        ..TenantChange::default()
    };
    f.store
        .update_tenant(&f.access.tenant, &change, f.tick())
        .await?;
    f.settings = f.store.settings(&f.access, f.tick()).await?;
    Ok(())
}

/// Whoever is kept at a time, by user name.
async fn kept<D: Database>(f: &Fixture<'_, D>, now: Timestamp) -> Result<Vec<String>> {
    let deleted = f
        .store
        .deleted(Administrator::Operator(&f.access.tenant), ("", 10), now)
        .await?;
    Ok(deleted.into_iter().filter_map(|d| d.user_name).collect())
}

/// The person whom restoring this one is to lead to.
async fn restored<D: Database>(f: &Fixture<'_, D>, id: &str) -> Result<Resource> {
    let now = f.tick();
    let found = f
        .store
        .deleted_one(Administrator::Operator(&f.access.tenant), id, now)
        .await?;
    let (deleted, attributes) = found.context("it is not kept")?;
    Ok(Resource {
        id: deleted.id,
        version: deleted.version + 1,
        created: deleted.created,
        modified: now,
        attributes,
    })
}

async fn restore<D: Database>(
    f: &Fixture<'_, D>,
    settings: &Settings,
    resource: &Resource,
) -> Result<(), StoreError> {
    let tenant = &f.access.tenant;
    f.store
        .restore(
            Administrator::Operator(tenant),
            settings,
            &f.users,
            resource,
        )
        .await
}

fn after(now: Timestamp, millis: i64) -> Timestamp {
    Timestamp::from_millis(now.as_millis() + millis)
}

pub async fn a_deleted_person_is_kept_only_if_the_tenant_wants_it<D: Database>(
    mut f: Fixture<'_, D>,
) -> Result<()> {
    let anna = f.create_named("anna").await?;
    f.delete(&anna.id, None).await?;
    ensure!(kept(&f, f.tick()).await?.is_empty(), "kept for 0 days");
    keep(&mut f, 2).await?;
    let berta = f.create_named("berta").await?;
    let clara = f.user(
        "clara",
        &json!({"userName": "clara", "displayName": "Clara C."}),
    );
    f.create(&clara).await?;
    f.delete(&berta.id, None).await?;
    let at = f.tick();
    let caller = f.caller_at(at);
    f.store.delete(&caller, &f.users, &clara.id, None).await?;
    let (deleted, attributes) = f
        .store
        .deleted_one(
            Administrator::Operator(&f.access.tenant),
            &clara.id,
            f.tick(),
        )
        .await?
        .context("it is not kept")?;
    ensure!(attributes == clara.attributes);
    ensure!(
        (deleted.created, deleted.deleted, deleted.purge)
            == (clara.created, at, after(at, 2 * DAY)),
        "{deleted:?}"
    );
    ensure!((deleted.version, deleted.resource_type.as_str()) == (2, "User"));
    ensure!(deleted.display_name.as_deref() == Some("Clara C."));
    // Nobody sees them, and their name is free.
    ensure!(f.get(&clara.id).await?.is_none());
    ensure!(f.page(None, None, 0, 10).await?.total == 0);
    let twin = f.user("twin", &json!({"userName": "clara"}));
    f.create(&twin).await?;
    ensure!(kept(&f, f.tick()).await? == ["berta", "clara"]);
    let tenant = &f.access.tenant;
    let page = f
        .store
        .deleted(Administrator::Operator(tenant), ("", 1), f.tick())
        .await?;
    ensure!(page.len() == 1 && page[0].id == berta.id);
    let rest = f
        .store
        .deleted(Administrator::Operator(tenant), (&berta.id, 10), f.tick())
        .await?;
    ensure!(rest == [deleted]);
    let (other, _) = f.other().await?;
    let elsewhere = f
        .store
        .deleted(Administrator::Operator(&other.tenant), ("", 10), f.tick())
        .await?;
    ensure!(elsewhere.is_empty());
    Ok(())
}

pub async fn a_restored_person_is_as_before<D: Database>(mut f: Fixture<'_, D>) -> Result<()> {
    keep(&mut f, 1).await?;
    let anna = f.user(
        "anna",
        &json!({"userName": "anna", "displayName": "Anna A."}),
    );
    let secret = Besides {
        password: Some("hash".to_owned()),
        ..Besides::default()
    };
    let caller = f.caller_at(anna.modified);
    f.store.create(&caller, &f.users, &anna, &secret).await?;
    let berta = f.create_named("berta").await?;
    let one = f.group("one", &[&berta]).await?;
    let mut besides = Besides::default();
    besides.members.add = vec![Member {
        id: anna.id.clone(),
        display: Some("Annie".to_owned()),
    }];
    f.enrol(&one, &besides).await?;
    let gone = f.group("gone", &[&anna]).await?;
    f.delete(&anna.id, None).await?;
    let caller = f.caller();
    f.store.delete(&caller, &f.groups, &gone.id, None).await?;
    let before = f.log().await?.len();

    let again = restored(&f, &anna.id).await?;
    restore(&f, &f.settings, &again).await?;
    ensure!(again.version == 3 && again.created == anna.created && again.modified > anna.modified);
    ensure!(f.get(&anna.id).await? == Some(again.clone()));
    ensure!(f.find("userName eq \"anna\"").await? == ["anna"]);
    ensure!(f.find("displayName co \"na A\"").await? == ["anna"]);
    ensure!(f.page(None, None, 0, 10).await?.total == 2);
    let twin = f.user("twin", &json!({"userName": "anna"}));
    ensure!(f.create(&twin).await == Err(StoreError::Conflict));
    let found = f.find_group(&one).await?;
    ensure!(found.version == 4 && found.members == 2 && found.modified == again.modified);
    ensure!(
        found
            .related
            .is_some_and(|members| members.contains("\"Annie\""))
    );
    ensure!(f.find("groups.display eq \"one\"").await? == ["anna", "berta"]);
    let log = f.log().await?;
    let told: Vec<_> = log
        .iter()
        .skip(before)
        .map(|c| (c.operation.as_str(), c.resource.as_str(), c.version))
        .collect();
    let expected = [
        ("restore", anna.id.as_str(), 3),
        ("patch", one.id.as_str(), 4),
    ];
    ensure!(told == expected, "{told:?}");
    ensure!(log.iter().skip(before).all(|c| c.actor == "admin"));
    // There is nothing left to restore, and a later deletion is another one.
    ensure!(restore(&f, &f.settings, &again).await == Err(StoreError::NotFound));
    f.delete(&anna.id, None).await?;
    ensure!(restore(&f, &f.settings, &again).await == Err(StoreError::PreconditionFailed));
    let later = restored(&f, &anna.id).await?;
    ensure!(later.version == 5);
    restore(&f, &f.settings, &later).await?;
    Ok(())
}

pub async fn a_person_whose_name_is_taken_is_not_restored<D: Database>(
    mut f: Fixture<'_, D>,
) -> Result<()> {
    keep(&mut f, 1).await?;
    let anna = f.create_named("anna").await?;
    f.delete(&anna.id, None).await?;
    let twin = f.user("twin", &json!({"userName": "ANNA"}));
    f.create(&twin).await?;
    let again = restored(&f, &anna.id).await?;
    ensure!(restore(&f, &f.settings, &again).await == Err(StoreError::Conflict));
    let holder = f.store.holder(&f.settings, &f.users, &again.attributes);
    let holder = holder.await?.context("nobody has the name")?;
    ensure!((holder.id, holder.path.as_str()) == (twin.id.clone(), "userName"));
    ensure!(kept(&f, f.tick()).await? == ["anna"], "it is gone");
    ensure!(f.page(None, None, 0, 0).await?.total == 1);
    // By other settings its index may be another one.
    let old = f.settings.clone();
    keep(&mut f, 2).await?;
    f.delete(&twin.id, None).await?;
    ensure!(restore(&f, &old, &again).await == Err(StoreError::Reconfigured));
    let holder = f.store.holder(&f.settings, &f.users, &again.attributes);
    ensure!(holder.await?.is_none());
    restore(&f, &f.settings, &restored(&f, &anna.id).await?).await?;
    Ok(())
}

pub async fn whoever_is_not_kept_any_more_is_forgotten<D: Database>(
    mut f: Fixture<'_, D>,
) -> Result<()> {
    keep(&mut f, 1).await?;
    for name in ["anna", "berta"] {
        let user = f.create_named(name).await?;
        f.delete(&user.id, None).await?;
    }
    let tenant = &f.access.tenant;
    let anna = format!("{tenant}/anna");
    let late = after(f.tick(), DAY);
    ensure!(kept(&f, late).await?.is_empty(), "shown too long");
    let found = f
        .store
        .deleted_one(Administrator::Operator(tenant), &anna, late)
        .await?;
    ensure!(found.is_none(), "found too long");
    let mut again = restored(&f, &anna).await?;
    again.modified = late;
    ensure!(restore(&f, &f.settings, &again).await == Err(StoreError::NotFound));
    let purged = f
        .store
        .purge(Administrator::Operator(tenant), &anna, late)
        .await;
    ensure!(purged == Err(StoreError::NotFound));

    f.store
        .purge(Administrator::Operator(tenant), &anna, f.tick())
        .await?;
    let purged = f
        .store
        .purge(Administrator::Operator(tenant), &anna, f.tick())
        .await;
    ensure!(purged == Err(StoreError::NotFound));
    ensure!(kept(&f, f.tick()).await? == ["berta"]);
    let log = f.log().await?;
    let last = log.last().context("no change")?;
    ensure!((last.operation.as_str(), last.actor.as_str()) == ("purge", "admin"));
    ensure!(last.resource == anna && last.version == 2);

    // A later deletion sweeps them away.
    let clara = f.create_named("clara").await?;
    let caller = f.caller_at(late);
    f.store.delete(&caller, &f.users, &clara.id, None).await?;
    ensure!(
        kept(&f, f.tick()).await? == ["clara"],
        "berta is still kept"
    );
    Ok(())
}

pub async fn a_delegate_needs_a_live_token_and_its_settings<D: Database>(
    mut f: Fixture<'_, D>,
) -> Result<()> {
    keep(&mut f, 1).await?;
    let anna = f.create_named("anna").await?;
    let bert = f.create_named("bert").await?;
    f.delete(&anna.id, None).await?;
    let before = f.log().await?.len();
    let (other, _) = f.other().await?;
    let stranger = Access {
        tenant: f.access.tenant.clone(),
        ..other
    };
    let old = f.settings.clone();
    keep(&mut f, 2).await?;
    for (access, settings, why) in [
        (&stranger, &f.settings, StoreError::Unauthenticated),
        (&f.access, &old, StoreError::Reconfigured),
    ] {
        let by = Administrator::Delegate(access, settings);
        let again = restored(&f, &anna.id).await?;
        let restoring = f.store.restore(by, settings, &f.users, &again);
        ensure!(restoring.await == Err(why.clone()));
        let revoking = f.store.revoke_all_of_person(by, &bert.id, f.tick());
        ensure!(revoking.await == Err(why.clone()));
        ensure!(f.store.purge(by, &anna.id, f.tick()).await == Err(why.clone()));
        let listing = f.store.deleted(by, ("", 10), f.tick()).await;
        ensure!(listing == Err(why.clone()), "{listing:?}");
        let looking = f.store.deleted_one(by, &anna.id, f.tick()).await;
        ensure!(looking == Err(why), "{looking:?}");
    }
    let by = Administrator::Delegate(&f.access, &f.settings);
    let shown = f.store.deleted(by, ("", 10), f.tick()).await?;
    ensure!(shown.len() == 1 && shown[0].id == anna.id);
    f.store.revoke_all_of_person(by, &bert.id, f.tick()).await?;
    f.store.purge(by, &anna.id, f.tick()).await?;
    let log = f.log().await?;
    let told = log[before..]
        .iter()
        .map(|one| (&*one.operation, &*one.actor));
    let told: Vec<_> = told.collect();
    let actor = format!("token:{}/first", f.access.tenant);
    let expected = [
        ("configure", "admin"),
        ("revoke", &*actor),
        ("purge", &*actor),
    ];
    ensure!(told == expected, "{told:?}");
    Ok(())
}
