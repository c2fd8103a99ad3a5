//! A tenant with a token, and short words for what the cases do with it.

use std::cell::Cell;

use anyhow::{Context, Result};
use rollcall_core::{Filter, Resource, ResourceType, Sort, Timestamp};
use rollcall_store::{
    Access, Database, Operation, Page, Query, Store, StoreError, Tenant, TenantName, Token,
    TokenHash,
};
use serde_json::{Value as Json, json};

/// The time of the first write of a case, in milliseconds; each later one is a second later.
const START: i64 = 1_700_000_000_000;

/// What `meta.location` is before the id.
pub const LOCATION: &str = "https://id.example/scim/v2/Users/";

/// One case's tenant.
pub struct Fixture<'s, D: Database> {
    pub store: &'s Store<D>,
    pub access: Access,
    pub users: ResourceType,
    clock: Cell<i64>,
}

impl<'s, D: Database> Fixture<'s, D> {
    pub async fn new(store: &'s Store<D>, case: &str) -> Result<Self> {
        let name = case.replace('_', "-");
        let fixture = Self {
            store,
            access: Access {
                tenant: TenantName::parse(&name).context("the case's name is too long")?,
                token: TokenHash::of(case),
            },
            users: ResourceType::user(),
            clock: Cell::new(START),
        };
        fixture.add_tenant(&fixture.access, None).await?;
        Ok(fixture)
    }

    /// The next moment.
    pub fn tick(&self) -> Timestamp {
        self.clock.set(self.clock.get() + 1000);
        Timestamp::from_millis(self.clock.get())
    }

    /// A second tenant with a token of its own.
    pub async fn other(&self) -> Result<Access> {
        let name = format!("{}-2", self.access.tenant);
        let tenant = TenantName::parse(&name).context("the case's name is too long")?;
        let access = Access {
            tenant,
            token: TokenHash::of(&name),
        };
        self.add_tenant(&access, None).await?;
        Ok(access)
    }

    async fn add_tenant(&self, access: &Access, expires: Option<Timestamp>) -> Result<()> {
        let created = self.tick();
        self.store
            .create_tenant(&Tenant {
                name: access.tenant.clone(),
                created,
            })
            .await?;
        self.add_token(access, "first", expires).await
    }

    /// Gives a tenant the token of `access`.
    pub async fn add_token(
        &self,
        access: &Access,
        id: &str,
        expires: Option<Timestamp>,
    ) -> Result<()> {
        let id = format!("{}/{id}", access.tenant);
        let token = Token {
            id,
            name: "case".into(),
            created: self.tick(),
            expires,
        };
        Ok(self
            .store
            .create_token(&access.tenant, &token, &access.token)
            .await?)
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
        self.store.create(&self.access, &self.users, resource).await
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
        self.store
            .update(&self.access, &self.users, Operation::Replace, old, new)
            .await
    }

    pub async fn delete(&self, id: &str, expected: Option<u64>) -> Result<(), StoreError> {
        self.store
            .delete(&self.access, &self.users, id, expected, self.tick())
            .await
    }

    pub async fn get(&self, id: &str) -> Result<Option<Resource>, StoreError> {
        self.store
            .get(&self.access, &self.users, id, self.tick())
            .await
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
        let query = Query {
            filter: filter.as_ref(),
            sort: sort.as_ref(),
            offset,
            limit,
            location: LOCATION,
        };
        Ok(self
            .store
            .list(&self.access, &self.users, &query, self.tick())
            .await?)
    }

    /// The userNames that a filter finds, in order of creation.
    pub async fn find(&self, filter: &str) -> Result<Vec<String>> {
        Ok(names(&self.page(Some(filter), None, 0, 100).await?))
    }
}

/// The userNames on a page.
pub fn names(page: &Page) -> Vec<String> {
    let name = |resource: &Resource| {
        resource
            .attributes
            .get("userName")
            .and_then(Json::as_str)
            .map(str::to_owned)
    };
    page.resources.iter().filter_map(name).collect()
}
