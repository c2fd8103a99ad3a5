//! Which rows are on a page: their numbers and the keys that they are sorted by.

use std::ptr;

use rollcall_core::{Bound, CompareOp, Mutability, SortOrder, Target};

use super::source::Source;
use super::{Part, Query, Start};
use crate::access::Caller;
use crate::filter::{Compiler, Parameters, SortKey};

/// More than any list has; the size of a page can be added to it.
const MAX_OFFSET: i64 = i64::MAX / 2;

/// The query for `row` and `key` of a page, and of one row more, which tells whether the list goes on.
pub(super) fn select(
    query: &Query<'_>,
    sources: &[Source],
    caller: &Caller<'_>,
    parameters: &mut Parameters,
) -> String {
    let offset = match query.start {
        Start::Offset(offset) => i64::try_from(offset).unwrap_or(MAX_OFFSET).min(MAX_OFFSET),
        Start::After(_) | Start::Before(_) => 0,
    };
    let limit = parameters.bind(i64::from(query.limit) + 1);
    let offset = parameters.bind(offset);
    let bounds = Bounds {
        after: after(query, parameters),
        // SQLite compiles a statement anew each time that a bare parameter limits it, hence `+ 0`.
        most: format!("{limit} + {offset}"),
        descends: descends(query),
        is_sorted: query.parts.iter().any(|part| part.sort.is_some()),
    };
    let parts: Vec<String> = query
        .parts
        .iter()
        .zip(sources)
        .map(|(part, source)| {
            let tenant = caller.settings.tenant;
            let mut compiler = Compiler::new(part.resource_type, tenant, query.base, parameters);
            part_of(part, source, &bounds, &mut compiler)
        })
        .collect();
    format!(
        "SELECT row, key FROM ({}) ORDER BY {} LIMIT {limit} + 0 OFFSET {offset} + 0",
        parts.join(" UNION ALL "),
        bounds.order("key", "row")
    )
}

/// The order of the page's rows.
pub(super) fn order(query: &Query<'_>) -> String {
    order_by("key", "row", descends(query))
}

/// Whether the greatest key is looked for first.
pub(super) fn descends(query: &Query<'_>) -> bool {
    let backwards = matches!(query.start, Start::Before(_));
    (query.order == SortOrder::Descending) != backwards
}

/// RFC 7644 §3.4.2.3: missing values come last when ascending, first when descending.
fn order_by(key: &str, row: &str, descends: bool) -> String {
    if descends {
        format!("{key} DESC NULLS FIRST, {row} DESC")
    } else {
        format!("{key} ASC NULLS LAST, {row} ASC")
    }
}

/// What every part of a page has in common.
struct Bounds {
    /// The place after which the page begins, in the direction in which it is looked for: the names of the parameters.
    after: Option<After>,
    /// How many rows a part has to give at the most.
    most: String,
    descends: bool,
    /// Whether the list is sorted by an attribute, which some of the types may lack.
    is_sorted: bool,
}

struct After {
    /// The parameter with the key, or `None` for NULL.
    key: Option<String>,
    row: String,
}

fn after(query: &Query<'_>, parameters: &mut Parameters) -> Option<After> {
    let (Start::After(place) | Start::Before(place)) = &query.start else {
        return None;
    };
    Some(After {
        key: place.key.value().map(|key| parameters.bind(key)),
        row: parameters.bind(place.row),
    })
}

impl Bounds {
    fn order(&self, key: &str, row: &str) -> String {
        order_by(key, row, self.descends)
    }

    /// The condition that a row comes after the place; `AND …`, or nothing.
    fn condition(&self, key: &str, row: &str) -> String {
        let Some(after) = &self.after else {
            return String::new();
        };
        let last = &after.row;
        match (&after.key, self.descends) {
            (Some(at), false) => format!(" AND (({key}, {row}) > ({at}, {last}) OR {key} IS NULL)"),
            (Some(at), true) => format!(" AND ({key}, {row}) < ({at}, {last})"),
            (None, false) => format!(" AND {key} IS NULL AND {row} > {last}"),
            (None, true) => format!(" AND ({key} IS NOT NULL OR {row} < {last})"),
        }
    }

    /// The same for keys that are never NULL; nothing comes after NULL then.
    fn condition_of_present(&self, key: &str, row: &str) -> String {
        let Some(after) = &self.after else {
            return String::new();
        };
        let last = &after.row;
        match (&after.key, self.descends) {
            (Some(at), false) => format!(" AND ({key}, {row}) > ({at}, {last})"),
            (Some(at), true) => format!(" AND ({key}, {row}) < ({at}, {last})"),
            (None, false) => " AND 0".to_owned(),
            (None, true) => String::new(),
        }
    }
}

