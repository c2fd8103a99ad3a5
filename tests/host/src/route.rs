//! Which component answers a path, by Spin's rules.
//!
//! `/a/...` matches `/a`, `/a/` and `/a/x`; `:p` is one segment that is not empty and may be
//! followed by a wildcard; `/a` also matches `/a/`. Nothing is percent-decoded. Of several matches
//! the most specific wins, segment by segment from the left: exact, then param, then wildcard.

use std::{cmp::Ordering, collections::BTreeMap};

use anyhow::{Result, ensure};

/// The prefix that Spin answers itself.
pub(crate) const RESERVED: &str = "/.well-known/spin/";

/// All public routes of an application.
#[derive(Debug)]
pub(crate) struct Router {
    routes: Vec<Route>,
}

/// One public route and its component.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) component: String,
    /// The pattern as the manifest has it.
    pub(crate) raw: String,
    segments: Vec<Segment>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Exact(String),
    Param(String),
    Wildcard,
}

/// A route that matched, with what it captured.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Match<'a> {
    pub(crate) component: &'a str,
    pub(crate) raw: &'a str,
    /// The values of the `:params`.
    pub(crate) params: BTreeMap<&'a str, &'a str>,
    /// What the wildcard stood for: empty, or from a slash on.
    pub(crate) trailing: String,
}

impl Router {
    /// A router over `(pattern, component)` pairs. Of two equal patterns the later one counts.
    pub(crate) fn new(routes: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        let mut router = Self { routes: Vec::new() };
        for (raw, component) in routes {
            let segments = parse(&raw)?;
            if raw.starts_with(RESERVED) {
                tracing::warn!("route `{raw}` is Spin's own and never reaches `{component}`");
            }
            if let Some(old) = router.routes.iter().position(|route| route.raw == raw) {
                let old = router.routes.remove(old);
                tracing::warn!(
                    "route `{raw}` of `{component}` replaces that of `{}`",
                    old.component
                );
            }
            router.routes.push(Route {
                component,
                raw,
                segments,
            });
        }
        Ok(router)
    }

    /// The routes, in the order of the manifest.
    pub(crate) fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// The most specific route that matches `path`.
    pub(crate) fn find<'a>(&'a self, path: &'a str) -> Option<Match<'a>> {
        self.routes
            .iter()
            .filter_map(|route| Some((route, route.matches(path)?)))
            .max_by(|(a, _), (b, _)| specificity(&a.segments, &b.segments))
            .map(|(_, found)| found)
    }
}

impl Route {
    fn matches<'a>(&'a self, path: &'a str) -> Option<Match<'a>> {
        let mut rest = path.trim_matches('/');
        let mut params = BTreeMap::new();
        let mut trailing = String::new();
        for segment in &self.segments {
            if *segment == Segment::Wildcard {
                trailing = captured(rest, path.ends_with('/'));
                rest = "";
                break;
            }
            let (head, tail) = rest.split_once('/').unwrap_or((rest, ""));
            match segment {
                Segment::Exact(text) if text == head => {}
                Segment::Param(name) if !head.is_empty() => {
                    params.insert(name.as_str(), head);
                }
                _ => return None,
            }
            rest = tail;
        }
        rest.is_empty().then_some(Match {
            component: &self.component,
            raw: &self.raw,
            params,
            trailing,
        })
    }
}

/// What `spin-path-info` says: the wildcard's part of the path, its trailing slash kept.
fn captured(rest: &str, slash_at_end: bool) -> String {
    match (rest.is_empty(), slash_at_end) {
        (true, false) => String::new(),
        (true, true) => "/".into(),
        (false, false) => format!("/{rest}"),
        (false, true) => format!("/{rest}/"),
    }
}

