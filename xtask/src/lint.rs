//! Runs clippy as `.ci/run` wants it.

use anyhow::Result;

use crate::metadata::Workspace;
use crate::process;

/// Checks everything natively, tests included, and then, for Wasm, the components and what they
/// are built from. The second run is a release build, so that it shares its procedural macros with
/// the build of the components.
///
/// # Errors
/// If clippy has anything to say.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let mut native = process::cargo(&workspace.root);
    native.args(["clippy", "--workspace", "--all-targets"]);
    process::run(native.args(["--", "-D", "warnings"]))?;

    let mut cargo = process::cargo(&workspace.root);
    cargo.args(["clippy", "--release", "--target=wasm32-wasip2"]);
    for package in workspace.with_dependencies(&workspace.wasm_packages()) {
        cargo.args(["--package", &package.name]);
    }
    process::run(cargo.args(["--", "-D", "warnings"]))
}
