//! What is in the database before anything is measured, and the files that the load scripts read.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::create::Place;
use super::features::Features;
use super::go_on;
use super::people::{COLUMNS, Person};
use super::wrk::Target;
use crate::up::child::Signals;
use crate::up::client::{Client, unexpected};

const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// How many people are created at once, and how many members a PATCH adds.
const BATCH: usize = 1000;

/// How many members most groups have.
pub(super) const GROUP_SIZE: usize = 10;

/// The file that new people are made from.
pub(super) const TEMPLATE: &str = "user.json";

/// Who manages the new people: nobody checks.
const MANAGER: &str = "00000000-0000-7000-8000-000000000000";

/// The file with the keys of the rows that the baseline reads.
pub(super) const ROWS: &str = "rows.tsv";

/// A tenant, its token, and who is in it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Tenant {
    pub(super) name: String,
    pub(super) base: String,
    pub(super) token: String,
    pub(super) users: u32,
    /// There are none while the service has none.
    pub(super) groups: Option<Groups>,
}

/// Two of the groups of a tenant. A tenth of its people are in a group of [`GROUP_SIZE`] members.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Groups {
    /// One of [`GROUP_SIZE`].
    pub(super) small: String,
    /// The one of all people.
    pub(super) everyone: String,
}

impl Tenant {
    /// The file with its people.
    pub(super) fn people(&self) -> String {
        format!("{}.tsv", self.name)
    }

    /// The file with those who are in no group.
    pub(super) fn spares(&self) -> String {
        format!("{}-spares.tsv", self.name)
    }

    /// How many groups of [`GROUP_SIZE`] it has.
    pub(super) fn small_groups(&self) -> usize {
        self.users as usize / 10 / GROUP_SIZE
    }

    /// A path below its SCIM service.
    pub(super) fn at(&self, path: &str) -> Target {
        Target {
            path: format!("{}{path}", self.base),
            token: Some(self.token.clone()),
        }
    }
}

/// Seeds a service.
pub(super) struct Seeder<'s> {
    pub(super) client: &'s Client,
    pub(super) admin_token: &'s str,
    pub(super) features: Features,
    pub(super) signals: &'s mut Signals,
    /// Where the files go.
    pub(super) folder: &'s Path,
}

