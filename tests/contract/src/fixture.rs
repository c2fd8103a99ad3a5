//! A tenant with a token, and short words for what the cases do with it.

use std::cell::Cell;

use anyhow::{Context, Result, bail, ensure};
use rollcall_core::{Filter, Resource, ResourceType, Sort, Timestamp};
use rollcall_store::{
    Access, Besides, Caller, Change, Credential, Database, Found, Operation, Page, Part, Query,
    Relations, Settings, Start, Store, StoreError, Tenant, TenantName, Token, TokenHash,
};
use serde_json::{Value as Json, json};

/// The time of the first write of a case, in milliseconds; each later one is a second later.
const START: i64 = 1_700_000_000_000;

/// The base URI of the SCIM service.
pub const BASE: &str = "https://id.example/scim/v2";

/// What `meta.location` of a user is before the id.
pub const LOCATION: &str = "https://id.example/scim/v2/Users/";

/// All that is shown of a relation.
pub fn all_subs() -> Vec<String> {
    ["value", "$ref", "type", "display"]
        .map(str::to_owned)
        .to_vec()
}

/// One case's tenant.
pub struct Fixture<'s, D: Database> {
    pub store: &'s Store<D>,
    pub access: Access,
    pub settings: Settings,
    pub users: ResourceType,
    pub groups: ResourceType,
    clock: Cell<i64>,
}

impl<'s, D: Database> Fixture<'s, D> {
    pub async fn new(store: &'s Store<D>, case: &str) -> Result<Self> {
        let name = case.replace('_', "-");
        let access = Access {
            tenant: TenantName::parse(&name).context("the case's name is too long")?,
            token: TokenHash::of(case).into(),
        };
        let clock = Cell::new(START);
        let settings = add_tenant(store, &access, &clock).await?;
        Ok(Self {
            store,
            access,
            settings,
            users: ResourceType::user(),
            groups: ResourceType::group(),
            clock,
        })
    }

    /// The next moment.
    pub fn tick(&self) -> Timestamp {
        tick(&self.clock)
    }

