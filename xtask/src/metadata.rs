//! What `cargo metadata` says of the workspace: where it is, and which packages are components.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::process;

/// The policy engine. It wants a feature of `serde_json` with which every other crate would become larger and slower, if
/// cargo built them together.
const ENGINE: &str = "cedar-policy";

/// The workspace. The fields are those of `cargo metadata --no-deps`, which lists its members.
#[derive(Debug, Deserialize)]
pub(crate) struct Workspace {
    /// The top of the checkout.
    #[serde(rename = "workspace_root")]
    pub(crate) root: PathBuf,
    /// Where cargo writes, `target` unless it was told otherwise.
    #[serde(rename = "target_directory")]
    pub(crate) target_dir: PathBuf,
    packages: Vec<Package>,
}

/// A member of the workspace.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
    dependencies: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
struct Target {
    name: String,
    crate_types: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    #[serde(default)]
    name: String,
    /// `dev`, `build`, or nothing for a normal dependency.
    kind: Option<String>,
    /// The folder of a dependency that is a member.
    path: Option<PathBuf>,
}

impl Workspace {
    /// Asks cargo for the workspace that this program belongs to.
    ///
    /// # Errors
    /// If cargo cannot read the workspace.
    pub(crate) fn load() -> Result<Self> {
        let here = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| ".".into(), PathBuf::from);
        let json = process::output(process::cargo(&here).args([
            "metadata",
            "--no-deps",
            "--format-version=1",
        ]))?;
        serde_json::from_str(&json).context("cannot read what `cargo metadata` wrote")
    }

    /// The components of the app.
    pub(crate) fn components(&self) -> Vec<&Package> {
        self.wasm_packages_below("components")
    }

    /// The components that only tests run.
    pub(crate) fn probes(&self) -> Vec<&Package> {
        self.wasm_packages_below("tests/probes")
    }

    /// The components of the app and of the tests.
    pub(crate) fn wasm_packages(&self) -> Vec<&Package> {
        [self.components(), self.probes()].concat()
    }

    /// The options by which cargo takes every member that runs natively, but for those of
    /// [`Self::native_apart`]. Whoever builds with them shares what is built: cargo gives a dependency
    /// the features that the chosen packages want.
    pub(crate) fn native(&self) -> Vec<&str> {
        let wasm = self.wasm_packages().into_iter();
        let excluded = wasm.chain(self.engine_packages());
        let excluded = excluded.flat_map(|package| ["--exclude", &package.name]);
        ["--workspace"].into_iter().chain(excluded).collect()
    }

    /// The same for the members that run natively and are built from the policy engine.
    pub(crate) fn native_apart(&self) -> Vec<&str> {
        let apart = self.engine_packages();
        apart.flat_map(|p| ["--package", &p.name]).collect()
    }

    /// Whether a package is built from the policy engine, so that it has to be built apart.
    pub(crate) fn is_apart(&self, package: &Package) -> bool {
        let all = self.with_dependencies(&[package]);
        let mut dependencies = all.iter().flat_map(|package| &package.dependencies);
        dependencies.any(|dependency| dependency.name == ENGINE)
    }

    fn engine_packages(&self) -> impl Iterator<Item = &Package> {
        let native = |p: &&Package| !p.targets.iter().any(Target::is_cdylib);
        self.packages
            .iter()
            .filter(native)
            .filter(|package| self.is_apart(package))
    }

    /// Whether a component belongs to the folder `components/scim`.
    pub(crate) fn is_scim(&self, package: &Package) -> bool {
        package
            .manifest_path
            .starts_with(self.root.join("components/scim"))
    }

    /// The given packages and every member that they are built from.
    pub(crate) fn with_dependencies<'a>(&'a self, packages: &[&'a Package]) -> Vec<&'a Package> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        let mut open = packages.to_vec();
        while let Some(package) = open.pop() {
            if !seen.insert(&package.manifest_path) {
                continue;
            }
            found.push(package);
            let normal = package.dependencies.iter().filter(|d| d.kind.is_none());
            open.extend(normal.filter_map(|d| self.member_in(d.path.as_deref()?)));
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        found
    }

    /// Where cargo puts a component that was built for release.
    pub(crate) fn wasm_file(&self, package: &Package) -> Option<PathBuf> {
        let target = package.targets.iter().find(|t| t.is_cdylib())?;
        let file = format!("{}.wasm", target.name.replace('-', "_"));
        Some(self.target_dir.join("wasm32-wasip2/release").join(file))
    }

    fn wasm_packages_below(&self, folder: &str) -> Vec<&Package> {
        let folder = self.root.join(folder);
        let mut packages: Vec<_> = self
            .packages
            .iter()
            .filter(|p| p.manifest_path.starts_with(&folder))
            .filter(|p| p.targets.iter().any(Target::is_cdylib))
            .collect();
        packages.sort_by(|a, b| a.manifest_path.cmp(&b.manifest_path));
        packages
    }

    fn member_in(&self, folder: &Path) -> Option<&Package> {
        self.packages
            .iter()
            .find(|p| p.manifest_path.parent() == Some(folder))
    }
}

