//! Where the matching resources of each part of a list come from, and how they are counted.

use super::page::is_walked;
use super::{Part, Query};
use crate::access::Caller;
use crate::filter::{Compiler, Parameters};

/// The matching resources of a part.
pub(super) enum Source {
    /// What the index finds: the name of the common table expression with their `seq`, and its query.
    Found { name: String, query: String },
    /// Those of the type that match, each of them looked at.
    Type,
}

/// The sources of a query's parts.
pub(super) fn of(
    query: &Query<'_>,
    caller: &Caller<'_>,
    parameters: &mut Parameters,
) -> Vec<Source> {
    let found = query.parts.iter().enumerate().map(|(number, part)| {
        let query = compiler(query, part, caller, parameters).found(part.filter?)?;
        let name = format!("match{number}");
        Some(Source::Found { name, query })
    });
    found.map(|found| found.unwrap_or(Source::Type)).collect()
}

/// The number of resources that match.
pub(super) fn total(
    query: &Query<'_>,
    sources: &[Source],
    caller: &Caller<'_>,
    parameters: &mut Parameters,
) -> String {
    let parts = query.parts.iter().zip(sources);
    let counts: Vec<String> = parts
        .map(|(part, source)| match source {
            // A page that is walked to needs no more of them than their number.
            Source::Found { name, .. } if query.limit > 0 && !is_walked(part) => {
                format!("(SELECT count(*) FROM {name})")
            }
            Source::Found { query, .. } => format!("(SELECT count(*) FROM ({query}))"),
            Source::Type => {
                let mut compiler = compiler(query, part, caller, parameters);
                match part.filter {
                    Some(_) => format!("(SELECT count(*) {})", compiler.matching(part.filter)),
                    None => {
                        let counter = compiler.counter();
                        format!("coalesce((SELECT count FROM counter WHERE {counter}), 0)")
                    }
                }
            }
        })
        .collect();
    counts.join(" + ")
}

/// The common table expressions of the sources, each with a comma before it.
pub(super) fn expressions(sources: &[Source]) -> String {
    let expressions = sources.iter().filter_map(|source| match source {
        Source::Found { name, query } => Some(format!(", {name}(seq) AS MATERIALIZED ({query})")),
        Source::Type => None,
    });
    expressions.collect()
}

fn compiler<'c>(
    query: &Query<'c>,
    part: &Part<'c>,
    caller: &Caller<'_>,
    parameters: &'c mut Parameters,
) -> Compiler<'c> {
    let tenant = caller.settings.tenant;
    Compiler::new(part.resource_type, tenant, query.base, parameters)
}
