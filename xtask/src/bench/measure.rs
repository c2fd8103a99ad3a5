//! One measurement of a service that is up, from the warm-up to the last answer.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::auth_operations::{self, Issuers, Pair};
use super::features::Features;
use super::live_tokens::{Issuer, Mint};
use super::manifest::Product;
use super::report::{Everyone, Report};
use super::requests::{self, Known};
use super::rounds::Runner;
use super::seed::{Seeder, Tenant};
use super::service::Service;
use super::state::{Folders, Seeded};
use super::twin::{self, BOUNDED, LIMITED};
use super::wrk::{Target, Wrk};
use super::{Plan, cursors, operations, policies};
use crate::up::child::Signals;

/// One run against a service that is up.
pub(super) struct Measure<'m> {
    pub(super) plan: &'m Plan,
    pub(super) seeded: &'m Seeded,
    pub(super) service: &'m Service,
    pub(super) wrk: &'m Wrk,
    pub(super) folders: &'m Folders,
    pub(super) product: &'m Product,
    /// Only the operations whose name has this text in it.
    pub(super) only: Option<&'m str>,
}

impl Measure<'_> {
    /// Measures everything, and puts it into the report.
    ///
    /// # Errors
    /// If a baseline fails, or a stop is asked for.
    pub(super) fn run(&self, report: &mut Report, signals: &mut Signals) -> Result<()> {
        let (large, small) = (&self.seeded.large, &self.seeded.small);
        let client = &self.service.client;
        let features = Features::ask(client, &large.base, &large.token)?;
        let growing = self.growing(features.clone(), signals)?;
        let limited = self.limited(features.clone(), signals)?;
        let issuers = self.issuers(signals)?;
        let has_policies = self.publish_policies()?;
        let large = self.known(large, vec![large.at("/Users")], &features, signals)?;
        let small = self.known(small, growing, &features, signals)?;
        let limited = match &limited {
            Some(tenant) => Some(Known {
                tenant,
                growing: Vec::new(),
                etag: None,
                cursors: None,
                folder: utf8(&self.folders.run)?,
            }),
            None => None,
        };
        let mut sections = operations::all(&large, &small, &features);
        sections.extend(issuers.sections(&large.folder));
        sections.push(auth_operations::policies(&large, &small, has_policies));
        sections.push(auth_operations::limits(&large, &small, limited.as_ref()));
        for section in &mut sections {
            let operations = &mut section.operations;
            operations.retain(|op| {
                self.only
                    .is_none_or(|only| only.split('|').any(|text| op.title.contains(text)))
            });
        }
        sections.retain(|section| !section.operations.is_empty());
        let mut runner = Runner::new(self.wrk, self.service, signals, self.plan.secs);
        println!("warming up …");
        report.sections = runner.warm_up(&sections)?;
        let hello = requests::baseline("/hello", "");
        for round in 1..=self.plan.rounds {
            println!("round {round} of {} …", self.plan.rounds);
            runner.round(&sections, &mut report.sections)?;
            let rate = runner.rate(&hello)?;
            report.hello.extend(rate.map(|rate| rate.a_second));
        }
        report.everyone = self.read_everyone().unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            Everyone::Failed
        });
        let peaks = [self.service.peak_kib(), self.seeded.peak_kib];
        report.peak_kib = peaks.into_iter().flatten().max();
        Ok(())
    }

    /// What the requests to a tenant need to know.
    fn known<'t>(
        &self,
        tenant: &'t Tenant,
        growing: Vec<Target>,
        features: &Features,
        signals: &mut Signals,
    ) -> Result<Known<'t>> {
        let client = &self.service.client;
        let seed = &self.folders.seed;
        let cursors = if features.cursor {
            Some(cursors::collect(client, tenant, seed, signals)?)
        } else {
            None
        };
        Ok(Known {
            tenant,
            growing,
            etag: self.etag(tenant)?,
            cursors,
            folder: utf8(seed)?,
        })
    }

    /// The entity tag of one of the people, which all have while nothing changes them.
    fn etag(&self, tenant: &Tenant) -> Result<Option<String>> {
        let path = format!("{}/Users?count=1", tenant.base);
        let answer = self.service.client.get(&path, &tenant.token)?;
        let page: Value = serde_json::from_str(&answer.body)?;
        let tag = page["Resources"][0]["meta"]["version"].as_str();
        Ok(tag.map(str::to_owned))
    }

    /// For each run a small tenant that new people come to.
    fn growing(&self, features: Features, signals: &mut Signals) -> Result<Vec<Target>> {
        let mut seeder = Seeder {
            client: &self.service.client,
            admin_token: &self.seeded.admin_token,
            features,
            signals,
            folder: &self.folders.run,
        };
        (0..=self.plan.rounds)
            .map(|number| {
                let tenant = format!("growing-{number}");
                let tenant = seeder.open(&tenant, self.plan.sizes.small)?;
                seeder.people(&tenant, 0, tenant.users)?;
                Ok(tenant.at("/Users"))
            })
            .collect()
    }

    /// A tenant whose requests are limited, like the small one.
    fn limited(&self, features: Features, signals: &mut Signals) -> Result<Option<Tenant>> {
        if !self.product.has(&twin::LIMITS) {
            return Ok(None);
        }
        let mut seeder = Seeder {
            client: &self.service.client,
            admin_token: &self.seeded.admin_token,
            features,
            signals,
            folder: &self.folders.run,
        };
        let tenant = seeder.open(LIMITED, self.plan.sizes.small)?;
        seeder.fill(tenant, 0).map(Some)
    }

    /// Tenants with live tokens.
    fn issuers(&self, signals: &mut Signals) -> Result<Issuers> {
        println!("making tokens …");
        let mut mint = Mint {
            client: &self.service.client,
            admin_token: &self.seeded.admin_token,
            signals,
            folder: &self.folders.run,
        };
        let sizes = [self.plan.sizes.large, self.plan.sizes.small];
        let mut pair = |tenants: [&'static str; 2], people: [Vec<String>; 2], algorithm| {
            let mut pair = tenants.into_iter().zip(sizes).zip(people).map(
                |((tenant, tokens), people)| -> Result<Issuer> {
                    let issuer = Issuer {
                        tenant,
                        tokens,
                        people,
                        algorithm,
                    };
                    mint.fill(&issuer)?;
                    Ok(issuer)
                },
            );
            let (large, small) = (pair.next(), pair.next());
            let (large, small) = large.zip(small).context("a pair is two")?;
            Ok::<_, anyhow::Error>(Pair {
                large: large?,
                small: small?,
            })
        };
        let people = [&self.seeded.large, &self.seeded.small].map(|tenant| self.unchanged(tenant));
        let [large, small] = people;
        let nobody = || [Vec::new(), Vec::new()];
        Ok(Issuers {
            eddsa: pair(["default", "small"], [large?, small?], "EdDSA")?,
            es256: pair(["es256", "es256-small"], nobody(), "ES256")?,
            bounded: if self.product.has(&twin::STALENESS) {
                Some(pair(BOUNDED, nobody(), "EdDSA")?)
            } else {
                None
            },
            folder: utf8(&self.folders.run)?,
        })
    }

    /// The ids of the second half of a tenant's people, whom no operation changes.
    fn unchanged(&self, tenant: &Tenant) -> Result<Vec<String>> {
        let file = self.folders.seed.join(tenant.people());
        let file =
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let lines = file.lines().skip(1 + tenant.users as usize / 2);
        let ids = lines.filter_map(|line| line.split('\t').next());
        Ok(ids.map(str::to_owned).collect())
    }

    /// Uploads policies, if the service has those.
    fn publish_policies(&self) -> Result<bool> {
        if !self.product.has_component("policy") {
            return Ok(false);
        }
        for tenant in [&self.seeded.large, &self.seeded.small] {
            let client = &self.service.client;
            policies::publish(client, &self.seeded.admin_token, &tenant.name)?;
        }
        Ok(true)
    }

    /// The largest answer there is, for the memory that it takes.
    fn read_everyone(&self) -> Result<Everyone> {
        let tenant = &self.seeded.large;
        let Some(groups) = &tenant.groups else {
            return Ok(Everyone::Missing);
        };
        let path = format!("{}/Groups/{}", tenant.base, groups.everyone);
        let answer = self.service.client.get(&path, &tenant.token)?;
        ensure!(answer.status == 200, "{path} answers {}", answer.status);
        let group: Value = serde_json::from_str(&answer.body)?;
        let members = group["members"].as_array().map_or(0, Vec::len);
        ensure!(
            members >= tenant.users as usize,
            "the group of all users has {members} members"
        );
        Ok(Everyone::Read)
    }
}

fn utf8(path: &Path) -> Result<String> {
    let path = PathBuf::from(path).into_os_string().into_string();
    path.ok()
        .context("the path of the checkout is not UTF-8; move it")
}