impl Target {
    fn is_cdylib(&self) -> bool {
        self.crate_types.iter().any(|t| t == "cdylib")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(packages: &[&Package]) -> Vec<String> {
        packages.iter().map(|p| p.name.clone()).collect()
    }

    fn workspace() -> Workspace {
        let package = |name: &str, dir: &str, kind: &str, deps: &[(&str, Option<&str>)]| {
            serde_json::json!({
                "name": name,
                "manifest_path": format!("/w/{dir}/Cargo.toml"),
                "targets": [{ "name": name.replace('-', "_"), "crate_types": [kind] }],
                "dependencies": deps
                    .iter()
                    .map(|(dir, kind)| serde_json::json!({ "path": format!("/w/{dir}"), "kind": kind }))
                    .collect::<Vec<_>>(),
            })
        };
        let json = serde_json::json!({
            "workspace_root": "/w",
            "target_directory": "/t",
            "packages": [
                package("scim-users", "components/scim/users", "cdylib", &[("shared/edge", None)]),
                package("ops-health", "components/ops/health", "cdylib", &[]),
                package("component-kit", "components/kit", "lib", &[]),
                package("probe-sql", "tests/probes/sql", "cdylib", &[]),
                package("edge", "shared/edge", "lib", &[("shared/core", None), ("tests/host", Some("dev"))]),
                package("core", "shared/core", "lib", &[]),
                package("host", "tests/host", "lib", &[]),
            ],
        });
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn components_and_probes_are_the_cdylibs_in_their_folders() {
        let workspace = workspace();
        assert_eq!(names(&workspace.components()), ["ops-health", "scim-users"]);
        assert_eq!(names(&workspace.probes()), ["probe-sql"]);
    }

    #[test]
    fn what_a_component_is_built_from_leaves_out_development_dependencies() {
        let workspace = workspace();
        let all = workspace.with_dependencies(&workspace.components());
        assert_eq!(names(&all), ["core", "edge", "ops-health", "scim-users"]);
    }

    #[test]
    fn what_is_built_from_the_policy_engine_is_apart() {
        let mut workspace = workspace();
        let engine = |workspace: &Workspace, name: &str| {
            let package = workspace.packages.iter().find(|p| p.name == name);
            workspace.is_apart(package.unwrap())
        };
        assert!(!engine(&workspace, "scim-users"));
        assert!(workspace.native_apart().is_empty());
        let core = workspace.packages.iter_mut().find(|p| p.name == "core");
        core.unwrap().dependencies.push(Dependency {
            name: ENGINE.to_owned(),
            kind: None,
            path: None,
        });
        assert!(engine(&workspace, "scim-users") && engine(&workspace, "core"));
        assert!(!engine(&workspace, "ops-health"));
        let apart = workspace.native_apart();
        assert_eq!(apart, ["--package", "edge", "--package", "core"]);
        assert!(
            workspace
                .native()
                .windows(2)
                .any(|pair| pair == ["--exclude", "core"])
        );
    }

    #[test]
    fn a_wasm_file_has_underscores() {
        let workspace = workspace();
        let file = workspace.wasm_file(workspace.components()[1]);
        let expected = PathBuf::from("/t/wasm32-wasip2/release/scim_users.wasm");
        assert_eq!(file, Some(expected));
    }
}
