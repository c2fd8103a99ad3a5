//! Application variables, and `spin:variables`.
//!
//! A value comes from the first that has one: the command line, the environment
//! (`SPIN_VARIABLE_<NAME>`), the runtime configuration's providers, the manifest's default.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Result};
use wasmtime::component::{Accessor, HasSelf};

use crate::{
    bindings::spin::variables::variables::{Error, Host, HostWithStore},
    manifest::{Component, Variable},
    runtime_config::VariablesProvider,
    state::State,
    template::Template,
};

/// The value of every application variable.
pub(crate) type Values = HashMap<String, String>;

/// Finds the value of every variable of the manifest.
pub(crate) fn resolve(
    declared: &BTreeMap<String, Variable>,
    given: &HashMap<String, String>,
    providers: &[VariablesProvider],
) -> Result<Values> {
    for name in given.keys() {
        if !declared.contains_key(name) {
            tracing::warn!("variable `{name}` is given but not in `[variables]`");
        }
    }
    declared
        .iter()
        .map(|(name, variable)| {
            check_name(name).map_err(anyhow::Error::msg)?;
            let value = given
                .get(name)
                .cloned()
                .or_else(|| from_environment("SPIN_VARIABLE", name))
                .or_else(|| providers.iter().find_map(|provider| provider.get(name)))
                .or_else(|| variable.default.clone())
                .with_context(|| {
                    let env = name.to_ascii_uppercase();
                    format!("variable `{name}` is required: give `--variable {name}=…` or set SPIN_VARIABLE_{env}")
                })?;
            Ok((name.clone(), value))
        })
        .collect()
}

/// The variable that the environment holds under `<PREFIX>_<NAME>`.
pub(crate) fn from_environment(prefix: &str, name: &str) -> Option<String> {
    std::env::var(format!("{prefix}_{}", name.to_ascii_uppercase())).ok()
}

/// What one component sees: its own names, rendered.
pub(crate) fn of_component(component: &Component, values: &Values) -> Result<Values> {
    component
        .variables
        .iter()
        .map(|(name, template)| {
            check_name(name).map_err(anyhow::Error::msg)?;
            let value = Template::parse(template)
                .and_then(|template| template.render(values))
                .with_context(|| format!("in variable `{name}`"))?;
            Ok((name.clone(), value))
        })
        .collect()
}

/// Names are lower-case words of letters and digits with single underscores between them.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    let ok = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !name.ends_with('_')
        && !name.contains("__");
    ok.then_some(()).ok_or_else(|| {
        format!("`{name}` is not a variable's name: use lower-case letters, digits and single underscores")
    })
}

impl Host for State {}

impl<T> HostWithStore<T> for HasSelf<State> {
    async fn get(
        store: &Accessor<T, Self>,
        name: String,
    ) -> wasmtime::Result<Result<String, Error>> {
        if let Err(message) = check_name(&name) {
            return Ok(Err(Error::InvalidName(message)));
        }
        let value = store.with(|mut access| access.get().component.variables.get(&name).cloned());
        Ok(value
            .ok_or_else(|| Error::Undefined(format!("no variable `{name}` for this component"))))
    }
}