impl Seeder<'_> {
    /// The rows of the baseline, and the person whom new ones are made from.
    ///
    /// # Errors
    /// If the baseline refuses.
    pub(super) fn baseline(&self, rows: u32) -> Result<()> {
        let path = format!("/row/fill/{rows}");
        let answer = self.client.get(&path, "")?;
        if answer.status != 200 {
            return Err(unexpected(&path, &answer));
        }
        let keys = (1..=rows).map(|row| format!("00000000-0000-7000-8000-{row:012}"));
        self.write(ROWS, "key", keys)?;
        let template = Person::template().body(Some(MANAGER)).to_string();
        fs::write(self.folder.join(TEMPLATE), template)?;
        Ok(())
    }

    /// Opens a tenant, and makes it unless it is the one that is always there.
    ///
    /// # Errors
    /// If the service refuses.
    pub(super) fn open(&self, name: &str, users: u32) -> Result<Tenant> {
        let base = if name == "default" {
            "/scim/v2".to_owned()
        } else {
            let path = "/admin/v1/tenants";
            let body = json!({ "name": name });
            let answer = self.client.post(path, self.admin_token, &body)?;
            if answer.status != 201 {
                return Err(unexpected(path, &answer));
            }
            format!("/t/{name}/scim/v2")
        };
        Ok(Tenant {
            name: name.to_owned(),
            base,
            token: self.issue(name)?,
            users,
            groups: None,
        })
    }

    /// Puts people into a tenant, so many more who are in no group, and groups if the service has
    /// those.
    ///
    /// # Errors
    /// If the service refuses anything.
    pub(super) fn fill(&mut self, mut tenant: Tenant, spares: u32) -> Result<Tenant> {
        let users = tenant.users;
        let ids = self.people(&tenant, 0, users)?;
        let lines = |first: u32, ids: &[String]| -> Vec<String> {
            (first..)
                .zip(ids)
                .map(|(number, id)| Person::new(number, users).line(id))
                .collect()
        };
        self.write(&tenant.people(), COLUMNS, lines(0, &ids))?;
        let outside = self.people(&tenant, users, spares)?;
        self.write(&tenant.spares(), COLUMNS, lines(users, &outside))?;
        if self.features.groups {
            tenant.groups = Some(self.groups(&tenant, &ids)?);
        }
        Ok(tenant)
    }

    /// A provisioning token.
    fn issue(&self, tenant: &str) -> Result<String> {
        let path = format!("/admin/v1/tenants/{tenant}/tokens");
        let body = json!({ "name": "bench" });
        let answer = self.client.post(&path, self.admin_token, &body)?;
        if answer.status != 201 {
            return Err(unexpected(&path, &answer));
        }
        let answer: Value = serde_json::from_str(&answer.body)?;
        let token = answer["token"].as_str();
        token
            .map(str::to_owned)
            .with_context(|| format!("the answer of {path} has no `token`"))
    }

    fn place<'p>(&'p self, tenant: &'p Tenant) -> Place<'p> {
        Place {
            client: self.client,
            base: &tenant.base,
            token: &tenant.token,
            features: &self.features,
        }
    }

    /// Creates the people with the numbers from `first`. Whoever was created before manages ten.
    ///
    /// # Errors
    /// If the service refuses one.
    pub(super) fn people(
        &mut self,
        tenant: &Tenant,
        first: u32,
        count: u32,
    ) -> Result<Vec<String>> {
        let mut ids: Vec<String> = Vec::new();
        let numbers: Vec<u32> = (first..first + count).collect();
        for batch in numbers.chunks(BATCH) {
            go_on(self.signals)?;
            let bodies: Vec<_> = batch
                .iter()
                .map(|number| {
                    let manager = ids.get((number - first) as usize / 10).map(String::as_str);
                    Person::new(*number, tenant.users).body(manager)
                })
                .collect();
            ids.extend(self.place(tenant).create("/Users", &bodies)?);
        }
        Ok(ids)
    }

    fn groups(&mut self, tenant: &Tenant, people: &[String]) -> Result<Groups> {
        let member = |id: &String| json!({ "value": id });
        let teams: Vec<_> = people
            .chunks(GROUP_SIZE)
            .take(tenant.small_groups())
            .enumerate()
            .map(|(number, members)| {
                let members: Vec<_> = members.iter().map(member).collect();
                let name = format!("Team {number:04}");
                json!({ "schemas": [GROUP], "displayName": name, "members": members })
            })
            .collect();
        let teams = self.place(tenant).create("/Groups", &teams)?;
        let everyone = json!({ "schemas": [GROUP], "displayName": "Everyone" });
        let everyone = self.place(tenant).create("/Groups", &[everyone])?;
        let (Some(small), Some(everyone)) = (teams.first(), everyone.first()) else {
            anyhow::bail!("the tenant {} is too small for groups", tenant.name);
        };
        let path = format!(
            "{}/Groups/{everyone}?excludedAttributes=members",
            tenant.base
        );
        for members in people.chunks(BATCH) {
            go_on(self.signals)?;
            let members: Vec<_> = members.iter().map(member).collect();
            let operation = json!({ "op": "add", "path": "members", "value": members });
            let body = json!({ "schemas": [PATCH_OP], "Operations": [operation] });
            let answer = self.client.patch(&path, &tenant.token, &body)?;
            if !answer.status.is_success() {
                return Err(unexpected(&path, &answer));
            }
        }
        Ok(Groups {
            small: small.clone(),
            everyone: everyone.clone(),
        })
    }

    /// Writes a file of lines below a header.
    fn write(
        &self,
        file: &str,
        header: &str,
        lines: impl IntoIterator<Item = String>,
    ) -> Result<()> {
        let lines = lines.into_iter().map(|line| line + "\n");
        let text: String = std::iter::once(format!("{header}\n"))
            .chain(lines)
            .collect();
        fs::write(self.folder.join(file), text).with_context(|| format!("cannot write {file}"))
    }
}
