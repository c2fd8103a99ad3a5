//! Groups: who is a member of what.

use anyhow::{Context, Result, ensure};
use rollcall_core::{Filter, Member, MemberChange, Resource, ResourceType};
use rollcall_store::{
    Besides, Database, Found, Operation, Part, Query, Relations, Start, StoreError, TenantChange,
};
use serde_json::{Value as Json, json};

use crate::fixture::{BASE, Fixture, all_subs};

impl<D: Database> Fixture<'_, D> {
    pub async fn group(&self, id: &str, members: &[&Resource]) -> Result<Resource, StoreError> {
        let group = self.user(id, &json!({ "displayName": id }));
        let besides = adding(members);
        let caller = self.caller_at(group.modified);
        self.store
            .create(&caller, &self.groups, &group, &besides)
            .await?;
        Ok(group)
    }

    pub async fn enrol(&self, group: &Resource, besides: &Besides) -> Result<(), StoreError> {
        let what = (group.id.as_str(), None);
        self.store
            .update_besides(
                &self.caller(),
                &self.groups,
                Operation::Patch,
                what,
                besides,
            )
            .await
    }

    pub async fn find_group(&self, group: &Resource) -> Result<Found> {
        let subs = all_subs();
        let relations = Relations {
            base: BASE,
            subs: &subs,
            most: None,
        };
        let found = self
            .store
            .get(&self.caller(), &self.groups, &group.id, &relations)
            .await?;
        found.context("the group is gone")
    }

    /// The groups of a user, as `id type`.
    async fn groups_of(&self, user: &Resource) -> Result<Vec<String>> {
        let found = self.find_user(&user.id, &all_subs()).await?;
        let related = found.context("the user is gone")?.related;
        Ok(list(related.as_deref())?
            .iter()
            .map(|group| {
                let text = |name: &str| group[name].as_str().unwrap_or_default().to_owned();
                format!("{} {}", text("display"), text("type"))
            })
            .collect())
    }

    async fn find_groups(&self, filter: &str) -> Result<Vec<String>> {
        let filter = Filter::parse(filter)?;
        let bound = filter.bind(&self.groups)?;
        let part = Part {
            resource_type: &self.groups,
            filter: Some(&bound),
            sort: None,
            related: &[],
        };
        let query = Query {
            parts: &[part],
            order: rollcall_core::SortOrder::Ascending,
            start: Start::Offset(0),
            limit: 100,
            base: BASE,
        };
        let page = self.store.list(&self.caller(), &query).await?;
        ensure!(page.total == page.resources.len() as u64);
        let name = |found: &Found| {
            let attributes = found.resource().ok()?.attributes;
            attributes["displayName"].as_str().map(str::to_owned)
        };
        Ok(page
            .resources
            .iter()
            .filter_map(|(_, found)| name(found))
            .collect())
    }
}

fn ids(members: &[&Resource]) -> Vec<String> {
    members.iter().map(|member| member.id.clone()).collect()
}

fn named(member: &Resource, display: Option<&str>) -> Member {
    Member {
        id: member.id.clone(),
        display: display.map(str::to_owned),
    }
}

fn adding(members: &[&Resource]) -> Besides {
    changing(false, members, &[])
}

fn changing(clear: bool, add: &[&Resource], remove: &[&Resource]) -> Besides {
    let members = MemberChange {
        clear,
        add: add.iter().map(|member| named(member, None)).collect(),
        remove: ids(remove),
    };
    Besides {
        members,
        password: None,
    }
}

fn list(related: Option<&str>) -> Result<Vec<Json>> {
    Ok(related.map_or(Ok(Vec::new()), serde_json::from_str)?)
}

/// The ids of a group's members.
fn members(found: &Found) -> Result<Vec<String>> {
    let listed = list(found.related.as_deref())?;
    ensure!(
        listed.len() as u64 == found.members,
        "the count is {}, and there are {}",
        found.members,
        listed.len()
    );
    let id = |member: &Json| member["value"].as_str().map(str::to_owned);
    Ok(listed.iter().filter_map(id).collect())
}

