//! The Rust target `wasm32-wasip2`.
//!
//! rustup installs it. Where rustup cannot reach its servers, or isn't there, and the machine runs
//! Debian, its standard library is built from Debian's source package instead.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use super::apt::{Archive, Package};
use super::{Outcome, Part, is_debian, progress};
use crate::metadata::Workspace;
use crate::process;

pub(super) const NAME: &str = "wasm32-wasip2 target";

const TARGET: &str = "wasm32-wasip2";

/// Where Debian's newer compilers are, and the C library that goes with each.
const SUITES: &[&str] = &["trixie-backports", "forky", "sid"];

/// What a linker needs beside the standard library.
const SELF_CONTAINED: &[&str] = &["crt1-command.o", "crt1-reactor.o", "libc.a"];

pub(super) fn ensure(workspace: &Workspace) -> Result<Outcome> {
    let sysroot = process::output(process::rustc().args(["--print", "sysroot"]))?;
    let sysroot = PathBuf::from(sysroot.trim());
    if has_std(&sysroot) {
        return Ok(Outcome::Found("installed".to_owned()));
    }
    let rustup = match add_with_rustup(&sysroot) {
        Ok(()) if has_std(&sysroot) => {
            return Ok(Outcome::Installed("added with rustup".to_owned()));
        }
        Ok(()) => "rustup says that it is there, but it is not".to_owned(),
        Err(error) => error.to_string(),
    };
    if !is_debian() {
        bail!("{rustup}; install it with `rustup target add {TARGET}`");
    }
    progress(
        Part::Target,
        &format!("{rustup}; building it from Debian's source package"),
    );
    let version = build_from_debian(workspace, &sysroot).with_context(|| {
        format!("cannot build it; install it with `rustup target add {TARGET}`")
    })?;
    Ok(Outcome::Installed(format!(
        "built from Debian's rust-src {version}"
    )))
}

fn target_dir(sysroot: &Path) -> PathBuf {
    sysroot.join("lib/rustlib").join(TARGET)
}

fn has_std(sysroot: &Path) -> bool {
    let Ok(mut files) = fs::read_dir(target_dir(sysroot).join("lib")) else {
        return false;
    };
    files.any(|file| {
        let name = file.map(|f| f.file_name()).unwrap_or_default();
        let name = name.to_string_lossy();
        name.starts_with("libstd-") && name.ends_with(".rlib")
    })
}

fn add_with_rustup(sysroot: &Path) -> Result<()> {
    if process::find("rustup").is_none() {
        bail!("there is no rustup");
    }
    let rustc = process::output(rustup().args(["which", "rustc"])).unwrap_or_default();
    if !Path::new(rustc.trim()).starts_with(sysroot) {
        bail!("this toolchain is not one of rustup's");
    }
    if let Err(error) = process::run(rustup().args(["target", "add", TARGET])) {
        bail!("{error}");
    }
    Ok(())
}

fn rustup() -> Command {
    let mut command = Command::new("rustup");
    // With a backtrace, its message for an unreachable server is a page long.
    command.stdin(Stdio::null()).env_remove("RUST_BACKTRACE");
    command
}

/// Builds the standard library and puts it where the compiler looks. Returns the version of the
/// sources.
fn build_from_debian(workspace: &Workspace, sysroot: &Path) -> Result<String> {
    let scratch = workspace.target_dir.join("tools/wasm-std");
    if scratch.exists() {
        fs::remove_dir_all(&scratch)?;
    }
    fs::create_dir_all(&scratch)?;
    // Next to its place, and so on the same disk: it is moved there when it is complete.
    let rustlib = sysroot.join("lib/rustlib");
    let new = tempfile::Builder::new()
        .prefix(".wasm-std-")
        .tempdir_in(&rustlib)
        .with_context(|| format!("cannot write to the toolchain in {}", rustlib.display()))?;

    let rustc = process::output(process::rustc().arg("--version"))?;
    let rustc = parse_release(&rustc).context("`rustc --version` names no release")?;
    let archive = Archive::open(&scratch.join("apt"), SUITES)?;
    let available = archive.versions(&["rust-src", "wasi-libc"])?;
    let Some((source, libc)) = choose(&available, rustc) else {
        bail!("the Debian mirror has no `rust-src` {rustc}");
    };

    let unpacked = scratch.join("packages");
    archive.unpack(&libc, &unpacked)?;
    let library = match LibrarySource::find(sysroot) {
        Some(library) => library,
        None => {
            archive.unpack(&source, &unpacked)?;
            let sources = unpacked.join(format!("usr/src/rustc-{rustc}/library"));
            LibrarySource::link(sysroot, &sources)?
        }
    };
    let built = build_std(workspace, &scratch)?;
    drop(library);

    let complete = new.path().join(TARGET);
    copy_std(&built, &unpacked.join("usr/lib").join(TARGET), &complete)?;
    let place = target_dir(sysroot);
    if place.exists() {
        fs::remove_dir_all(&place)?;
    }
    fs::rename(&complete, &place)?;
    fs::remove_dir_all(&scratch)?;
    Ok(source.version)
}

/// The standard library's sources where cargo looks for them.
struct LibrarySource {
    /// The link to them, if it is ours.
    link: Option<PathBuf>,
}

impl LibrarySource {
    /// The sources that rustup installed.
    fn find(sysroot: &Path) -> Option<Self> {
        let place = Self::place(sysroot);
        let is_link = place.is_symlink();
        (!is_link && place.join("std/Cargo.toml").exists()).then_some(Self { link: None })
    }

