//! Policies: versions of them, and what a decision rests on.

use anyhow::{Context, Result, bail, ensure};
use rollcall_core::{Resource, Timestamp};
use rollcall_store::{
    Access, Basis, Besides, Database, NewPolicies, PolicyText, Principal, StoreError, TokenHash,
    Wanted,
};
use serde_json::json;

use crate::fixture::Fixture;
use crate::retention::keep;
use crate::tokens::add_tokens;

fn upload(name: &str) -> NewPolicies {
    NewPolicies {
        note: Some(format!("note of {name}")),
        count: 1,
        text: text(name),
    }
}

fn text(name: &str) -> PolicyText {
    PolicyText {
        policies: format!("policies of {name}"),
        schema: Some(format!("schema of {name}")),
    }
}

fn person(id: &str) -> Wanted {
    Wanted::Resource("User".to_owned(), id.to_owned())
}

fn group(id: &str) -> Wanted {
    Wanted::Resource("Group".to_owned(), id.to_owned())
}

impl<D: Database> Fixture<'_, D> {
    async fn publish(&self, name: &str) -> Result<u64> {
        let tenant = &self.access.tenant;
        let new = upload(name);
        Ok(self
            .store
            .publish_policies(tenant, &new, self.tick())
            .await?)
    }

    async fn basis(&self, wanted: &[Wanted], known: Option<i64>) -> Result<Basis> {
        let now = self.tick();
        Ok(self.store.basis(&self.access, now, wanted, known).await?)
    }

    /// The number and the texts of the active policies.
    async fn active(&self, known: Option<i64>) -> Result<Option<(i64, Option<PolicyText>)>> {
        let policies = self.basis(&[], known).await?.policies;
        Ok(policies.map(|active| (active.id, active.text)))
    }
}

pub async fn each_upload_is_a_version_and_is_active<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let tenant = &f.access.tenant;
    ensure!(f.store.policy_versions(tenant).await?.is_empty());
    ensure!(f.store.policies(tenant, None).await == Err(StoreError::NotFound));
    ensure!(f.publish("first").await? == 1);
    ensure!(f.publish("second").await? == 2);
    let versions = f.store.policy_versions(tenant).await?;
    let told: Vec<_> = versions
        .iter()
        .map(|v| (v.version, v.is_active, v.count))
        .collect();
    ensure!(told == [(2, true, 1), (1, false, 1)], "{told:?}");
    let active = f.store.policies(tenant, None).await?;
    ensure!(active.version == versions[0] && active.text == text("second"));
    ensure!(active.version.note.as_deref() == Some("note of second"));
    let first = f.store.policies(tenant, Some(1)).await?;
    ensure!(first.version == versions[1] && first.text == text("first"));
    ensure!(f.store.policies(tenant, Some(3)).await == Err(StoreError::NotFound));
    let (other, _) = f.other().await?;
    ensure!(f.store.policy_versions(&other.tenant).await?.is_empty());
    Ok(())
}

pub async fn an_earlier_version_can_be_active_again<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let tenant = &f.access.tenant;
    f.publish("first").await?;
    f.publish("second").await?;
    f.store.activate_policies(tenant, 1, f.tick()).await?;
    // It is already: nothing is told of it.
    f.store.activate_policies(tenant, 1, f.tick()).await?;
    let active = f.store.policies(tenant, None).await?;
    ensure!(active.version.version == 1 && active.text == text("first"));
    let refused = f.store.activate_policies(tenant, 3, f.tick()).await;
    ensure!(refused == Err(StoreError::NotFound), "{refused:?}");
    ensure!(f.publish("third").await? == 3);
    f.store.withdraw_policies(tenant, f.tick()).await?;
    f.store.withdraw_policies(tenant, f.tick()).await?;
    let log = f.log().await?;
    let told: Vec<_> = log
        .iter()
        .map(|c| (c.operation.as_str(), c.version))
        .collect();
    let expected = [
        ("publish", 1),
        ("publish", 2),
        ("activate", 1),
        ("publish", 3),
        ("withdraw", 0),
    ];
    ensure!(told == expected, "{told:?}");
    for change in &log {
        ensure!(
            change.actor == "admin" && change.resource_type == "PolicySet",
            "{change:?}"
        );
        ensure!(change.resource == tenant.as_str() && change.attributes.is_empty());
    }
    Ok(())
}