pub async fn members_are_shown_with_type_reference_and_name<D: Database>(
    f: Fixture<'_, D>,
) -> Result<()> {
    let anna = f.user(
        "anna",
        &json!({"userName": "anna", "displayName": "Anna A."}),
    );
    f.create(&anna).await?;
    let berta = f.create_named("berta").await?;
    let inner = f.group("inner", &[]).await?;
    let outer = f.group("outer", &[&anna, &berta, &inner]).await?;
    let found = f.find_group(&outer).await?;
    let expected = [
        json!({"value": anna.id, "$ref": format!("{BASE}/Users/{}", anna.id), "type": "User", "display": "Anna A."}),
        json!({"value": berta.id, "$ref": format!("{BASE}/Users/{}", berta.id), "type": "User", "display": "berta"}),
        json!({"value": inner.id, "$ref": format!("{BASE}/Groups/{}", inner.id), "type": "Group", "display": "inner"}),
    ];
    let shown = list(found.related.as_deref())?;
    ensure!(shown == expected, "{shown:?}");
    ensure!(f.find_group(&inner).await?.related.is_none());
    Ok(())
}

pub async fn relations_are_shown_in_part<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let anna = f.create_named("anna").await?;
    let group = f.group("group", &[&anna]).await?;
    for sub in all_subs() {
        let subs = [sub];
        let only = |related: Option<String>| {
            let shown = list(related.as_deref())?;
            let object = shown.first().and_then(Json::as_object);
            let names = object.map(|object| object.keys().cloned().collect::<Vec<_>>());
            ensure!(names.is_some_and(|names| names == subs), "{shown:?}");
            Ok(())
        };
        let found = f.find_user(&anna.id, &subs).await?;
        only(found.context("the user is gone")?.related)?;
        for (resource_type, id) in [(&f.users, &anna.id), (&f.groups, &group.id)] {
            let filter = Filter::parse(&format!("id eq \"{id}\""))?;
            let bound = filter.bind(resource_type)?;
            let part = Part {
                resource_type,
                filter: Some(&bound),
                sort: None,
                related: &subs,
            };
            let query = Query {
                parts: &[part],
                order: rollcall_core::SortOrder::Ascending,
                start: Start::Offset(0),
                limit: 1,
                base: BASE,
            };
            let page = f.store.list(&f.caller(), &query).await?;
            let (_, found) = page.resources.into_iter().next().context("nothing")?;
            only(found.related)?;
        }
    }
    Ok(())
}

pub async fn a_member_change_that_changes_nothing_leaves_the_version<D: Database>(
    f: Fixture<'_, D>,
) -> Result<()> {
    let (anna, berta) = (
        f.create_named("anna").await?,
        f.create_named("berta").await?,
    );
    let group = f.group("group", &[&anna]).await?;
    for besides in [
        adding(&[&anna]),
        changing(false, &[], &[&berta]),
        changing(true, &[&anna], &[]),
        changing(false, &[&anna], &[&berta]),
    ] {
        f.enrol(&group, &besides).await?;
        let found = f.find_group(&group).await?;
        ensure!(found.resource()? == group, "it has become {found:?}");
        ensure!(members(&found)? == ids(&[&anna]));
    }
    let log = f.log().await?;
    ensure!(log.len() == 3, "the change log has {log:?}");
    Ok(())
}

