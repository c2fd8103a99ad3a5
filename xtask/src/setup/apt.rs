//! Debian's package manager.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::process;

/// Installs packages for the whole machine. Needs root.
pub(super) fn install(packages: &[&str]) -> Result<()> {
    process::output(apt("apt-get").arg("update"))?;
    process::output(
        apt("apt-get")
            .args(["install", "--yes", "--no-install-recommends"])
            .args(packages),
    )?;
    Ok(())
}

/// A package in one suite of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) suite: String,
}

/// A view of the archive's newer suites through a configuration of our own, which leaves the
/// machine's lists as they are. Needs no root.
#[derive(Debug)]
pub(super) struct Archive {
    options: Vec<OsString>,
}

impl Archive {
    /// Fetches the package lists of `suites`, from the mirror that the machine uses, into `folder`.
    ///
    /// # Errors
    /// If the machine names no mirror. A suite that the mirror doesn't have is left out.
    pub(super) fn open(folder: &Path, suites: &[&str]) -> Result<Self> {
        let targets = process::output(apt("apt-get").args([
            "indextargets",
            "--format",
            "$(REPO_URI) $(RELEASE)",
            "Created-By: Packages",
        ]))?;
        let Some(mirror) = mirror(&targets) else {
            bail!("the machine's apt configuration names no Debian mirror");
        };

        let (lists, cache) = (folder.join("lists"), folder.join("cache"));
        fs::create_dir_all(lists.join("partial"))?;
        fs::create_dir_all(cache.join("archives/partial"))?;
        let sources = folder.join("sources.list");
        fs::write(&sources, source_lines(mirror, keyring().as_deref(), suites))?;

        let options = [
            ("Dir::State::Lists=", lists.as_path()),
            ("Dir::Cache=", &cache),
            ("Dir::Etc::SourceList=", &sources),
            ("Dir::Etc::SourceParts=", Path::new("/dev/null")),
            // apt's own user may not enter the folder.
            ("APT::Sandbox::User=", Path::new("root")),
        ];
        let options = options.into_iter().flat_map(|(key, value)| {
            let mut option = OsString::from(key);
            option.push(value);
            [OsString::from("-o"), option]
        });
        let archive = Self {
            options: options.collect(),
        };
        // Fails if one suite is missing. What counts is whether the packages are found.
        let updated = process::output(apt("apt-get").args(&archive.options).arg("update"));
        if let Err(error) = updated {
            println!("{error:#}");
        }
        Ok(archive)
    }

    /// Every version of the packages in the suites, the newest of each first.
    pub(super) fn versions(&self, packages: &[&str]) -> Result<Vec<Package>> {
        let table = process::output(
            apt("apt-cache")
                .args(&self.options)
                .arg("madison")
                .args(packages),
        )?;
        Ok(parse_madison(&table))
    }

    /// Downloads a package and unpacks it into `folder`.
    pub(super) fn unpack(&self, package: &Package, folder: &Path) -> Result<()> {
        let downloads = folder.join(format!("{}.download", package.name));
        fs::create_dir_all(&downloads)?;
        process::output(
            apt("apt-get")
                .current_dir(&downloads)
                .args(&self.options)
                .arg("download")
                .arg(format!("{}={}", package.name, package.version)),
        )?;
        for file in fs::read_dir(&downloads)? {
            process::output(
                Command::new("dpkg")
                    .arg("-x")
                    .arg(file?.path())
                    .arg(folder)
                    .stdin(Stdio::null()),
            )
            .context("cannot unpack the package")?;
        }
        fs::remove_dir_all(&downloads)?;
        Ok(())
    }
}

fn apt(program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .arg("--quiet=2")
        .env("DEBIAN_FRONTEND", "noninteractive")
        .env("LC_ALL", "C")
        .stdin(Stdio::null());
    command
}

/// The first mirror of the machine that isn't for security updates: those have an archive of their
/// own, without the other suites. The lines are `<address> <suite>`.
fn mirror(targets: &str) -> Option<&str> {
    targets
        .lines()
        .filter_map(|line| line.split_once(' '))
        .find(|(_, suite)| !suite.contains("security"))
        .map(|(address, _)| address)
}

/// Debian's keys where its own package puts them. The newer images name them in each source
/// instead of trusting them everywhere.
fn keyring() -> Option<PathBuf> {
    ["gpg", "pgp"]
        .map(|ext| PathBuf::from(format!("/usr/share/keyrings/debian-archive-keyring.{ext}")))
        .into_iter()
        .find(|file| file.exists())
}

fn source_lines(mirror: &str, keyring: Option<&Path>, suites: &[&str]) -> String {
    let signed_by = keyring.map_or_else(String::new, |k| format!(" signed-by={}", k.display()));
    suites
        .iter()
        .map(|suite| format!("deb [target=Packages{signed_by}] {mirror} {suite} main\n"))
        .collect()
}

/// Reads lines of the form `name | version | address suite/component architecture Packages`.
fn parse_madison(table: &str) -> Vec<Package> {
    table
        .lines()
        .filter_map(|line| {
            let mut columns = line.split('|').map(str::trim);
            let (name, version) = (columns.next()?, columns.next()?);
            let (suite, _) = columns.next()?.split(' ').nth(1)?.split_once('/')?;
            Some(Package {
                name: name.to_owned(),
                version: version.to_owned(),
                suite: suite.to_owned(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mirror_is_not_the_one_for_security_updates() {
        let targets = "\
http://mirror.example/debian-security/ bookworm-security
http://mirror.example/debian/ bookworm
http://mirror.example/debian/ bookworm-updates
";
        assert_eq!(mirror(targets), Some("http://mirror.example/debian/"));
        assert_eq!(mirror(""), None);
    }

    #[test]
    fn madison_tables_give_version_and_suite() {
        let table = "
  rust-src | 1.96.1+dfsg1-2~bpo13+1 | http://mirror.example/debian trixie-backports/main amd64 Packages
 wasi-libc | 0.0~git20260423.161b319-2 | http://mirror.example/debian sid/main amd64 Packages
 wasi-libc | 0.0~git20260423.161b319-2 | http://mirror.example/debian sid/main Sources
N: something else
";
        let found = parse_madison(table);
        let found: Vec<_> = found
            .iter()
            .map(|p| (p.name.as_str(), p.version.as_str(), p.suite.as_str()))
            .collect();
        let libc = ("wasi-libc", "0.0~git20260423.161b319-2", "sid");
        let source = ("rust-src", "1.96.1+dfsg1-2~bpo13+1", "trixie-backports");
        assert_eq!(found, [source, libc, libc]);
    }

    #[test]
    fn sources_name_the_keys_where_there_are_some() {
        let (mirror, suites) = ("http://mirror.example/debian", ["forky", "sid"]);
        assert_eq!(
            source_lines(mirror, Some(Path::new("/k.gpg")), &suites),
            "deb [target=Packages signed-by=/k.gpg] http://mirror.example/debian forky main\n\
             deb [target=Packages signed-by=/k.gpg] http://mirror.example/debian sid main\n"
        );
        assert_eq!(
            source_lines(mirror, None, &suites[..1]),
            "deb [target=Packages] http://mirror.example/debian forky main\n"
        );
    }
}
