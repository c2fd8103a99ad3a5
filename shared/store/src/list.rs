//! Resources by what they are: filter, sort, page (RFC 7644 §3.4.2, RFC 9865).

mod page;
mod source;

use std::cmp::Ordering;

use rollcall_core::{Bound, ResourceType, Sort, SortOrder};

use self::source::Source;
use crate::access::{self, Caller, opened};
use crate::error::StoreError;
use crate::filter::Parameters;
use crate::read::{Found, found};
use crate::relations;
use crate::sql::{Database, Row, Value};
use crate::store::Store;
use crate::write::MAX_DOCUMENT;

/// What to list.
#[derive(Debug)]
pub struct Query<'q> {
    /// Which resources, by type; no type twice.
    pub parts: &'q [Part<'q>],
    /// In which direction they are sorted.
    pub order: SortOrder,
    /// Where the page is.
    pub start: Start,
    /// How many to return at the most; with 0 they are only counted.
    pub limit: u32,
    /// The base URI of the tenant's SCIM service, without a slash at the end.
    pub base: &'q str,
}

/// What to list of one resource type.
#[derive(Debug)]
pub struct Part<'q> {
    /// The type.
    pub resource_type: &'q ResourceType,
    /// Which of its resources; all of them without one.
    pub filter: Option<&'q Bound<'q>>,
    /// What they are sorted by. If no part says, the list is in order of creation; if others do, these have no value to
    /// sort by.
    pub sort: Option<&'q Sort<'q>>,
    /// Which sub-attributes of relations are shown; with none of them, relations are not looked at.
    pub related: &'q [String],
}

/// Where a page is.
#[derive(Clone, Debug, PartialEq)]
pub enum Start {
    /// After this many resources.
    Offset(u64),
    /// After the resource at this place.
    After(Place),
    /// Before the resource at this place.
    Before(Place),
}

/// The place of a resource in a sorted list. It stays one when the resource goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// What it is sorted by.
    pub key: Key,
    /// Tells it from others with the same key.
    pub row: i64,
}

impl Place {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key).then(self.row.cmp(&other.row))
    }
}

/// What a resource is sorted by.
#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Real(f64),
    /// It has no value.
    None,
}

impl Key {
    fn of(value: Option<&Value>) -> Self {
        match value {
            Some(Value::Text(text)) => Self::Text(text.clone()),
            Some(Value::Integer(number)) => Self::Integer(*number),
            Some(Value::Real(number)) => Self::Real(*number),
            Some(Value::Blob(_) | Value::Null) | None => Self::None,
        }
    }

    /// The order of SQLite, and NULL after everything.
    fn cmp(&self, other: &Self) -> Ordering {
        let number = |key: &Self| match key {
            Self::Integer(number) => Some(*number as f64),
            Self::Real(number) => Some(*number),
            Self::Text(_) | Self::None => None,
        };
        match (self, other) {
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            (Self::Integer(one), Self::Integer(other)) => one.cmp(other),
            _ => match (number(self), number(other)) {
                (Some(one), Some(other)) => one.total_cmp(&other),
                _ => self.rank().cmp(&other.rank()),
            },
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Integer(_) | Self::Real(_) => 0,
            Self::Text(_) => 1,
            Self::None => 2,
        }
    }

    /// As a parameter; `None` for NULL, which compares with nothing.
    fn value(&self) -> Option<Value> {
        match self {
            Self::Text(text) => Some(text.as_str().into()),
            Self::Integer(number) => Some((*number).into()),
            Self::Real(number) => Some((*number).into()),
            Self::None => None,
        }
    }
}

/// How many bytes of documents a page holds before it is cut; it always holds one. RFC 7644 §3.4.2.4 lets a page have
/// fewer resources than were asked for, and clients go on after what they got.
const MAX_PAGE: usize = 8 * MAX_DOCUMENT;

/// About how many bytes a page has for each member of a group.
const MEMBER_SIZE: usize = 200;

/// One page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// How many resources match in all.
    pub total: u64,
    /// Those of this page, in order, each with the number of its part.
    pub resources: Vec<(usize, Found)>,
    /// The places of the first and the last one.
    pub ends: Option<(Place, Place)>,
    /// Whether there are more in the direction in which the page was looked for.
    pub more: bool,
}