pub async fn who_cannot_be_a_member_is_passed_over_if_wanted<D: Database>(
    mut f: Fixture<'_, D>,
) -> Result<()> {
    let anna = f.create_named("anna").await?;
    let nobody = f.user("nobody", &json!({}));
    // What is neither a user nor a group is no member, even if it is there.
    let device = f.user("device", &json!({"userName": "device"}));
    let devices = ResourceType {
        name: "Device".to_owned(),
        ..ResourceType::user()
    };
    let nothing = Besides::default();
    let caller = f.caller();
    f.store.create(&caller, &devices, &device, &nothing).await?;
    let group = f.group("group", &[&anna]).await?;
    let refused = f.enrol(&group, &adding(&[&device])).await;
    ensure!(refused == Err(StoreError::NoSuchMember), "{refused:?}");
    let change = TenantChange {
        ignore_unknown_members: Some(true),
        ..TenantChange::default()
    };
    let tenant = &f.access.tenant;
    f.store.update_tenant(tenant, &change, f.tick()).await?;
    f.settings = f.store.settings(&f.access, f.tick()).await?;
    for besides in [
        adding(&[&nobody, &device]),
        changing(true, &[&nobody, &anna, &device], &[]),
    ] {
        f.enrol(&group, &besides).await?;
        let found = f.find_group(&group).await?;
        ensure!(found.resource()? == group, "it has become {found:?}");
        ensure!(members(&found)? == ids(&[&anna]));
    }
    Ok(())
}

pub async fn members_come_and_go_in_one_step<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let anna = f.create_named("anna").await?;
    let berta = f.create_named("berta").await?;
    let clara = f.create_named("clara").await?;
    let group = f.group("group", &[&anna, &berta]).await?;
    f.enrol(&group, &changing(false, &[&clara, &anna], &[&berta]))
        .await?;
    let found = f.find_group(&group).await?;
    ensure!(found.version == 2);
    ensure!(members(&found)? == ids(&[&anna, &clara]));
    f.enrol(&group, &changing(true, &[&berta], &[])).await?;
    let found = f.find_group(&group).await?;
    ensure!(members(&found)? == ids(&[&berta]));
    f.enrol(&group, &changing(true, &[], &[])).await?;
    let found = f.find_group(&group).await?;
    ensure!(members(&found)?.is_empty() && found.version == 4);
    let log = f.log().await?;
    let last = log.last().context("no change")?;
    ensure!(last.operation == "patch" && last.attributes == ["members"] && last.version == 4);
    Ok(())
}

pub async fn a_member_that_is_not_there_refuses_the_whole_write<D: Database>(
    f: Fixture<'_, D>,
) -> Result<()> {
    let anna = f.create_named("anna").await?;
    let nobody = f.user("nobody", &json!({}));
    let refused = f.group("refused", &[&anna, &nobody]).await;
    ensure!(refused == Err(StoreError::NoSuchMember), "{refused:?}");
    let group = f.group("group", &[]).await?;
    let refused = f.enrol(&group, &adding(&[&anna, &nobody])).await;
    ensure!(refused == Err(StoreError::NoSuchMember), "{refused:?}");
    let found = f.find_group(&group).await?;
    ensure!(members(&found)?.is_empty() && found.resource()? == group);
    let (other, settings) = f.other().await?;
    let there = f.user("there", &json!({"userName": "there"}));
    f.store
        .create(
            &f.caller_as(&other, &settings),
            &f.users,
            &there,
            &Besides::default(),
        )
        .await?;
    let refused = f.enrol(&group, &adding(&[&there])).await;
    ensure!(
        refused == Err(StoreError::NoSuchMember),
        "a member of another tenant: {refused:?}"
    );
    let refused = f.enrol(&nobody, &adding(&[&anna])).await;
    ensure!(refused == Err(StoreError::NotFound), "{refused:?}");
    Ok(())
}

pub async fn groups_are_direct_and_indirect_and_cycles_are_harmless<D: Database>(
    f: Fixture<'_, D>,
) -> Result<()> {
    let anna = f.create_named("anna").await?;
    let inner = f.group("inner", &[&anna]).await?;
    let outer = f.group("outer", &[&inner]).await?;
    let both = f.group("both", &[&anna, &outer]).await?;
    f.enrol(&inner, &adding(&[&both, &inner])).await?;
    let groups = f.groups_of(&anna).await?;
    ensure!(
        groups == ["inner direct", "outer indirect", "both direct"],
        "{groups:?}"
    );
    let filter = format!("groups.value eq \"{}\"", outer.id);
    ensure!(f.find(&filter).await? == ["anna"]);
    let filter = format!("groups[value eq \"{}\" and type eq \"direct\"]", outer.id);
    ensure!(f.find(&filter).await?.is_empty());
    ensure!(f.find("groups.display sw \"OUT\"").await? == ["anna"]);
    Ok(())
}

