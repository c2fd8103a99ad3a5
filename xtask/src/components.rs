//! Builds the Wasm components and lists their sizes.

use std::fs;

use anyhow::{Context as _, Result, bail};

use crate::metadata::{Package, Workspace};
use crate::process;

/// The largest that a SCIM component may be: a host compiles and keeps every component it serves.
const SCIM_MAX_BYTES: u64 = 1536 * 1024;

/// What was built.
#[derive(Debug)]
pub(crate) struct Built {
    components: Vec<Size>,
}

#[derive(Debug)]
struct Size {
    name: String,
    bytes: u64,
    max_bytes: u64,
}

/// The largest that any other component may be: the one that carries the policy engine.
const MAX_BYTES: u64 = 5376 * 1024;

/// Builds components for release, and prints a table of their sizes. One run of cargo builds them all, but for those that
/// have to be built apart.
///
/// # Errors
/// If the build fails.
pub(crate) fn build(workspace: &Workspace, packages: &[&Package]) -> Result<Built> {
    let (apart, together): (Vec<&Package>, Vec<&Package>) = packages
        .iter()
        .copied()
        .partition(|package| workspace.is_apart(package));
    for packages in [together, apart] {
        if packages.is_empty() {
            continue;
        }
        let mut cargo = process::cargo(&workspace.root);
        cargo.args(["build", "--release", "--target=wasm32-wasip2"]);
        for package in packages {
            cargo.args(["--package", &package.name]);
        }
        process::run(&mut cargo)?;
    }

    let mut components = Vec::new();
    for package in packages {
        let Some(file) = workspace.wasm_file(package) else {
            continue;
        };
        let bytes = fs::metadata(&file)
            .with_context(|| format!("cannot find {}", file.display()))?
            .len();
        let max_bytes = if workspace.is_scim(package) {
            SCIM_MAX_BYTES
        } else {
            MAX_BYTES
        };
        components.push(Size {
            name: package.name.clone(),
            bytes,
            max_bytes,
        });
    }
    print!("{}", table(&components));
    Ok(Built { components })
}

impl Built {
    /// Checks the limits on size.
    ///
    /// # Errors
    /// If a component is larger than it may be.
    pub(crate) fn check_sizes(&self) -> Result<()> {
        let too_large: Vec<_> = self
            .components
            .iter()
            .filter(|c| c.bytes > c.max_bytes)
            .map(|c| {
                format!(
                    "`{}` may not be larger than {} KiB",
                    c.name,
                    kib(c.max_bytes)
                )
            })
            .collect();
        if !too_large.is_empty() {
            bail!(
                "{}: find what grew with `cargo tree`, and take features away",
                too_large.join(", ")
            );
        }
        Ok(())
    }
}

/// Names to the left, sizes to the right.
fn table(components: &[Size]) -> String {
    let total = components.iter().map(|c| c.bytes).sum();
    let rows: Vec<_> = components
        .iter()
        .map(|c| (c.name.as_str(), kib(c.bytes)))
        .chain([("total", kib(total))])
        .collect();
    let name_width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let size_width = rows.iter().map(|(_, size)| size.len()).max().unwrap_or(0);
    rows.iter()
        .map(|(name, size)| format!("{name:name_width$}  {size:>size_width$} KiB\n"))
        .collect()
}

/// Bytes in KiB, rounded up to a tenth.
fn kib(bytes: u64) -> String {
    let tenths = (bytes * 10).div_ceil(1024);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(name: &str, bytes: u64, max_bytes: u64) -> Size {
        let name = name.to_owned();
        Size {
            name,
            bytes,
            max_bytes,
        }
    }

    #[test]
    fn the_table_is_aligned_and_ends_with_the_total() {
        let components = [
            size("ops-health", 300 * 1024, MAX_BYTES),
            size("scim-users", 1024 * 1024 + 1, SCIM_MAX_BYTES),
        ];
        assert_eq!(
            table(&components),
            "ops-health   300.0 KiB\nscim-users  1024.1 KiB\ntotal       1324.1 KiB\n"
        );
    }

    #[test]
    fn only_a_component_over_its_limit_is_too_large() {
        let at_limit = size("scim-users", SCIM_MAX_BYTES, SCIM_MAX_BYTES);
        let other = size("policy", SCIM_MAX_BYTES * 2, MAX_BYTES);
        let components = vec![at_limit, other];
        assert!(Built { components }.check_sizes().is_ok());

        let components = vec![size("scim-users", SCIM_MAX_BYTES + 1, SCIM_MAX_BYTES)];
        let error = Built { components }.check_sizes().unwrap_err().to_string();
        assert!(error.starts_with("`scim-users` may not be larger than 1536.0 KiB"));
    }
}