    /// Other sources, for as long as the value lives.
    fn link(sysroot: &Path, sources: &Path) -> Result<Self> {
        let place = Self::place(sysroot);
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent)?;
        }
        if place.is_symlink() {
            fs::remove_file(&place)?;
        }
        symlink(sources, &place)
            .with_context(|| format!("cannot make the link {}", place.display()))?;
        Ok(Self { link: Some(place) })
    }

    fn place(sysroot: &Path) -> PathBuf {
        sysroot.join("lib/rustlib/src/rust/library")
    }
}

impl Drop for LibrarySource {
    fn drop(&mut self) {
        let Some(link) = &self.link else { return };
        let _ = fs::remove_file(link);
        // Its folders too, if there is nothing else in them.
        for folder in link.ancestors().skip(1).take(2) {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Has cargo build the standard library for a crate that is empty. Returns the folder it is in.
fn build_std(workspace: &Workspace, scratch: &Path) -> Result<PathBuf> {
    let empty = scratch.join("empty");
    fs::create_dir_all(empty.join("src"))?;
    fs::write(empty.join("src/lib.rs"), "")?;
    fs::write(
        empty.join("Cargo.toml"),
        "[package]\nname = \"empty\"\nedition = \"2024\"\n\n[workspace]\n",
    )?;
    let target = scratch.join("target");
    process::run(
        process::cargo(&workspace.root)
            .current_dir(&empty)
            .env("RUSTC_BOOTSTRAP", "1")
            // An LTO build takes the bitcode of every crate, this library's included.
            .env("RUSTFLAGS", "-Cembed-bitcode=yes")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env_remove("CARGO_BUILD_TARGET_DIR")
            .args(["build", "--quiet", "--release", "--target", TARGET])
            .args(["-Z", "build-std=std,panic_abort,panic_unwind,proc_macro"])
            .arg("--target-dir")
            .arg(&target),
    )?;
    Ok(target.join(TARGET).join("release/deps"))
}

/// Lays out the target's folder as the compiler wants it.
fn copy_std(built: &Path, libc: &Path, place: &Path) -> Result<()> {
    let lib = place.join("lib");
    let self_contained = lib.join("self-contained");
    fs::create_dir_all(&self_contained)?;
    for file in fs::read_dir(built)? {
        let file = file?;
        let name = file.file_name();
        let name = name.to_string_lossy();
        if name.ends_with(".rlib") && !name.starts_with("libempty-") {
            fs::copy(file.path(), lib.join(&*name))?;
        }
    }
    for name in SELF_CONTAINED {
        fs::copy(libc.join(name), self_contained.join(name))
            .with_context(|| format!("Debian's `wasi-libc` has no `{name}`"))?;
    }
    Ok(())
}

/// The release in `rustc 1.95.0 (59807616e 2026-04-14)`.
fn parse_release(version: &str) -> Option<&str> {
    let release = version.split(' ').nth(1)?;
    release
        .bytes()
        .all(|b| b.is_ascii_digit() || b == b'.')
        .then_some(release)
}

/// The sources of this very compiler, in any revision of Debian's, and the C library of the same
/// suite, which is the one that Debian builds that compiler with.
fn choose(available: &[Package], rustc: &str) -> Option<(Package, Package)> {
    available
        .iter()
        .filter(|p| p.name == "rust-src" && is_release(&p.version, rustc))
        .find_map(|source| {
            let libc = available
                .iter()
                .find(|p| p.name == "wasi-libc" && p.suite == source.suite)?;
            Some((source.clone(), libc.clone()))
        })
}

/// Whether a Debian version is of this release, and not of a beta (`1.95.0~beta.3+dfsg1-1`).
fn is_release(version: &str, rustc: &str) -> bool {
    version
        .strip_prefix(rustc)
        .is_some_and(|rest| rest.starts_with(['+', '-']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, version: &str, suite: &str) -> Package {
        Package {
            name: name.to_owned(),
            version: version.to_owned(),
            suite: suite.to_owned(),
        }
    }

    #[test]
    fn only_a_release_of_rustc_is_looked_for() {
        let stable = "rustc 1.95.0 (59807616e 2026-04-14)\n";
        assert_eq!(parse_release(stable), Some("1.95.0"));
        let nightly = "rustc 1.97.0-nightly (abcdef012 2026-05-01)\n";
        assert_eq!(parse_release(nightly), None);
    }

    #[test]
    fn the_sources_match_the_compiler_and_the_c_library_their_suite() {
        let available = [
            package("rust-src", "1.97.1+dfsg1-1", "sid"),
            package("rust-src", "1.95.0~beta.3+dfsg1-1", "sid"),
            package("rust-src", "1.95.0+dfsg1-2~bpo13+1", "trixie-backports"),
            package("rust-src", "1.95.01+dfsg1-1", "forky"),
            package("wasi-libc", "0.0~git20260423.161b319-2", "sid"),
            package(
                "wasi-libc",
                "0.0~git20260129.ec0effd-3~bpo13+1",
                "trixie-backports",
            ),
        ];
        let (source, libc) = choose(&available, "1.95.0").unwrap();
        assert_eq!(source, available[2]);
        assert_eq!(libc, available[5]);
        assert_eq!(choose(&available, "1.90.0"), None);
    }
}
