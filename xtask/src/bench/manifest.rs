//! The application that is measured: the product's own manifest, and the baselines beside it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::metadata::Workspace;

/// The label of the baselines' database, which is a file of their own.
const DATABASE: &str = "baseline";

/// The two files that the host is given.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) manifest: PathBuf,
    pub(super) runtime_config: PathBuf,
}

/// Writes both into `folder`.
///
/// # Errors
/// If the product's manifest cannot be read, or the files cannot be written.
pub(super) fn write(workspace: &Workspace, folder: &Path) -> Result<Files> {
    let product = workspace.root.join("spin.toml");
    let product = fs::read_to_string(&product)
        .with_context(|| format!("cannot read {}", product.display()))?;
    let files = Files {
        manifest: folder.join("spin.toml"),
        runtime_config: folder.join("runtime.toml"),
    };
    fs::write(&files.manifest, with_baselines(&product, &workspace.root))?;
    fs::write(
        &files.runtime_config,
        format!("[sqlite_database.{DATABASE}]\ntype = \"spin\"\n"),
    )?;
    Ok(files)
}

/// The product's manifest with the baselines at its end, usable from any folder.
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
            ]
        );
        assert!(whole.contains("sqlite_databases = [\"baseline\"]"));
    }
}