fn parse(raw: &str) -> Result<Vec<Segment>> {
    let pattern = raw.trim_matches('/');
    let (pattern, wildcard) = match pattern.strip_suffix("...") {
        Some(head) if head.is_empty() || head.ends_with('/') => (head.trim_end_matches('/'), true),
        _ => (pattern, false),
    };
    let mut segments = Vec::new();
    for part in pattern.split('/').filter(|_| !pattern.is_empty()) {
        ensure!(!part.is_empty(), "route `{raw}` has an empty segment");
        ensure!(
            !part.contains("..."),
            "route `{raw}`: `...` stands only at the end, after a slash"
        );
        segments.push(match part.strip_prefix(':') {
            Some("") => anyhow::bail!("route `{raw}` has a parameter without a name"),
            Some(name) => Segment::Param(name.into()),
            None => Segment::Exact(part.into()),
        });
    }
    if wildcard {
        segments.push(Segment::Wildcard);
    }
    Ok(segments)
}

fn specificity(a: &[Segment], b: &[Segment]) -> Ordering {
    let rank = |segment: &Segment| match segment {
        Segment::Exact(_) => 2,
        Segment::Param(_) => 1,
        Segment::Wildcard => 0,
    };
    // A route that has ended is more specific than one that goes on with a wildcard.
    a.iter()
        .map(rank)
        .chain([3])
        .cmp(b.iter().map(rank).chain([3]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn router(routes: &[&str]) -> Router {
        Router::new(
            routes
                .iter()
                .map(|route| ((*route).to_owned(), (*route).to_owned())),
        )
        .unwrap()
    }

    #[track_caller]
    fn check(routes: &[&str], path: &str, expected: Option<&str>) {
        let router = router(routes);
        assert_eq!(router.find(path).map(|found| found.raw), expected, "{path}");
    }

    #[test]
    fn exact_beats_param_beats_the_longest_wildcard() {
        let routes = ["/...", "/a/...", "/a/:p", "/a/b", "/a/b/...", "/:p/b/c"];
        check(&routes, "/a/b", Some("/a/b"));
        check(&routes, "/a/c", Some("/a/:p"));
        check(&routes, "/a/c/d", Some("/a/..."));
        check(&routes, "/a/b/c", Some("/a/b/..."));
        check(&routes, "/x/b/c", Some("/:p/b/c"));
        check(&routes, "/x", Some("/..."));
        check(&routes, "/", Some("/..."));
        let backwards: Vec<_> = routes.into_iter().rev().collect();
        check(&backwards, "/a/b", Some("/a/b"));
        check(&backwards, "/a/b/c", Some("/a/b/..."));
    }

    #[test]
    fn a_wildcard_keeps_its_part_of_the_path() {
        let router = router(&["/a/...", "/t/:t/..."]);
        for (path, trailing) in [
            ("/a", ""),
            ("/a/", "/"),
            ("/a/b", "/b"),
            ("/a/b/", "/b/"),
            ("/a/b//c", "/b//c"),
        ] {
            assert_eq!(router.find(path).unwrap().trailing, trailing, "{path}");
        }
        let found = router.find("/t/x/y").unwrap();
        assert_eq!((found.params["t"], found.trailing.as_str()), ("x", "/y"));
    }

    #[test]
    fn a_segment_that_is_empty_or_longer_does_not_match() {
        for path in ["/ab", "/", "/b/a", "/t", "/t//x"] {
            check(&["/a", "/a/...", "/t/:t", "/t/:t/..."], path, None);
        }
        check(&["/a"], "/a/", Some("/a"));
        check(&["/"], "/", Some("/"));
        check(&["/"], "/a", None);
    }

    #[test]
    fn of_two_equal_routes_the_later_counts() {
        let routes = [
            ("/a".to_owned(), "first".to_owned()),
            ("/a".to_owned(), "second".to_owned()),
        ];
        assert_eq!(
            Router::new(routes).unwrap().find("/a").unwrap().component,
            "second"
        );
    }

    #[test]
    fn err_patterns() {
        for route in ["/a//b", "/a/.../b", "/a...", "/:"] {
            assert!(parse(route).is_err(), "{route}");
        }
    }
}