pub async fn a_deleted_version_leaves_its_number<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let tenant = &f.access.tenant;
    f.publish("first").await?;
    let (id, _) = f.active(None).await?.context("none is active")?;
    f.store.withdraw_policies(tenant, f.tick()).await?;
    ensure!(f.active(Some(id)).await?.is_none());
    ensure!(f.store.policy_versions(tenant).await?.is_empty());
    ensure!(f.publish("second").await? == 2);
    let (again, given) = f.active(Some(id)).await?.context("none is active")?;
    ensure!(again != id && given == Some(text("second")), "{given:?}");
    // Nor does a tenant of the same name take over what is remembered of the one before.
    f.store.delete_tenant(tenant).await?;
    let reborn = Fixture::new(f.store, tenant.as_str()).await?;
    ensure!(reborn.active(Some(again)).await?.is_none());
    ensure!(reborn.publish("third").await? == 1);
    let (last, given) = reborn
        .active(Some(again))
        .await?
        .context("none is active")?;
    ensure!(last != again && given == Some(text("third")), "{given:?}");
    Ok(())
}

pub async fn of_many_versions_the_oldest_go<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let tenant = &f.access.tenant;
    for number in 1..=52 {
        ensure!(f.publish(&number.to_string()).await? == number);
    }
    let versions = f.store.policy_versions(tenant).await?;
    ensure!(versions.len() == 50 && versions.last().map(|v| v.version) == Some(3));
    Ok(())
}

pub async fn policies_come_only_to_who_does_not_know_them<D: Database>(
    f: Fixture<'_, D>,
) -> Result<()> {
    ensure!(f.active(None).await?.is_none());
    f.publish("first").await?;
    let (first, given) = f.active(None).await?.context("none is active")?;
    ensure!(given == Some(text("first")));
    ensure!(f.active(Some(first)).await? == Some((first, None)));
    f.publish("second").await?;
    let (second, given) = f.active(Some(first)).await?.context("none is active")?;
    ensure!(second != first && given == Some(text("second")));
    let back = f.store.activate_policies(&f.access.tenant, 1, f.tick());
    back.await?;
    ensure!(f.active(Some(first)).await? == Some((first, None)));
    ensure!(f.active(Some(second)).await? == Some((first, Some(text("first")))));
    Ok(())
}

pub async fn people_and_groups_are_found_with_the_groups_they_are_in<D: Database>(
    f: Fixture<'_, D>,
) -> Result<()> {
    f.publish("first").await?;
    let attributes = json!({"userName": "Änna", "active": true, "title": "Dr."});
    let anna = f.user("anna", &attributes);
    f.create(&anna).await?;
    let inner = f.group("inner", &[&anna]).await?;
    let outer = f.group("outer", &[&inner]).await?;
    let bert = f.user("bert", &json!({"userName": anna.id, "active": false}));
    f.create(&bert).await?;
    let (other, settings) = f.other().await?;
    let there = f.user("there", &json!({"userName": "there"}));
    let caller = f.caller_as(&other, &settings);
    f.store
        .create(&caller, &f.users, &there, &Besides::default())
        .await?;

    let wanted = [
        person(&anna.id),
        person("äNNA"),
        person("nobody"),
        group(&inner.id),
        group(&anna.id),
        person(&inner.id),
        group("inner"),
        person(&there.id),
        person("there"),
        person(&bert.id),
    ];
    let basis = f.basis(&wanted, None).await?;
    ensure!(basis.policies.and_then(|active| active.text) == Some(text("first")));
    let found = basis.principals;
    let ids: Vec<_> = found
        .iter()
        .map(|p| p.as_ref().map(|p| p.id.as_str()))
        .collect();
    let (a, i, b) = (
        Some(anna.id.as_str()),
        Some(inner.id.as_str()),
        Some(bert.id.as_str()),
    );
    let expected = [a, a, None, i, None, None, None, None, None, b];
    ensure!(ids == expected, "{ids:?}");
    let anna_found = found[0].as_ref().context("no anna")?;
    ensure!(anna_found.attributes == anna.attributes && !anna_found.is_inactive());
    let of_group = |group: &Resource, name: &str| (group.id.clone(), Some(name.to_owned()));
    let mut groups = anna_found.groups.clone();
    groups.sort();
    ensure!(
        groups == [of_group(&inner, "inner"), of_group(&outer, "outer")],
        "{groups:?}"
    );
    let inner_found = found[3].as_ref().context("no group")?;
    ensure!(inner_found.groups == [of_group(&outer, "outer")]);
    ensure!(
        found[9]
            .as_ref()
            .is_some_and(|bert| bert.is_inactive() && bert.groups.is_empty())
    );
    Ok(())
}

