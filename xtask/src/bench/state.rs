//! The seeded state: made once, kept in a folder, copied for each run so that it stays as it is.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::features::Features;
use super::manifest::Files;
use super::seed::{Seeder, Tenant};
use super::service::Service;
use crate::metadata::Workspace;
use crate::up::child::Signals;
use crate::up::random;

/// How many people there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sizes {
    /// In the large tenant.
    pub(super) large: u32,
    /// In the small one.
    pub(super) small: u32,
    /// In each of them, who belongs to no group.
    pub(super) spares: u32,
}

/// What was seeded.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Seeded {
    sizes: Sizes,
    pub(super) admin_token: String,
    pub(super) large: Tenant,
    pub(super) small: Tenant,
    /// The most memory that the host had resident while it was seeded, in KiB.
    pub(super) peak_kib: Option<u64>,
}

/// The folders of the benchmarks.
#[derive(Debug)]
pub(super) struct Folders {
    /// The databases and the files as they were seeded.
    pub(super) seed: PathBuf,
    /// The databases that are measured.
    pub(super) run: PathBuf,
}

impl Folders {
    pub(super) fn below(folder: &Path) -> Self {
        Self {
            seed: folder.join("seed"),
            run: folder.join("run"),
        }
    }

    fn record(&self) -> PathBuf {
        self.seed.join("seed.json")
    }

    fn databases(&self) -> PathBuf {
        self.seed.join("state")
    }

    /// What an earlier run seeded, if there is anything, and it is of these sizes.
    pub(super) fn seeded(&self, sizes: Sizes) -> Option<Seeded> {
        let record = fs::read(self.record()).ok()?;
        let seeded: Seeded = serde_json::from_slice(&record).ok()?;
        (seeded.sizes == sizes).then_some(seeded)
    }

    /// Seeds anew.
    ///
    /// # Errors
    /// If the service does not start, or refuses anything.
    pub(super) fn seed(
        &self,
        workspace: &Workspace,
        files: &Files,
        sizes: Sizes,
        signals: &mut Signals,
    ) -> Result<Seeded> {
        remove(&self.seed)?;
        fs::create_dir_all(self.databases())?;
        let admin_token = random::hex::<32>()?;
        let state = self.databases();
        let service = Service::start(workspace, files, &state, &admin_token, signals)?;
        let mut seeder = Seeder {
            client: &service.client,
            admin_token: &admin_token,
            features: Features::default(),
            signals,
            folder: &self.seed,
        };
        println!("seeding {} and {} people …", sizes.large, sizes.small);
        seeder.baseline(sizes.large)?;
        let large = seeder.open("default", sizes.large)?;
        let small = seeder.open("small", sizes.small)?;
        seeder.features = Features::ask(&service.client, &large.base, &large.token)?;
        let large = seeder.fill(large, sizes.spares)?;
        let small = seeder.fill(small, sizes.spares)?;
        let peak_kib = service.peak_kib();
        service.stop()?;
        let seeded = Seeded {
            sizes,
            admin_token,
            large,
            small,
            peak_kib,
        };
        // The last thing that is written: without it, the folder counts as empty.
        fs::write(self.record(), serde_json::to_vec_pretty(&seeded)?)?;
        Ok(seeded)
    }

    /// Copies the databases to where they are measured.
    ///
    /// # Errors
    /// If they cannot be copied.
    pub(super) fn copy(&self) -> Result<()> {
        remove(&self.run)?;
        fs::create_dir_all(&self.run)?;
        for file in fs::read_dir(self.databases())? {
            let file = file?;
            let name = file.file_name();
            let name = name.to_string_lossy();
            // With its log, if SQLite left one; the index of that is made anew.
            if name.ends_with(".db") || name.ends_with(".db-wal") {
                fs::copy(file.path(), self.run.join(&*name))
                    .with_context(|| format!("cannot copy {name}"))?;
            }
        }
        Ok(())
    }
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot empty {}", folder.display()))
        }
        _ => Ok(()),
    }
}
