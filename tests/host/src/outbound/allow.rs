//! `allowed_outbound_hosts`: `scheme://host:port` with wildcards.

use anyhow::{Context, Result, bail, ensure};
use http::Uri;

use crate::{template::Template, variables::Values};

/// The hosts that one component may reach.
#[derive(Debug, Default)]
pub(crate) struct AllowedHosts(Vec<Pattern>);

#[derive(Debug, PartialEq, Eq)]
struct Pattern {
    /// None is any.
    scheme: Option<String>,
    host: Host,
    ports: Ports,
}

#[derive(Debug, PartialEq, Eq)]
enum Host {
    Any,
    /// `self`: the application's own routes.
    Own,
    /// `*.example.com`, kept as `.example.com`.
    Under(String),
    Named(String),
}

#[derive(Debug, PartialEq, Eq)]
enum Ports {
    Any,
    /// From the first up to but without the last.
    Range(u16, u32),
}

impl AllowedHosts {
    /// Parses a component's list, variables filled in.
    pub(crate) fn parse(patterns: &[String], values: &Values) -> Result<Self> {
        let parse = |text: &String| {
            let text = Template::parse(text)?.render(values)?;
            Pattern::parse(text.trim()).with_context(|| format!("allowed_outbound_hosts: `{text}`"))
        };
        patterns.iter().map(parse).collect::<Result<_>>().map(Self)
    }

    /// Whether `url`, which has a scheme and a host, is allowed.
    pub(crate) fn allows(&self, url: &str) -> bool {
        let allowed = url
            .parse()
            .is_ok_and(|url| self.0.iter().any(|pattern| pattern.allows(&url)));
        if !allowed {
            tracing::warn!("a component may not reach {url}: see `allowed_outbound_hosts`");
        }
        allowed
    }

    /// Whether the application may call its own routes over `http`.
    pub(crate) fn allows_own(&self) -> bool {
        self.0.iter().any(|pattern| {
            pattern
                .scheme
                .as_deref()
                .is_none_or(|scheme| scheme == "http" || scheme == "https")
                && matches!(pattern.host, Host::Any | Host::Own)
        })
    }
}

impl Pattern {
    fn parse(text: &str) -> Result<Self> {
        let (scheme, rest) = text
            .split_once("://")
            .context("needs a scheme, as in `https://` or `*://`")?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        ensure!(!rest.contains('/'), "may not have a path");
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (rest, None),
        };
        Ok(Self {
            scheme: (scheme != "*").then(|| scheme.to_owned()),
            host: Host::parse(host)?,
            ports: Ports::parse(port, scheme)?,
        })
    }

    fn allows(&self, url: &Uri) -> bool {
        let (Some(scheme), Some(host)) = (url.scheme_str(), url.host()) else {
            return false;
        };
        let port = url.port_u16().or_else(|| well_known_port(scheme));
        self.scheme
            .as_deref()
            .is_none_or(|allowed| allowed == scheme)
            && self.host.allows(host)
            && self.ports.allows(port)
    }
}

impl Host {
    fn parse(host: &str) -> Result<Self> {
        Ok(match host {
            "*" => Self::Any,
            "self" | "self.alt" => Self::Own,
            "" => bail!("has no host"),
            _ => match host.strip_prefix('*') {
                Some(suffix) if suffix.starts_with('.') && !suffix.contains('*') => {
                    Self::Under(suffix.into())
                }
                _ if host.contains('*') => {
                    bail!("`*` stands alone or for all subdomains (`*.x.org`)")
                }
                _ => Self::Named(host.into()),
            },
        })
    }

    fn allows(&self, host: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Own => false,
            Self::Under(suffix) => host.ends_with(suffix),
            Self::Named(name) => name == host,
        }
    }
}

impl Ports {
    fn parse(port: Option<&str>, scheme: &str) -> Result<Self> {
        let one = |port: u16| Self::Range(port, u32::from(port) + 1);
        Ok(match port {
            None => one(well_known_port(scheme).context("needs a port")?),
            Some("*") => Self::Any,
            Some(port) => match port.split_once("..") {
                Some((first, end)) => Self::Range(first.parse()?, end.parse()?),
                None => one(port
                    .parse()
                    .with_context(|| format!("`{port}` is not a port"))?),
            },
        })
    }

    fn allows(&self, port: Option<u16>) -> bool {
        match (self, port) {
            (Self::Any, _) => true,
            (Self::Range(first, end), Some(port)) => *first <= port && u32::from(port) < *end,
            (Self::Range(..), None) => false,
        }
    }
}

fn well_known_port(scheme: &str) -> Option<u16> {
    Some(match scheme {
        "http" => 80,
        "https" => 443,
        "redis" => 6379,
        "postgres" => 5432,
        "mysql" => 3306,
        "mqtt" => 1883,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(patterns: &[&str]) -> Result<AllowedHosts> {
        let patterns: Vec<_> = patterns
            .iter()
            .map(|pattern| (*pattern).to_owned())
            .collect();
        let values = Values::from([("port".to_owned(), "8080".to_owned())]);
        AllowedHosts::parse(&patterns, &values)
    }

    #[track_caller]
    fn check(pattern: &str, allowed: &[&str], denied: &[&str]) {
        let hosts = hosts(&[pattern]).unwrap();
        for url in allowed {
            assert!(hosts.allows(url), "{pattern} should allow {url}");
        }
        for url in denied {
            assert!(!hosts.allows(url), "{pattern} should deny {url}");
        }
    }

    #[test]
    fn schemes_hosts_and_ports_must_match() {
        check(
            "https://example.org",
            &["https://example.org/a?b", "https://example.org:443"],
            &[
                "http://example.org",
                "https://example.org:444",
                "https://a.example.org",
            ],
        );
        check(
            "http://a:{{ port }}",
            &["http://a:8080/"],
            &["http://a/", "http://a:80/"],
        );
        check(
            "redis://a",
            &["redis://user:pass@a:6379/0", "redis://a"],
            &["redis://a:1"],
        );
    }

    #[test]
    fn wildcards_stand_for_schemes_hosts_and_ports() {
        check(
            "*://*:*",
            &["http://a", "redis://b:1", "https://c.d"],
            &["not a url"],
        );
        check(
            "https://*.b.org",
            &["https://a.b.org"],
            &["https://b.org", "https://ab.org"],
        );
        check(
            "http://*.spin.internal",
            &["http://x.spin.internal/"],
            &["http://spin.internal/"],
        );
        check(
            "http://a:80..82",
            &["http://a:80", "http://a:81"],
            &["http://a:82"],
        );
    }

    #[test]
    fn only_self_or_any_host_means_the_applications_own_routes() {
        for (pattern, own) in [
            ("http://self", true),
            ("*://*:*", true),
            ("https://a", false),
            ("redis://self", false),
        ] {
            assert_eq!(hosts(&[pattern]).unwrap().allows_own(), own, "{pattern}");
        }
        assert!(!hosts(&["http://self"]).unwrap().allows("http://self/"));
    }

    #[test]
    fn err_patterns() {
        for pattern in [
            "a",
            "http://",
            "http://a/b",
            "http://a*",
            "http://*.*.b",
            "ftp://a",
            "http://a:x",
            "http://{{ nothing }}",
        ] {
            assert!(hosts(&[pattern]).is_err(), "{pattern}");
        }
    }
}