pub async fn a_deleted_person_is_found_with_the_groups_to_come<D: Database>(
    mut f: Fixture<'_, D>,
) -> Result<()> {
    f.publish("first").await?;
    keep(&mut f, 1).await?;
    let anna = f.create_named("anna").await?;
    let bert = f.create_named("bert").await?;
    let inner = f.group("inner", &[&anna, &bert]).await?;
    let outer = f.group("outer", &[&inner]).await?;
    let gone = f.group("gone", &[&anna]).await?;
    f.delete(&anna.id, None).await?;
    let caller = f.caller();
    f.store.delete(&caller, &f.groups, &gone.id, None).await?;
    let deleted = |id: &str| Wanted::Deleted(id.to_owned());
    let wanted = [
        deleted(&anna.id),
        person(&anna.id),
        deleted(&bert.id),
        deleted(&inner.id),
        deleted("anna"),
    ];
    let found = f.basis(&wanted, None).await?.principals;
    let [Some(found), None, None, None, None] = &found[..] else {
        bail!("{found:?}");
    };
    ensure!(found.id == anna.id && found.attributes == anna.attributes);
    let mut groups = found.groups.clone();
    groups.sort();
    let of_group = |group: &Resource, name: &str| (group.id.clone(), Some(name.to_owned()));
    ensure!(
        groups == [of_group(&inner, "inner"), of_group(&outer, "outer")],
        "{groups:?}"
    );
    let late = Timestamp::from_millis(f.tick().as_millis() + 86_400_000);
    let basis = f.store.basis(&f.access, late, &wanted[..1], None).await?;
    ensure!(basis.principals == [None], "{basis:?}");
    Ok(())
}

pub async fn a_stranger_learns_nothing_of_policies<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    f.publish("first").await?;
    let (other, _) = f.other().await?;
    let strangers = [
        Access {
            token: TokenHash::of("unknown").into(),
            ..f.access.clone()
        },
        Access {
            token: other.token,
            ..f.access.clone()
        },
    ];
    for stranger in strangers {
        let basis = f
            .store
            .basis(&stranger, f.tick(), &[person("x")], None)
            .await;
        ensure!(basis == Err(StoreError::Unauthenticated), "{basis:?}");
    }
    Ok(())
}

pub async fn clients_are_found_and_live_access_tokens_open_policies<D: Database>(
    f: Fixture<'_, D>,
) -> Result<()> {
    f.publish("first").await?;
    let anna = f.create_named("anna").await?;
    let tokens = add_tokens(&f, &anna).await?;
    let client = |id: &str| Wanted::Client(id.to_owned());
    let wanted = [
        client("nobody"),
        client("app"),
        client(&anna.id),
        person("app"),
        Wanted::Resource("Client".to_owned(), "app".to_owned()),
    ];
    for token in &tokens {
        let basis = f.store.basis(token, f.tick(), &wanted, None).await?;
        ensure!(basis.policies.and_then(|active| active.text) == Some(text("first")));
        let [None, Some(found), None, None, None] = &basis.principals[..] else {
            bail!("{:?}", basis.principals);
        };
        let expected = json!({"name": "app", "active": true});
        ensure!(
            found.id == "app" && json!(found.attributes) == expected && found.groups.is_empty()
        );
    }
    let (tenant, now) = (&f.access.tenant, f.tick());
    f.store
        .set_client_disabled(tenant, "app", true, now)
        .await?;
    for token in &tokens {
        let basis = f.store.basis(token, f.tick(), &wanted, None).await;
        ensure!(basis == Err(StoreError::Unauthenticated), "{basis:?}");
    }
    let found = f.basis(&wanted, None).await?.principals;
    ensure!(found[1].as_ref().is_some_and(Principal::is_inactive));
    Ok(())
}
