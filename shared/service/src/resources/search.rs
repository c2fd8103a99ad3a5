//! Finding resources (RFC 7644 §3.4.2), page by page (RFC 9865).

use rollcall_core::{Bound, Filter, ResourceType, ScimError, Sort};
use rollcall_store::{Database, Found, Part, Place, Query, Start};

use super::cursor::{Cursor, Direction, Fingerprint};
use crate::error::Error;
use crate::session::Session;

/// How many resources a page has when the client doesn't say.
pub const DEFAULT_COUNT: u32 = 100;

/// How many resources a page has at the most.
pub const MAX_COUNT: u32 = 500;

/// What the client asks for, from a query string or the body of a `.search`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchRequest {
    /// Which resources.
    pub filter: Option<String>,
    /// The attribute to sort by.
    pub sort_by: Option<String>,
    /// `ascending`, which is the default, or `descending`.
    pub sort_order: Option<String>,
    /// The 1-based index of the first one of the page.
    pub start_index: Option<i64>,
    /// The size of the page.
    pub count: Option<i64>,
    /// Where the page is, if the client pages by cursor; an empty one is that of the first page.
    pub cursor: Option<String>,
}

/// A resource type that is searched.
#[derive(Clone, Copy, Debug)]
pub struct Searched<'t> {
    /// The type.
    pub resource_type: &'t ResourceType,
    /// The sub-attributes of its relations that are shown.
    pub related: &'t [String],
}

/// A page of results (RFC 7644 §3.4.2, Table 3).
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    /// How many resources match in all.
    pub total: u64,
    /// Where the page is, and how to get to the others.
    pub paging: Paging,
    /// The page, each resource with the number of its type.
    pub resources: Vec<(usize, Found)>,
}

/// Where a page is.
#[derive(Clone, Debug, PartialEq)]
pub enum Paging {
    /// At this 1-based index.
    Index(u64),
    /// Between two cursors (RFC 9865).
    Cursor {
        /// That of the page before, unless this is the first.
        previous: Option<String>,
        /// That of the page after, unless this is the last.
        next: Option<String>,
    },
}

/// Finds resources of some types. In a search over several, an attribute that a type lacks has no value.
///
/// # Errors
/// 400 `invalidFilter`, `invalidPath`, `invalidValue`, `invalidCursor`, `expiredCursor` or `invalidCount`; 401; 403
/// `sensitive`.
pub async fn search<D: Database>(
    session: &Session<'_, D>,
    types: &[Searched<'_>],
    request: &SearchRequest,
) -> Result<Results, Error> {
    let filter = request.filter.as_deref().map(Filter::parse).transpose()?;
    let bound = types
        .iter()
        .map(|searched| bind(filter.as_ref(), searched.resource_type, types.len() > 1))
        .collect::<Result<Vec<_>, _>>()?;
    let sorts = sorts(types, request)?;
    let parts: Vec<Part<'_>> = types
        .iter()
        .zip(&bound)
        .zip(&sorts)
        .map(|((searched, filter), sort)| Part {
            resource_type: searched.resource_type,
            filter: filter.as_ref(),
            sort: sort.as_ref(),
            related: searched.related,
        })
        .collect();
    // RFC 7644 §3.4.2.4: "A negative value SHALL be interpreted as '0'."
    let count = request.count.map_or(DEFAULT_COUNT, |count| {
        u32::try_from(count.max(0)).unwrap_or(MAX_COUNT)
    });
    let limit = count.min(MAX_COUNT);
    let fingerprint = Fingerprint::of(session, types, request, limit);
    let (start, index) = start(session, request, &fingerprint)?;
    let query = Query {
        parts: &parts,
        order: sorts
            .iter()
            .flatten()
            .map(|sort| sort.order)
            .next()
            .unwrap_or_default(),
        start,
        limit,
        base: session.base,
    };
    let page = session.store.list(&session.caller(), &query).await?;
    let paging = match index {
        Some(index) => Paging::Index(index),
        None => {
            let (before, after) = match (&query.start, page.more) {
                (Start::Offset(_), more) => (false, more),
                (Start::After(_), more) => (true, more),
                (Start::Before(_), more) => (more, true),
            };
            let cursor =
                |direction, place: Place| Cursor { direction, place }.seal(session, &fingerprint);
            let (first, last) = page.ends.clone().unzip();
            Paging::Cursor {
                previous: first
                    .filter(|_| before)
                    .map(|place| cursor(Direction::Back, place)),
                next: last
                    .filter(|_| after)
                    .map(|place| cursor(Direction::On, place)),
            }
        }
    };
    Ok(Results {
        total: page.total,
        paging,
        resources: page.resources,
    })
}

fn bind<'t>(
    filter: Option<&Filter>,
    resource_type: &'t ResourceType,
    is_one_of_many: bool,
) -> Result<Option<Bound<'t>>, ScimError> {
    filter
        .map(|filter| {
            if is_one_of_many {
                filter.bind_lenient(resource_type)
            } else {
                filter.bind(resource_type)
            }
        })
        .transpose()
}

/// What each type is sorted by. One that lacks the attribute has no value to sort by; if all lack it, that is an error.
fn sorts<'t>(
    types: &[Searched<'t>],
    request: &SearchRequest,
) -> Result<Vec<Option<Sort<'t>>>, ScimError> {
    let Some(by) = request.sort_by.as_deref() else {
        return Ok(types.iter().map(|_| None).collect());
    };
    let parsed: Vec<Result<Sort<'t>, ScimError>> = types
        .iter()
        .map(|searched| Sort::parse(by, request.sort_order.as_deref(), searched.resource_type))
        .collect();
    if let Some(Err(error)) = parsed.first().filter(|_| parsed.iter().all(Result::is_err)) {
        return Err(error.clone());
    }
    Ok(parsed.into_iter().map(Result::ok).collect())
}

/// Where the page is, and its index if the client does not page by cursor.
fn start<D: Database>(
    session: &Session<'_, D>,
    request: &SearchRequest,
    fingerprint: &Fingerprint,
) -> Result<(Start, Option<u64>), ScimError> {
    let Some(cursor) = request.cursor.as_deref() else {
        // RFC 7644 §3.4.2.4: "A value less than 1 SHALL be interpreted as 1."
        let index = request
            .start_index
            .and_then(|index| u64::try_from(index).ok())
            .unwrap_or_default()
            .max(1);
        return Ok((Start::Offset(index - 1), Some(index)));
    };
    if request.start_index.is_some() {
        return Err(ScimError::invalid_value(
            "`startIndex` and `cursor` exclude each other: give one",
        ));
    }
    // RFC 9865 §2: "The cursor value MUST be empty or omitted for the first request"
    if cursor.is_empty() {
        return Ok((Start::Offset(0), None));
    }
    let Cursor { direction, place } = Cursor::open(cursor, session, fingerprint)?;
    let start = match direction {
        Direction::On => Start::After(place),
        Direction::Back => Start::Before(place),
    };
    Ok((start, None))
}
