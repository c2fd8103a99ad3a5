//! The runtime configuration file: where databases and stores are, and more variables.

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::variables::from_environment;

/// The tables that the native host knows; any other is an error.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    #[serde(default)]
    sqlite_database: BTreeMap<String, SqliteTable>,
    #[serde(default)]
    key_value_store: BTreeMap<String, KeyValueTable>,
    #[serde(default)]
    variables_provider: Vec<VariablesProvider>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum SqliteTable {
    Spin { path: Option<PathBuf> },
    Libsql,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum KeyValueTable {
    Spin { path: Option<PathBuf> },
    Redis { url: String },
}

/// One `[[variables_provider]]`.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum VariablesProvider {
    /// Values in the file itself.
    Static { values: HashMap<String, String> },
    /// Values in the environment, under another prefix.
    Env { prefix: Option<String> },
}

impl VariablesProvider {
    /// This provider's value of a variable.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        match self {
            Self::Static { values } => values.get(name).cloned(),
            Self::Env { prefix } => {
                from_environment(prefix.as_deref().unwrap_or("SPIN_VARIABLE"), name)
            }
        }
    }
}

/// Where one key-value store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StoreLocation {
    /// An SQLite file.
    File(PathBuf),
    /// A Redis server; the label is not part of the keys.
    Redis(String),
}

/// What the host needs of the runtime configuration, defaults filled in.
#[derive(Debug)]
pub(crate) struct RuntimeConfig {
    /// SQLite files by label.
    pub(crate) databases: HashMap<String, PathBuf>,
    /// Key-value stores by label.
    pub(crate) stores: HashMap<String, StoreLocation>,
    /// Variable providers, first come first served.
    pub(crate) providers: Vec<VariablesProvider>,
}

impl RuntimeConfig {
    /// Reads `file`, if there is one; the label `default` is always there, in `state_dir`.
    pub(crate) fn load(file: Option<&Path>, state_dir: &Path) -> Result<Self> {
        let Some(file) = file else {
            return Self::new(Tables::default(), state_dir, state_dir);
        };
        let text = std::fs::read_to_string(file).with_context(|| {
            format!("cannot read the runtime configuration `{}`", file.display())
        })?;
        let base = std::path::absolute(file)?
            .parent()
            .map(PathBuf::from)
            .unwrap_or_default();
        toml::from_str(&text)
            .map_err(anyhow::Error::from)
            .and_then(|tables| Self::new(tables, &base, state_dir))
            .with_context(|| format!("in `{}`", file.display()))
    }

    fn new(tables: Tables, base: &Path, state_dir: &Path) -> Result<Self> {
        let file = |path: Option<PathBuf>, label: &str, default: &str| match path {
            Some(path) => base.join(path),
            None if label == "default" => state_dir.join(default),
            None => state_dir.join(format!("{label}.db")),
        };
        let mut databases = HashMap::from([("default".to_owned(), state_dir.join("sqlite_db.db"))]);
        for (label, table) in tables.sqlite_database {
            let SqliteTable::Spin { path } = table else {
                bail!(
                    "`type = \"libsql\"` (sqlite_database.{label}) is not supported by the native host"
                );
            };
            let path = file(path, &label, "sqlite_db.db");
            databases.insert(label, path);
        }
        let mut stores = HashMap::from([(
            "default".to_owned(),
            StoreLocation::File(state_dir.join("sqlite_key_value.db")),
        )]);
        for (label, table) in tables.key_value_store {
            let location = match table {
                KeyValueTable::Spin { path } => {
                    StoreLocation::File(file(path, &label, "sqlite_key_value.db"))
                }
                KeyValueTable::Redis { url } => StoreLocation::Redis(url),
            };
            stores.insert(label, location);
        }
        Ok(Self {
            databases,
            stores,
            providers: tables.variables_provider,
        })
    }
}
