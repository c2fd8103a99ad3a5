//! The configuration, from Spin's application variables.

use anyhow::{Context, Result, bail};
use http::Uri;
use rollcall_service::limits::{LimitSettings, Proxies, Rate};
use rollcall_service::{Config, MasterKeys, Outbound};
use rollcall_store::Durability;
use spin_sdk::variables;

/// Reads the variables. Each is a host call, so this is done once per instance.
pub(crate) async fn config() -> Result<Config> {
    let durability = match variable("durability").await?.as_deref() {
        None | Some("full") => Durability::Full,
        Some("normal") => Durability::Normal,
        Some(other) => bail!("the variable `durability` is `{other}`: set it to full or normal"),
    };
    let base_url = variable("base_url").await?;
    let base_url = base_url.map(|url| address(&url)).transpose()?;
    let master_key = variable("master_key").await?;
    let master_key = master_key
        .map(|keys| MasterKeys::parse(&keys))
        .transpose()?;
    let config = Config {
        base_url,
        admin_token: variable("admin_token").await?,
        durability,
        master_key,
        outbound: Outbound {
            ports: ports(variable("outbound_ports").await?.as_deref())?,
            allows_loopback: switch("outbound_loopback").await?,
        },
        introspection_max_age_secs: max_age(variable("introspection_max_age").await?.as_deref())?,
        limits: LimitSettings {
            tenant: rate("rate_limit_tenant").await?,
            client: rate("rate_limit_client").await?,
            address: rate("rate_limit_address").await?,
            failures: rate("rate_limit_failures").await?,
        },
        admin_limits: LimitSettings {
            address: rate("admin_rate_limit_address").await?,
            failures: rate("admin_rate_limit_failures").await?,
            ..LimitSettings::default()
        },
        proxies: Proxies::default(),
    };
    if !config.has_limits() {
        return Ok(config);
    }
    let proxies = variable("trusted_proxies").await?.unwrap_or_default();
    Ok(Config {
        proxies: Proxies::parse(&proxies).context("in the variable `trusted_proxies`")?,
        ..config
    })
}

/// The longest age of an answer about a token that makes sense, in seconds.
const MAX_AGE_SECS: u32 = 60;

fn max_age(text: Option<&str>) -> Result<u32> {
    let Some(text) = text else { return Ok(0) };
    let secs = text.parse().ok().filter(|secs| *secs <= MAX_AGE_SECS);
    secs.with_context(|| {
        format!(
            "the variable `introspection_max_age` is `{text}`: set it to a number of seconds from 0 to {MAX_AGE_SECS}"
        )
    })
}

/// Where the limits of all instances are counted and answers remembered, if not by each of them.
pub(crate) async fn redis_url() -> Result<Option<String>> {
    variable("redis_url").await
}

/// A limit; none is set in a component that isn't given the variable.
async fn rate(name: &str) -> Result<Option<Rate>> {
    let text = variable(name).await?;
    let rate = text.map_or(Ok(None), |text| Rate::parse(&text));
    rate.with_context(|| format!("in the variable `{name}`"))
}

/// Ports, separated by commas.
fn ports(text: Option<&str>) -> Result<Vec<u16>> {
    let ports = text.unwrap_or_default().split(',').map(str::trim);
    ports
        .filter(|port| !port.is_empty())
        .map(|port| {
            let port = port.parse();
            port.context("the variable `outbound_ports` takes port numbers, separated by commas")
        })
        .collect()
}

/// A variable that is `true` or `false`; unset is false.
async fn switch(name: &str) -> Result<bool> {
    match variable(name).await?.as_deref() {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => bail!("the variable `{name}` is `{other}`: set it to true or false"),
    }
}

/// An absolute address without a slash at the end, so that paths can be appended.
fn address(url: &str) -> Result<String> {
    let parsed: Option<Uri> = url.parse().ok();
    let scheme = parsed.as_ref().and_then(Uri::scheme_str);
    if !matches!(scheme, Some("http" | "https")) {
        bail!(
            "the variable `base_url` is `{url}`: set it to an address such as https://id.example.com"
        );
    }
    Ok(url.trim_end_matches('/').to_owned())
}

/// A variable; an empty one counts as unset, as does one that the component is not given.
async fn variable(name: &str) -> Result<Option<String>> {
    match variables::get(name).await {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(variables::Error::Undefined(_)) => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read the variable `{name}`")),
    }
}