pub async fn filters_find_groups_by_their_members<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let anna = f.user("anna", &json!({"userName": "anna", "displayName": "Änna"}));
    f.create(&anna).await?;
    let berta = f.create_named("berta").await?;
    let one = f.group("one", &[&anna]).await?;
    f.group("two", &[&anna, &one]).await?;
    f.group("three", &[&berta]).await?;
    f.group("four", &[]).await?;
    let expected: &[(&str, &[&str])] = &[
        ("members eq \"{anna}\"", &["one", "two"]),
        ("members[value eq \"{anna}\"]", &["one", "two"]),
        ("members[value eq \"{anna}\" and type eq \"Group\"]", &[]),
        ("members.type eq \"group\"", &["two"]),
        ("members.display co \"äNN\"", &["one", "two"]),
        ("members pr", &["one", "two", "three"]),
        ("not (members pr)", &["four"]),
        ("members ne \"{anna}\"", &["two", "three", "four"]),
        ("id eq \"{one}\" and members eq \"{anna}\"", &["one"]),
        ("id eq \"{one}\" and members eq \"{berta}\"", &[]),
        ("members.$ref ew \"/Users/{berta}\"", &["three"]),
        (
            "members eq \"{anna}\" or displayName eq \"four\"",
            &["one", "two", "four"],
        ),
    ];
    for (filter, names) in expected {
        let filter = filter
            .replace("{anna}", &anna.id)
            .replace("{berta}", &berta.id)
            .replace("{one}", &one.id);
        let found = f.find_groups(&filter).await?;
        ensure!(found == *names, "`{filter}` finds {found:?}");
    }
    Ok(())
}

pub async fn a_deleted_member_leaves_its_groups<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let (anna, berta) = (
        f.create_named("anna").await?,
        f.create_named("berta").await?,
    );
    let group = f.group("group", &[&anna, &berta]).await?;
    f.delete(&anna.id, None).await?;
    let found = f.find_group(&group).await?;
    ensure!(members(&found)? == ids(&[&berta]));
    ensure!(found.version == 2, "the group's version stayed");
    let log = f.log().await?;
    let told: Vec<_> = log
        .iter()
        .skip(3)
        .map(|c| (c.operation.as_str(), c.resource.as_str()))
        .collect();
    ensure!(
        told == [("delete", anna.id.as_str()), ("patch", group.id.as_str())],
        "{told:?}"
    );
    let caller = f.caller();
    f.store.delete(&caller, &f.groups, &group.id, None).await?;
    ensure!(f.groups_of(&berta).await?.is_empty());
    Ok(())
}

pub async fn what_a_client_calls_a_member_is_shown<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let anna = f.create_named("anna").await?;
    let group = f.group("group", &[]).await?;
    let give = |clear: bool, display: &str| {
        let mut besides = changing(clear, &[], &[]);
        besides.members.add = vec![named(&anna, Some(display))];
        besides
    };
    let expected = [
        // Her own name: it follows her when she changes it.
        (give(false, "anna"), 2, "anna"),
        // Adding whoever is there changes nothing.
        (give(false, "Annie"), 2, "anna"),
        (give(true, "Annie"), 3, "Annie"),
        (give(true, "Annie"), 3, "Annie"),
        (give(true, "anna"), 4, "anna"),
    ];
    for (besides, version, display) in expected {
        f.enrol(&group, &besides).await?;
        let found = f.find_group(&group).await?;
        let shown = list(found.related.as_deref())?;
        ensure!(shown[0]["display"] == display, "{shown:?}");
        ensure!(found.version == version, "version {}", found.version);
        ensure!(members(&found)?.len() == 1);
    }
    let filter = "members.display eq \"ANNA\"";
    ensure!(f.find_groups(filter).await? == ["group"]);
    f.enrol(&group, &give(true, "Ännie")).await?;
    ensure!(f.find_groups("members.display sw \"änn\"").await? == ["group"]);
    Ok(())
}