impl<D: Database> Store<D> {
    /// One page of the resources that a query finds, and how many it finds in all, as of one moment.
    ///
    /// # Errors
    /// [`StoreError::Unauthenticated`] when the token does not open the tenant; [`StoreError::Reconfigured`].
    pub async fn list(&self, caller: &Caller<'_>, query: &Query<'_>) -> Result<Page, StoreError> {
        let mut parameters = Parameters::new(access::parameters(caller.access, caller.now));
        let sources = source::of(query, caller, &mut parameters);
        let total = source::total(query, &sources, caller, &mut parameters);
        let statement = if query.limit == 0 {
            let open = access::open(caller.access);
            format!("WITH {open} SELECT open.revision, {total} FROM open")
        } else {
            statement(query, &sources, caller, &total, &mut parameters)
        };
        let mut rows = self.run(&statement, parameters.into_values()).await?;
        let first = opened(&rows, caller)?;
        let count = |value: Option<i64>| value.and_then(|count| u64::try_from(count).ok());
        let total = count(first.integer(1)?).unwrap_or_default();
        if query.limit == 0 {
            return Ok(Page {
                total,
                resources: Vec::new(),
                ends: None,
                more: false,
            });
        }
        let selected = count(first.integer(2)?).unwrap_or_default();
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let mut listed = Vec::with_capacity(rows.len());
        for row in &mut rows {
            listed.extend(read(row, query)?);
        }
        // Sorting wide rows would cost the database more.
        listed.sort_by(|(one, ..), (other, ..)| {
            let order = one.cmp(other);
            if page::descends(query) {
                order.reverse()
            } else {
                order
            }
        });
        listed.truncate(limit);
        let more = selected > listed.len() as u64;
        if matches!(query.start, Start::Before(_)) {
            listed.reverse();
        }
        let ends = listed
            .first()
            .zip(listed.last())
            .map(|(first, last)| (first.0.clone(), last.0.clone()));
        Ok(Page {
            total,
            resources: listed
                .into_iter()
                .map(|(_, part, found)| (part, found))
                .collect(),
            ends,
            more,
        })
    }
}

fn statement(
    query: &Query<'_>,
    sources: &[Source],
    caller: &Caller<'_>,
    total: &str,
    parameters: &mut Parameters,
) -> String {
    let expressions = source::expressions(sources);
    let page = page::select(query, sources, caller, parameters);
    let order = page::order(query);
    let related = related(query, parameters);
    let open = access::open(caller.access);
    // The page is cut on narrow rows, and only where it is too large; only its own documents are read.
    format!(
        "WITH {open}{expressions}, page(row, key, size) AS MATERIALIZED (\
         SELECT row, key, octet_length(doc) + {MEMBER_SIZE} * members FROM ({page}) CROSS JOIN resource ON seq = row) \
         SELECT open.revision, {total}, (SELECT count(*) FROM page), page.key, r.seq, r.type, \
         r.id, r.version, r.created, r.modified, r.doc, r.members, {related} \
         FROM open LEFT JOIN page ON (SELECT total(size) FROM page) < {MAX_PAGE} OR page.row IN (\
         SELECT row FROM (SELECT row, sum(size) OVER (ORDER BY {order}) - size AS before FROM page) \
         WHERE before < {MAX_PAGE}) \
         LEFT JOIN resource r ON r.seq = page.row"
    )
}

/// The relations of the row `r`.
fn related(query: &Query<'_>, parameters: &mut Parameters) -> String {
    let mut base = None;
    let cases: Vec<String> = query
        .parts
        .iter()
        .filter(|part| !part.related.is_empty())
        .filter_map(|part| {
            let (relation, _) = part.resource_type.related()?;
            let rendered = relations::rendered(relation, part.related, || {
                let base = base.get_or_insert_with(|| parameters.bind(query.base));
                base.clone()
            });
            Some(format!(
                "WHEN '{}' THEN {rendered}",
                part.resource_type.name
            ))
        })
        .collect();
    if cases.is_empty() {
        "NULL".to_owned()
    } else {
        format!("CASE r.type {} END", cases.join(" "))
    }
}

/// A row of a page: its place, the number of its part, the resource. `None` is the one row of an empty page.
fn read(row: &mut Row, query: &Query<'_>) -> Result<Option<(Place, usize, Found)>, StoreError> {
    let Some(found) = found(row, 6)? else {
        return Ok(None);
    };
    let damaged = || StoreError::Backend("a row of a page is damaged".into());
    let name = row.text(5)?.ok_or_else(damaged)?;
    let part = query
        .parts
        .iter()
        .position(|part| part.resource_type.name == name);
    let place = Place {
        key: Key::of(row.0.get(3)),
        row: row.integer(4)?.ok_or_else(damaged)?,
    };
    Ok(Some((place, part.ok_or_else(damaged)?, found)))
}
