//! The application manifest, `spin.toml` version 2.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use toml::Value;

/// A parsed `spin.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    spin_manifest_version: u32,
    pub(crate) application: Application,
    #[serde(default)]
    pub(crate) variables: BTreeMap<String, Variable>,
    trigger: BTreeMap<String, Vec<Trigger>>,
    #[serde(default, rename = "component")]
    pub(crate) components: BTreeMap<String, Component>,
    /// The folder that relative paths start from.
    #[serde(skip)]
    pub(crate) dir: PathBuf,
}

/// `[application]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Application {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) version: String,
    #[serde(default, rename = "description")]
    _description: String,
    #[serde(default, rename = "authors")]
    _authors: Vec<String>,
}

/// One entry of `[variables]`: required, or with a default.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Variable {
    pub(crate) default: Option<String>,
    #[serde(default)]
    required: bool,
    #[serde(default, rename = "secret")]
    _secret: bool,
    #[serde(default, rename = "description")]
    _description: String,
}

/// One `[[trigger.http]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trigger {
    pub(crate) route: TriggerRoute,
    pub(crate) component: String,
    #[serde(default, rename = "id")]
    _id: String,
    executor: Option<Executor>,
    dependencies: Option<Value>,
}

/// Where a trigger's component is reached.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum TriggerRoute {
    /// A pattern, for requests from outside.
    Public(String),
    /// `{ private = true }`: from other components only.
    Private {
        /// Always true: `false` is refused, as Spin does.
        private: bool,
    },
}

#[derive(Clone, Debug, Deserialize)]
struct Executor {
    r#type: String,
}

/// One `[component.<id>]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Component {
    pub(crate) source: Source,
    #[serde(default, rename = "description")]
    _description: String,
    #[serde(default)]
    pub(crate) environment: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) variables: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) key_value_stores: Vec<String>,
    #[serde(default)]
    pub(crate) sqlite_databases: Vec<String>,
    #[serde(default)]
    pub(crate) allowed_outbound_hosts: Vec<String>,
    #[serde(default)]
    files: Vec<Value>,
    #[serde(default)]
    ai_models: Vec<Value>,
    #[serde(default)]
    dependencies: BTreeMap<String, Value>,
    #[serde(default, rename = "build")]
    _build: Option<Value>,
    #[serde(default, rename = "tool")]
    _tool: Option<Value>,
    #[serde(default, rename = "targets")]
    _targets: Option<Value>,
}

/// Where a component's Wasm is.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Source {
    /// A file, relative to the manifest.
    Path(PathBuf),
    /// A download, which this host does not do.
    Remote(#[expect(dead_code, reason = "only refused")] Value),
}

impl Manifest {
    /// Reads and checks the manifest at `path`.
    pub(crate) fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the manifest `{}`", path.display()))?;
        let mut manifest: Self =
            toml::from_str(&text).with_context(|| format!("in `{}`", path.display()))?;
        manifest.dir = std::path::absolute(path)?
            .parent()
            .map(PathBuf::from)
            .unwrap_or_default();
        manifest
            .check()
            .with_context(|| format!("in `{}`", path.display()))?;
        Ok(manifest)
    }

    /// The HTTP triggers, in the order of the manifest.
    pub(crate) fn triggers(&self) -> &[Trigger] {
        self.trigger
            .get("http")
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// The components that a trigger names: Spin loads no others.
    pub(crate) fn triggered(&self) -> impl Iterator<Item = (&str, &Component)> {
        self.components
            .iter()
            .filter(|(id, _)| {
                self.triggers()
                    .iter()
                    .any(|trigger| trigger.component == **id)
            })
            .map(|(id, component)| (id.as_str(), component))
    }

    fn check(&self) -> Result<()> {
        ensure!(
            self.spin_manifest_version == 2,
            "spin_manifest_version is {}, the native host knows version 2",
            self.spin_manifest_version
        );
        if let Some(kind) = self.trigger.keys().find(|kind| *kind != "http") {
            bail!("trigger `{kind}` is not supported by the native host, only `http` is");
        }
        for trigger in self.triggers() {
            trigger.check(&self.components)?;
        }
        for (name, variable) in &self.variables {
            match (variable.required, &variable.default) {
                (false, None) => bail!("variable `{name}` needs `required = true` or a `default`"),
                (true, Some(_)) => {
                    bail!("variable `{name}` is required and has a default: choose one")
                }
                _ => {}
            }
        }
        self.components
            .iter()
            .try_for_each(|(id, component)| component.check(id))
    }
}

