//! What an operator changes: settings and tokens, and that the change log has it.

use anyhow::{Context, Result, ensure};
use rollcall_core::Mode;
use rollcall_store::auth::SigningAlgorithm;
use rollcall_store::{Database, Relations, StoreError, TenantChange, TenantName};

use serde_json::json;

use crate::fixture::Fixture;

pub async fn a_change_of_settings_holds_for_the_next_call<D: Database>(
    f: Fixture<'_, D>,
) -> Result<()> {
    let anna = f.create_named("anna").await?;
    let tenant = &f.access.tenant;
    let change = TenantChange {
        mode: Some(Mode::Strict),
        retention_days: Some(7),
        ..TenantChange::default()
    };
    f.store.update_tenant(tenant, &change, f.tick()).await?;
    let again = TenantChange {
        restore_on_create: Some(true),
        ..TenantChange::default()
    };
    f.store.update_tenant(tenant, &again, f.tick()).await?;
    let known = f.store.tenant(tenant).await?.context("no tenant")?;
    ensure!(
        known.mode == Mode::Strict && known.retention_days == 7 && known.restore_on_create,
        "it has become {known:?}"
    );
    refuses_the_old_settings(&f, &anna.id).await?;
    let settings = f.store.settings(&f.access, f.tick()).await?;
    ensure!(f.store.settings_of(tenant).await? == settings);
    let caller = f.caller_as(&f.access, &settings);
    f.store.delete(&caller, &f.users, &anna.id, None).await?;
    Ok(())
}

/// Reads, lists and writes by the settings that the case began with.
pub async fn refuses_the_old_settings<D: Database>(f: &Fixture<'_, D>, id: &str) -> Result<()> {
    const REFUSED: StoreError = StoreError::Reconfigured;
    let got = f
        .store
        .get(&f.caller(), &f.users, id, &Relations::default())
        .await;
    ensure!(got == Err(REFUSED), "get");
    ensure!(f.page(None, None, 0, 1).await.is_err(), "list");
    let late = f.user("late", &json!({"userName": "late"}));
    ensure!(f.create(&late).await == Err(REFUSED), "create");
    ensure!(f.delete(id, None).await == Err(REFUSED), "delete");
    Ok(())
}

pub async fn a_setting_that_is_set_to_what_it_is_changes_nothing<D: Database>(
    f: Fixture<'_, D>,
) -> Result<()> {
    let tenant = &f.access.tenant;
    let same = TenantChange {
        mode: Some(Mode::Compat),
        restore_on_create: Some(false),
        retention_days: Some(0),
        ignore_unknown_members: Some(false),
        enforce_policies: Some(false),
        signing_algorithm: Some(SigningAlgorithm::EdDsa),
        access_token_secs: Some(600),
        rotation_days: Some(90),
    };
    for change in [TenantChange::default(), same] {
        f.store.update_tenant(tenant, &change, f.tick()).await?;
    }
    f.create_named("anna").await?;
    ensure!(f.log().await?.len() == 1);
    let nobody = TenantName::parse("nobody").context("a name")?;
    let changed = f.store.update_tenant(&nobody, &same, f.tick()).await;
    ensure!(changed == Err(StoreError::NotFound), "{changed:?}");
    let settings = f.store.settings_of(&nobody).await;
    ensure!(settings == Err(StoreError::NotFound));
    Ok(())
}

pub async fn what_the_operator_does_is_in_the_change_log<D: Database>(
    f: Fixture<'_, D>,
) -> Result<()> {
    let tenant = &f.access.tenant;
    let change = TenantChange {
        restore_on_create: Some(true),
        retention_days: Some(30),
        ..TenantChange::default()
    };
    f.store.update_tenant(tenant, &change, f.tick()).await?;
    let token = format!("{tenant}/first");
    f.store.delete_token(tenant, &token, f.tick()).await?;
    let log = f.store.changes(tenant, 0, 10).await?;
    let told: Vec<_> = log
        .iter()
        .map(|c| {
            ensure!(c.actor == "admin" && c.version == 0, "{c:?}");
            Ok((
                c.operation.as_str(),
                c.resource_type.as_str(),
                c.resource.as_str(),
                c.attributes.join(" "),
            ))
        })
        .collect::<Result<_>>()?;
    let expected = [
        ("issue", "Token", token.as_str(), String::new()),
        (
            "configure",
            "Tenant",
            tenant.as_str(),
            "restoreOnCreate retentionDays".to_owned(),
        ),
        ("revoke", "Token", token.as_str(), String::new()),
    ];
    ensure!(told == expected, "{told:?}");
    ensure!(log.is_sorted_by_key(|c| (c.sequence, c.at)));
    Ok(())
}
