//! Custom schemas and resource types, and what is stored when one changes.

use anyhow::{Context, Result, ensure};
use rollcall_core::{
    Filter, JsonObject, ResourceType, ResourceTypeDefinition, ResourceTypes, Schema, SortOrder,
    violation,
};
use rollcall_store::{
    Besides, Database, DefinitionKind, Misfit, Misfits, Part, Query, Start, StoreError, TenantName,
};
use serde_json::{Value as Json, json};

use crate::fixture::{BASE, Fixture};
use crate::operating::refuses_the_old_settings;

const SCHEMA: (DefinitionKind, &str) = (DefinitionKind::Schema, "urn:example:Device");

const TYPE: (DefinitionKind, &str) = (DefinitionKind::ResourceType, "Device");

/// Devices with these attributes.
fn devices(attributes: &Json) -> Result<ResourceType> {
    let object = |body: Json| body.as_object().cloned().unwrap_or_default();
    let schema = Schema::define(object(json!({"id": SCHEMA.1, "attributes": attributes})))?;
    let definition = json!({"name": TYPE.1, "endpoint": "/Devices", "schema": SCHEMA.1});
    let definition = ResourceTypeDefinition::define(object(definition))?;
    let types = ResourceTypes::assemble(&[schema], &[definition])?;
    types.by_name(TYPE.1).cloned().context("no such type")
}

impl<D: Database> Fixture<'_, D> {
    async fn device(&self, devices: &ResourceType, id: &str, attributes: &Json) -> Result<()> {
        let device = self.user(id, attributes);
        self.store
            .create(&self.caller(), devices, &device, &Besides::default())
            .await?;
        Ok(())
    }

    /// The names of the devices that a filter finds.
    async fn find_devices(&self, devices: &ResourceType, filter: &str) -> Result<Vec<String>> {
        let filter = Filter::parse(filter)?;
        let bound = filter.bind(devices)?;
        let part = Part {
            resource_type: devices,
            filter: Some(&bound),
            sort: None,
            related: &[],
        };
        let query = Query {
            parts: &[part],
            order: SortOrder::Ascending,
            start: Start::Offset(0),
            limit: 100,
            base: BASE,
        };
        let page = self.store.list(&self.caller(), &query).await?;
        let prefix = format!("{}/", self.access.tenant);
        let ids = page.resources.iter().map(|(_, found)| &found.id);
        Ok(ids.map(|id| id.replace(&prefix, "")).collect())
    }

    async fn refit(&self, old: &ResourceType, new: &ResourceType) -> Result<Misfits> {
        let fits = |attributes: &JsonObject| violation(attributes, new);
        Ok(self.store.refit(&self.settings, (old, new), fits).await?)
    }
}

pub async fn a_definition_holds_for_the_next_call<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let anna = f.create_named("anna").await?;
    let tenant = &f.access.tenant;
    f.store
        .define(tenant, SCHEMA, Some("{\"a\":1}"), f.tick())
        .await?;
    refuses_the_old_settings(&f, &anna.id).await?;
    f.store.define(tenant, TYPE, Some("{}"), f.tick()).await?;
    f.store
        .define(tenant, SCHEMA, Some("{\"a\":2}"), f.tick())
        .await?;
    let settings = f.store.settings(&f.access, f.tick()).await?;
    ensure!(settings.schemas == ["{\"a\":2}"] && settings.resource_types == ["{}"]);
    let (other, _) = f.other().await?;
    let others = f.store.settings(&other, f.tick()).await?;
    ensure!(others.schemas.is_empty() && others.resource_types.is_empty());
    f.store.define(tenant, TYPE, None, f.tick()).await?;
    let stale = f.caller_as(&f.access, &settings);
    let late = f.user("late", &json!({"userName": "late"}));
    let created = f
        .store
        .create(&stale, &f.users, &late, &Besides::default())
        .await;
    ensure!(created == Err(StoreError::Reconfigured), "{created:?}");
    let settings = f.store.settings(&f.access, f.tick()).await?;
    ensure!(settings.schemas.len() == 1 && settings.resource_types.is_empty());

    let log = f.log().await?;
    let told: Vec<_> = log
        .iter()
        .skip(1)
        .map(|c| {
            let what = (c.operation.as_str(), c.resource_type.as_str());
            (what, c.resource.as_str(), c.actor.as_str())
        })
        .collect();
    let expected = [
        (("define", "Schema"), SCHEMA.1, "admin"),
        (("define", "ResourceType"), TYPE.1, "admin"),
        (("define", "Schema"), SCHEMA.1, "admin"),
        (("undefine", "ResourceType"), TYPE.1, "admin"),
    ];
    ensure!(told == expected, "{told:?}");
    let nobody = TenantName::parse("nobody").context("a name")?;
    let defined = f.store.define(&nobody, TYPE, None, f.tick()).await;
    ensure!(defined == Err(StoreError::NotFound));
    Ok(())
}