impl Trigger {
    fn check(&self, components: &BTreeMap<String, Component>) -> Result<()> {
        let id = &self.component;
        ensure!(
            components.contains_key(id),
            "a trigger names `{id}`, which is not a component"
        );
        ensure!(
            !matches!(self.route, TriggerRoute::Private { private: false }),
            "the route of `{id}` must be a pattern or `{{ private = true }}`"
        );
        ensure!(
            self.executor
                .as_ref()
                .is_none_or(|executor| executor.r#type == "http"),
            "the executor of `{id}` is not supported by the native host, only `http` is"
        );
        ensure!(
            self.dependencies.is_none(),
            "HTTP middleware (of `{id}`) is not supported by the native host"
        );
        Ok(())
    }
}

impl Component {
    fn check(&self, id: &str) -> Result<()> {
        ensure!(
            self.files.is_empty(),
            "`files` of `{id}` are not supported by the native host"
        );
        ensure!(
            self.ai_models.is_empty(),
            "`ai_models` of `{id}` are not supported by the native host"
        );
        ensure!(
            self.dependencies.is_empty(),
            "`dependencies` of `{id}` are not supported by the native host"
        );
        ensure!(
            matches!(self.source, Source::Path(_)),
            "the source of `{id}` must be a file: the native host downloads nothing"
        );
        Ok(())
    }

    /// The Wasm file, found from the manifest's folder.
    pub(crate) fn wasm(&self, dir: &Path) -> PathBuf {
        match &self.source {
            Source::Path(path) => dir.join(path),
            Source::Remote(_) => dir.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"
        spin_manifest_version = 2
        [application]
        name = "a"
        [[trigger.http]]
        route = "/a/..."
        component = "a"
        [[trigger.http]]
        route = { private = true }
        component = "a"
        [component.a]
        source = "a.wasm"
        [component.a.build]
        command = "cargo build"
        [component.unused]
        source = { url = "https://example.org/u.wasm", digest = "sha256:0" }
    "#;

    fn parse(text: &str) -> Result<Manifest> {
        let manifest: Manifest = toml::from_str(text)?;
        manifest.check()?;
        Ok(manifest)
    }

    #[test]
    fn only_components_with_a_trigger_are_loaded() {
        let text = WHOLE.replace(
            "{ url = \"https://example.org/u.wasm\", digest = \"sha256:0\" }",
            "\"u.wasm\"",
        );
        let manifest = parse(&text).unwrap();
        assert_eq!(manifest.triggers().len(), 2);
        assert_eq!(
            manifest.triggered().map(|(id, _)| id).collect::<Vec<_>>(),
            ["a"]
        );
    }

    #[test]
    fn err_manifests_say_what_is_wrong() {
        let a = WHOLE.replace("[component.unused]", "[component.unused]\nfiles = [\"x\"]");
        for (text, message) in [
            (WHOLE.to_owned(), "the source of `unused` must be a file"),
            (a, "`files` of `unused` are not supported"),
            (WHOLE.replace("version = 2", "version = 1"), "version is 1"),
            (
                WHOLE.replace("component = \"a\"", "component = \"b\""),
                "names `b`",
            ),
            (
                WHOLE.replace("private = true", "private = false"),
                "must be a pattern",
            ),
            (
                WHOLE.replace("trigger.http", "trigger.redis"),
                "trigger `redis` is not supported",
            ),
            (
                WHOLE.replace("source =", "sauce ="),
                "unknown field `sauce`",
            ),
            (
                format!("{WHOLE}\n[variables]\nv = {{}}"),
                "variable `v` needs",
            ),
            (
                format!("{WHOLE}\n[variables]\nv = {{ required = true, default = \"\" }}"),
                "choose one",
            ),
        ] {
            let error = format!("{:#}", parse(&text).unwrap_err());
            assert!(error.contains(message), "{error}");
        }
    }
}