    /// The case's tenant and its token, a moment later.
    pub fn caller(&self) -> Caller<'_> {
        self.caller_as(&self.access, &self.settings)
    }

    /// The same at a given time.
    pub fn caller_at(&self, now: Timestamp) -> Caller<'_> {
        Caller {
            now,
            ..self.caller()
        }
    }

    /// Another token, or another tenant.
    pub fn caller_as<'c>(&self, access: &'c Access, settings: &'c Settings) -> Caller<'c> {
        Caller {
            access,
            settings,
            now: self.tick(),
        }
    }

    /// A second tenant with a token of its own.
    pub async fn other(&self) -> Result<(Access, Settings)> {
        let name = format!("{}-2", self.access.tenant);
        let tenant = TenantName::parse(&name).context("the case's name is too long")?;
        let access = Access {
            tenant,
            token: TokenHash::of(&name).into(),
        };
        let settings = add_tenant(self.store, &access, &self.clock).await?;
        Ok((access, settings))
    }

    /// Gives a tenant the token of `access`.
    pub async fn add_token(
        &self,
        access: &Access,
        id: &str,
        expires: Option<Timestamp>,
    ) -> Result<()> {
        add_token(self.store, access, (id, expires), &self.clock).await
    }

    /// A user that is not stored yet. Ids are unique across tenants.
    pub fn user(&self, id: &str, attributes: &Json) -> Resource {
        let now = self.tick();
        let id = format!("{}/{id}", self.access.tenant);
        let attributes = attributes.as_object().cloned().unwrap_or_default();
        Resource {
            id,
            version: 1,
            created: now,
            modified: now,
            attributes,
        }
    }

    pub async fn create(&self, resource: &Resource) -> Result<(), StoreError> {
        self.store
            .create(
                &self.caller_at(resource.modified),
                &self.users,
                resource,
                &Besides::default(),
            )
            .await
    }

    pub async fn create_named(&self, user_name: &str) -> Result<Resource> {
        let user = self.user(user_name, &json!({ "userName": user_name }));
        self.create(&user).await?;
        Ok(user)
    }

    /// The next version of a user, with other attributes.
    pub fn next(&self, old: &Resource, attributes: &Json) -> Resource {
        let attributes = attributes.as_object().cloned().unwrap_or_default();
        Resource {
            version: old.version + 1,
            modified: self.tick(),
            attributes,
            ..old.clone()
        }
    }

    pub async fn update(&self, old: &Resource, new: &Resource) -> Result<(), StoreError> {
        let nothing = Besides::default();
        self.store
            .update(
                &self.caller_at(new.modified),
                &self.users,
                Operation::Replace,
                (old, new),
                &nothing,
            )
            .await
    }

    pub async fn delete(&self, id: &str, expected: Option<u64>) -> Result<(), StoreError> {
        self.store
            .delete(&self.caller(), &self.users, id, expected)
            .await
    }

    pub async fn get(&self, id: &str) -> Result<Option<Resource>, StoreError> {
        let found = self.find_user(id, &[]).await?;
        found.map(|found| found.resource()).transpose()
    }

    /// A user, with their groups if sub-attributes are named.
    pub async fn find_user(&self, id: &str, subs: &[String]) -> Result<Option<Found>, StoreError> {
        let relations = Relations {
            base: BASE,
            subs,
            most: None,
        };
        self.store
            .get(&self.caller(), &self.users, id, &relations)
            .await
    }

    /// The change log, without the token that every case's tenant begins with.
    pub async fn log(&self) -> Result<Vec<Change>> {
        let mut log = self.store.changes(&self.access.tenant, 0, 100).await?;
        let first = log.first().map(|change| change.operation.as_str());
        ensure!(first == Some("issue"), "the log begins with {first:?}");
        log.remove(0);
        Ok(log)
    }

    /// One page of users.
    pub async fn page(
        &self,
        filter: Option<&str>,
        sort: Option<(&str, &str)>,
        offset: u64,
        limit: u32,
    ) -> Result<Page> {
        let filter = filter.map(Filter::parse).transpose()?;
        let filter = filter
            .as_ref()
            .map(|filter| filter.bind(&self.users))
            .transpose()?;
        let sort = sort
            .map(|(by, order)| Sort::parse(by, Some(order), &self.users))
            .transpose()?;
        let part = Part {
            resource_type: &self.users,
            filter: filter.as_ref(),
            sort: sort.as_ref(),
            related: &[],
        };
        let query = Query {
            parts: &[part],
            order: sort.map(|sort| sort.order).unwrap_or_default(),
            start: Start::Offset(offset),
            limit,
            base: BASE,
        };
        Ok(self.store.list(&self.caller(), &query).await?)
    }

    /// The userNames that a filter finds, in order of creation.
    pub async fn find(&self, filter: &str) -> Result<Vec<String>> {
        Ok(names(&self.page(Some(filter), None, 0, 100).await?))
    }
}

/// The userNames on a page.
pub fn names(page: &Page) -> Vec<String> {
    let name = |(_, found): &(usize, Found)| {
        let attributes = found.resource().ok()?.attributes;
        let name = attributes.get("userName");
        name.and_then(Json::as_str).map(str::to_owned)
    };
    page.resources.iter().filter_map(name).collect()
}

fn tick(clock: &Cell<i64>) -> Timestamp {
    clock.set(clock.get() + 1000);
    Timestamp::from_millis(clock.get())
}

async fn add_tenant<D: Database>(
    store: &Store<D>,
    access: &Access,
    clock: &Cell<i64>,
) -> Result<Settings> {
    store
        .create_tenant(&Tenant::new(access.tenant.clone(), tick(clock)))
        .await?;
    add_token(store, access, ("first", None), clock).await?;
    Ok(store.settings(access, tick(clock)).await?)
}

async fn add_token<D: Database>(
    store: &Store<D>,
    access: &Access,
    (id, expires): (&str, Option<Timestamp>),
    clock: &Cell<i64>,
) -> Result<()> {
    let token = Token {
        id: format!("{}/{id}", access.tenant),
        name: "case".into(),
        created: tick(clock),
        expires,
    };
    let Credential::Provisioning(hash) = &access.token else {
        bail!("that is no provisioning token");
    };
    Ok(store.create_token(&access.tenant, &token, hash).await?)
}