pub async fn a_changed_type_is_found_by_its_new_form<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let old = devices(&json!([
        {"name": "serial"},
        {"name": "place", "canonicalValues": ["cellar"]},
        {"name": "size", "type": "integer"},
        {"name": "key", "caseExact": true}
    ]))?;
    let new = devices(&json!([
        {"name": "serial", "uniqueness": "server"},
        {"name": "place"},
        {"name": "size", "type": "decimal"},
        {"name": "key"}
    ]))?;
    for (id, size) in [("a", 1), ("b", 2)] {
        let attributes =
            json!({"serial": format!("S-{id}"), "place": "Cellar", "size": size, "key": "Kk"});
        f.device(&old, id, &attributes).await?;
    }
    f.device(&old, "empty", &json!({})).await?;
    f.create_named("anna").await?;
    ensure!(f.find_devices(&old, "key eq \"kk\"").await?.is_empty());
    ensure!(f.refit(&old, &new).await? == Misfits::default());
    for (filter, expected) in [
        ("serial eq \"s-A\"", &["a"][..]),
        ("serial sw \"s-\"", &["a", "b"]),
        ("place co \"ELLA\"", &["a", "b"]),
        ("size gt 1.5", &["b"]),
        ("key eq \"kk\"", &["a", "b"]),
        ("not (key pr)", &["empty"]),
    ] {
        let found = f.find_devices(&new, filter).await?;
        ensure!(found == expected, "`{filter}` finds {found:?}");
    }
    let twin = f.user("twin", &json!({"serial": "S-A"}));
    let created = f
        .store
        .create(&f.caller(), &new, &twin, &Besides::default())
        .await;
    ensure!(created == Err(StoreError::Conflict), "{created:?}");
    // Back again: nothing of the new form is left.
    ensure!(f.refit(&new, &old).await? == Misfits::default());
    ensure!(f.find_devices(&old, "key eq \"kk\"").await?.is_empty());
    ensure!(f.find_devices(&old, "serial eq \"s-a\"").await? == ["a"]);
    f.device(&old, "twin", &json!({"serial": "S-A"})).await?;
    ensure!(f.find("userName eq \"anna\"").await? == ["anna"]);
    ensure!(f.store.population(&f.settings, "Device").await?.0 == 4);
    let (count, oldest) = f.store.population(&f.settings, "User").await?;
    ensure!(count == 1 && oldest == Some(format!("{}/anna", f.access.tenant)));
    ensure!(f.store.population(&f.settings, "Robot").await? == (0, None));
    Ok(())
}

pub async fn resources_that_do_not_fit_are_counted<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let old = devices(&json!([{"name": "serial"}, {"name": "size", "type": "integer"}]))?;
    let new = devices(&json!([{"name": "serial", "caseExact": true}, {"name": "size"}]))?;
    // One transaction, since a thousand take long.
    f.store.save().await?;
    for number in 0..1200 {
        let mut attributes = json!({"serial": "S"});
        if number % 100 == 7 {
            attributes["size"] = number.into();
        }
        let device = f.user(&format!("{number}"), &attributes);
        f.store
            .create(&f.caller(), &old, &device, &Besides::default())
            .await?;
    }
    f.store.release(true).await?;
    f.store.save().await?;
    let misfits = f.refit(&old, &new).await?;
    let first = Misfit {
        id: format!("{}/7", f.access.tenant),
        why: "`size` is an integer, not a string".to_owned(),
    };
    ensure!(
        misfits.count == 12 && misfits.first == Some(first),
        "{misfits:?}"
    );
    f.store.release(false).await?;
    let found = f.find_devices(&old, "serial eq \"s\"").await?;
    ensure!(found.len() == 100, "undone, it finds {}", found.len());
    Ok(())
}

pub async fn values_that_would_be_shared_are_counted<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let old = devices(&json!([{"name": "serial"}, {"name": "tag"}]))?;
    let new = devices(&json!([{"name": "serial", "uniqueness": "server"}, {"name": "tag"}]))?;
    for (id, serial) in [("a", "x"), ("b", "y"), ("c", "X"), ("d", "x"), ("e", "Y")] {
        f.device(&old, id, &json!({"serial": serial})).await?;
    }
    f.store.save().await?;
    let misfits = f.refit(&old, &new).await?;
    let id = |id: &str| format!("{}/{id}", f.access.tenant);
    let first = Misfit {
        id: id("c"),
        why: format!(
            "`serial` `x` is also that of the Device with the id `{}`",
            id("a")
        ),
    };
    ensure!(
        misfits.count == 3 && misfits.first == Some(first),
        "{misfits:?}"
    );
    f.store.release(false).await?;
    ensure!(f.find_devices(&old, "serial eq \"x\"").await? == ["a", "c", "d"]);
    let taken = JsonObject::from_iter([("serial".to_owned(), json!("x"))]);
    let holder = f.store.holder(&f.settings, &new, &taken).await?;
    ensure!(holder.is_none(), "a unique value was left behind");
    Ok(())
}
