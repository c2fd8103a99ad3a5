//! The application that is measured: the product's own manifest, and beside it the baselines, and some of its components
//! a second time, with other settings.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::twin::{self, Twin};
use crate::metadata::Workspace;

/// The label of the baselines' database, which is a file of their own.
const DATABASE: &str = "baseline";

/// The product's manifest.
#[derive(Debug)]
pub(super) struct Product(String);

/// The two files that the host is given.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) manifest: PathBuf,
    pub(super) runtime_config: PathBuf,
}

impl Product {
    /// Reads it.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) fn read(workspace: &Workspace) -> Result<Self> {
        let path = workspace.root.join("spin.toml");
        let text = fs::read_to_string(&path);
        let text = text.with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Self(text))
    }

    /// Whether it has a component of this name.
    pub(super) fn has_component(&self, name: &str) -> bool {
        let header = format!("[component.{name}]");
        self.0.lines().any(|line| line == header)
    }

    /// Whether a component can be given these other settings.
    pub(super) fn has(&self, twin: &Twin) -> bool {
        twin::of(&self.0, twin, "").is_some()
    }

    /// Writes the manifest and the runtime configuration into `folder`. The twins that the product can have use the Redis
    /// server at `redis`.
    ///
    /// # Errors
    /// If the files cannot be written.
    pub(super) fn write(&self, root: &Path, folder: &Path, redis: &str) -> Result<Files> {
        let files = Files {
            manifest: folder.join("spin.toml"),
            runtime_config: folder.join("runtime.toml"),
        };
        let twins = twin::ALL.iter();
        let twins: String = twins
            .filter_map(|twin| twin::of(&self.0, twin, redis))
            .collect();
        let whole = with_baselines(&format!("{}\n{twins}", self.0), root);
        fs::write(&files.manifest, whole)?;
        fs::write(
            &files.runtime_config,
            format!("[sqlite_database.{DATABASE}]\ntype = \"spin\"\n"),
        )?;
        Ok(files)
    }
}

/// The product's manifest with the baselines at its end, usable from any folder. At `/seed/run` one of them runs
/// statements over the product's own database.
fn with_baselines(product: &str, root: &Path) -> String {
    let root = root.display();
    let product: String = product
        .lines()
        .map(|line| match line.strip_prefix("source = \"") {
            Some(path) => format!("source = \"{root}/{path}\n"),
            None => format!("{line}\n"),
        })
        .collect();
    let built = "target/wasm32-wasip2/release";
    format!(
        r#"{product}
[[trigger.http]]
route = "/hello"
component = "hello"

[component.hello]
source = "{root}/{built}/probe_hello.wasm"

[[trigger.http]]
route = "/row/..."
component = "row"

[component.row]
source = "{root}/{built}/probe_row.wasm"
environment = {{ DATABASE = "{DATABASE}" }}
sqlite_databases = ["{DATABASE}"]

[[trigger.http]]
route = "/seed/..."
component = "seed"

[component.seed]
source = "{root}/{built}/probe_row.wasm"
environment = {{ DATABASE = "default" }}
sqlite_databases = ["default"]
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_components_are_found_from_another_folder() {
        let product =
            "[component.a]\nsource = \"target/a.wasm\"\nsqlite_databases = [\"default\"]\n";
        let whole = with_baselines(product, Path::new("/w"));
        let sources: Vec<_> = whole
            .lines()
            .filter(|line| line.starts_with("source"))
            .collect();
        assert_eq!(
            sources,
            [
                "source = \"/w/target/a.wasm\"",
                "source = \"/w/target/wasm32-wasip2/release/probe_hello.wasm\"",
                "source = \"/w/target/wasm32-wasip2/release/probe_row.wasm\"",
                "source = \"/w/target/wasm32-wasip2/release/probe_row.wasm\"",
            ]
        );
        assert!(whole.contains("sqlite_databases = [\"baseline\"]"));
        assert!(Product(whole.clone()).has_component("a"));
        assert!(!Product(whole).has_component("b"));
    }
}