fn part_of(
    part: &Part<'_>,
    source: &Source,
    bounds: &Bounds,
    compiler: &mut Compiler<'_>,
) -> String {
    let key = match part.sort {
        Some(sort) => compiler.sort_key(&sort.target),
        None if bounds.is_sorted => SortKey::none(),
        None => SortKey::created(),
    };
    if let Some(walk) = &key.walk
        && is_walked(part)
    {
        return walked(part, bounds, compiler, &key, walk);
    }
    let SortKey {
        expression, join, ..
    } = &key;
    let after = if bounds.is_sorted {
        bounds.condition(expression, "r.seq")
    } else {
        bounds.condition_of_present(expression, "r.seq")
    };
    let matching = match source {
        Source::Found { name, .. } => {
            format!("FROM {name} CROSS JOIN resource r ON r.seq = {name}.seq {join} WHERE 1")
        }
        Source::Type if join.is_empty() => compiler.matching(part.filter),
        Source::Type => {
            let matching = compiler.matching(part.filter);
            format!("FROM (SELECT r.seq {matching}) r {join} WHERE 1")
        }
    };
    // The direction alone, where an index has it: `NULLS LAST` would keep SQLite from using it.
    let order = if bounds.is_sorted {
        bounds.order("key", "row")
    } else {
        direction("key", "row", bounds.descends)
    };
    format!(
        "SELECT row, key FROM (SELECT r.seq AS row, {expression} AS key {matching}{after} ORDER BY {order} LIMIT {})",
        bounds.most
    )
}

/// Whether it is better to go through the sorted keys, and look at each resource, than to sort what a filter finds.
pub(super) fn is_walked(part: &Part<'_>) -> bool {
    match part.filter {
        None => true,
        Some(filter) => range(part, filter).is_some() || !Compiler::finds(filter),
    }
}

/// The part of a filter that is a range of the keys: `userName sw "a"` in a list that is sorted by userName.
fn range<'b>(part: &Part<'_>, filter: &'b Bound<'b>) -> Option<&'b Bound<'b>> {
    match filter {
        Bound::And(terms) => terms.iter().find_map(|term| range(part, term)),
        Bound::Compare(target, op, _) => {
            let is_key = part.sort.is_some_and(|sort| sort.target == *target);
            let is_range = op.is_ordering() || *op == CompareOp::Sw;
            (is_key && is_range).then_some(filter)
        }
        _ => None,
    }
}

/// The rows with a key, from the index that has them in order, and those without one.
fn walked(
    part: &Part<'_>,
    bounds: &Bounds,
    compiler: &mut Compiler<'_>,
    key: &SortKey,
    (table, walk): &(&'static str, String),
) -> String {
    let most = &bounds.most;
    let range = part.filter.and_then(|filter| range(part, filter));
    let within = match range {
        Some(Bound::Compare(_, op, operand)) => {
            format!(" AND {}", compiler.test("s.value", *op, operand))
        }
        _ => String::new(),
    };
    // A path is of one tenant and type, so the keys alone say what is in the range.
    let (look, condition) = match part.filter {
        None => (String::new(), String::new()),
        Some(filter) if range.is_some_and(|range| ptr::eq(range, filter)) => {
            (String::new(), String::new())
        }
        Some(filter) => (
            "CROSS JOIN resource r ON r.seq = s.resource".to_owned(),
            format!(" AND {}", compiler.condition(filter, None)),
        ),
    };
    let after = bounds.condition_of_present("s.value", "s.resource");
    let order = direction("s.value", "s.resource", bounds.descends);
    let present = format!(
        "SELECT s.resource AS row, s.value AS key FROM {table} s {look} \
         WHERE {walk}{within}{after}{condition} ORDER BY {order} LIMIT {most}"
    );
    // What is in a range has a key.
    let is_always_present = part.sort.is_some_and(|sort| is_always_there(&sort.target));
    let after_key = bounds.after.as_ref().map(|after| after.key.is_some());
    // When descending, those without a key come first.
    let is_past_absent = bounds.descends && after_key == Some(true);
    if is_always_present || !within.is_empty() || is_past_absent {
        return format!("SELECT row, key FROM ({present})");
    }
    let is_past_present = !bounds.descends && after_key == Some(false);
    let gate = if bounds.descends || is_past_present {
        "(SELECT 0 AS present)".to_owned()
    } else {
        // They are looked for only where the others don't fill the page.
        format!("(SELECT count(*) AS present FROM ({present}))")
    };
    let SortKey { join, .. } = key;
    let own = compiler.own();
    let after = bounds.condition("NULL", "r.seq");
    let order = direction("r.seq", "r.seq", bounds.descends);
    let absent = format!(
        "SELECT r.seq AS row, NULL AS key FROM {gate} p CROSS JOIN resource r {join} \
         WHERE p.present < {most} AND s.resource IS NULL AND {own}{condition}{after} ORDER BY {order} LIMIT {most}"
    );
    if is_past_present {
        return format!("SELECT row, key FROM ({absent})");
    }
    format!("SELECT row, key FROM ({absent}) UNION ALL SELECT row, key FROM ({present})")
}

/// Whether every resource has the attribute. One that an extension requires is there only if the extension is.
fn is_always_there(target: &Target<'_>) -> bool {
    let is_own = target.extension.is_none() && target.sub.is_none();
    is_own && target.attr.required && target.attr.mutability != Mutability::ReadOnly
}

fn direction(key: &str, row: &str, descends: bool) -> String {
    if descends {
        format!("{key} DESC, {row} DESC")
    } else {
        format!("{key}, {row}")
    }
}
