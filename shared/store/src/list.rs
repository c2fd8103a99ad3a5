//! Resources by what they are: filter, sort, page (RFC 7644 §3.4.2).

use rollcall_core::{Bound, Resource, ResourceType, Sort, SortOrder, Timestamp};

use crate::access::{self, Access, OPEN};
use crate::error::StoreError;
use crate::filter::Compiler;
use crate::resources::{self, MAX_DOCUMENT};
use crate::sql::Database;
use crate::store::Store;

/// What to list.
#[derive(Debug)]
pub struct Query<'q> {
    /// Which resources; all of the type without one.
    pub filter: Option<&'q Bound<'q>>,
    /// In which order; the order of creation without one.
    pub sort: Option<&'q Sort<'q>>,
    /// How many of them to skip.
    pub offset: u64,
    /// How many to return at the most; with 0 they are only counted.
    pub limit: u32,
    /// What `meta.location` of these resources is before the id.
    pub location: &'q str,
}

/// How many bytes of documents a page holds before it is cut; it always holds one. RFC 7644 §3.4.2.4 lets a page have
/// fewer resources than were asked for, and clients go on after what they got.
const MAX_PAGE: usize = 8 * MAX_DOCUMENT;

/// One page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// How many resources match in all.
    pub total: u64,
    /// Those of this page, in order.
    pub resources: Vec<Resource>,
}

impl<D: Database> Store<D> {
    /// One page of the resources that a query finds, and how many it finds in all, as of one moment.
    ///
    /// # Errors
    /// [`StoreError::Unauthenticated`] when the token does not open the tenant.
    pub async fn list(
        &self,
        access: &Access,
        resource_type: &ResourceType,
        query: &Query<'_>,
        now: Timestamp,
    ) -> Result<Page, StoreError> {
        let mut compiler = Compiler::new(
            resource_type,
            query.location,
            access::parameters(access, now),
        );
        let matching = compiler.matching(query.filter);
        let total = if query.filter.is_some() {
            format!("SELECT count(*) {matching}")
        } else {
            let type_name = compiler.bind(resource_type.name.as_str());
            format!(
                "SELECT count FROM counter WHERE tenant = (SELECT tenant FROM open) AND type = {type_name}"
            )
        };
        let statement = if query.limit == 0 {
            format!(
                "WITH {OPEN} SELECT coalesce(({total}), 0), NULL, NULL, NULL, NULL, NULL FROM open"
            )
        } else {
            let (key, join) = match query.sort {
                Some(sort) => compiler.sort_key(&sort.target),
                None => ("NULL".to_owned(), String::new()),
            };
            // RFC 7644 §3.4.2.3: missing values come last when ascending, first when descending.
            let order = match query.sort.map(|sort| sort.order) {
                Some(SortOrder::Ascending) => "key ASC NULLS LAST, row",
                Some(SortOrder::Descending) => "key DESC NULLS FIRST, row",
                None => "row",
            };
            let limit = compiler.bind(i64::from(query.limit));
            let offset = compiler.bind(i64::try_from(query.offset).unwrap_or(i64::MAX));
            // SQLite compiles a statement anew each time that a bare parameter limits it, hence `+ 0`.
            // The page is cut on narrow index rows; only its own documents are read.
            format!(
                "WITH {OPEN}, page(row, key) AS (\
                 SELECT r.seq AS row, {key} AS key FROM (SELECT r.* {matching}) r {join} \
                 ORDER BY {order} LIMIT {limit} + 0 OFFSET {offset} + 0) \
                 SELECT coalesce(({total}), 0), r.id, r.version, r.created, r.modified, r.doc \
                 FROM open LEFT JOIN ( \
                 SELECT row, key, r.*, sum(octet_length(r.doc)) OVER (ORDER BY {order}) AS bytes \
                 FROM page JOIN resource r ON r.seq = page.row) r \
                 ON r.bytes - octet_length(r.doc) < {MAX_PAGE} ORDER BY {order}"
            )
        };
        let rows = self.run(&statement, compiler.into_parameters()).await?;
        let Some(first) = rows.first() else {
            return Err(StoreError::Unauthenticated);
        };
        let total = first
            .integer(0)?
            .and_then(|count| u64::try_from(count).ok())
            .unwrap_or_default();
        let found = rows
            .iter()
            .filter_map(|row| resources::read(row, 1).transpose());
        Ok(Page {
            total,
            resources: found.collect::<Result<_, _>>()?,
        })
    }
}
