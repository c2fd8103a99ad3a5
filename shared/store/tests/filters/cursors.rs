//! Pages by cursor and by index.

use std::ops::Range;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use rollcall_core::{AttrPath, Filter, ResourceType, Sort, testing};
use rollcall_store::{Part, Start};

use super::random::worlds;
use super::world::{Entry, GROUPS, USERS, World, all};

/// What to sort by: attributes that all have, that some have, and that groups lack; with an index in that order and
/// without.
const SORTS: &[&str] = &[
    "userName",
    "userName",
    "displayName",
    "title",
    "name.familyName",
    "emails.value",
    "active",
    "groups.display",
    "members.value",
    "meta.created",
    "meta.lastModified",
    "id",
];

/// A filter over all types.
fn filter() -> impl Strategy<Value = Filter> {
    let texts = &["u1", "g0", "g1"];
    let range = (
        select(vec!["userName", "displayName", "title"]),
        select(testing::TEXTS),
    );
    let range = range.prop_map(|(name, text)| {
        let filter = format!("{name} sw {} and id pr", serde_json::Value::from(text));
        Filter::parse(&filter).unwrap()
    });
    prop_oneof![
        testing::filter(),
        testing::groups_filter(texts),
        testing::group_filter(texts),
        range
    ]
}

fn sort<'t>(by: Option<&str>, descends: bool, rt: &'t ResourceType) -> Option<Sort<'t>> {
    let order = if descends { "descending" } else { "ascending" };
    rt.resolve(&AttrPath::parse(by?).unwrap())?;
    Some(Sort::parse(by?, Some(order), rt).unwrap())
}

/// Walks from one end to the other and back, and demands that each page has what the whole list has there.
#[track_caller]
fn walk(world: &World, parts: &[Part<'_>], limit: u32, expected: &[&Entry], what: &str) {
    let size = usize::try_from(limit).unwrap();
    let total = expected.len();
    let mut place = None;
    let mut at = 0;
    while at < total {
        let start = place.map_or(Start::Offset(0), Start::After);
        let page = world.list(parts, start, limit);
        let end = total.min(at + size);
        world.check(&page, &expected[at..end], what);
        assert_eq!(
            (page.total, page.more),
            (total as u64, end < total),
            "{what}"
        );
        at = end;
        place = page.ends.map(|(_, last)| last);
    }
    let Some(end) = place else {
        let page = world.list(parts, Start::Offset(0), limit);
        assert!(page.resources.is_empty() && !page.more && page.ends.is_none());
        return;
    };
    let page = world.list(parts, Start::After(end.clone()), limit);
    assert!(
        page.resources.is_empty() && !page.more,
        "{what}: after the last"
    );
    // Back again: the last one stands on no page before it.
    let (mut place, mut at) = (end, total - 1);
    while at > 0 {
        let page = world.list(parts, Start::Before(place), limit);
        let first = at.saturating_sub(size);
        world.check(&page, &expected[first..at], what);
        assert_eq!((page.total, page.more), (total as u64, first > 0), "{what}");
        at = first;
        place = page.ends.unwrap().0;
    }
    let page = world.list(parts, Start::Before(place), limit);
    assert!(
        page.resources.is_empty() && !page.more,
        "{what}: before the first"
    );
}

/// A list that is walked.
#[derive(Clone, Debug)]
struct Paged {
    sort_by: Option<&'static str>,
    descends: bool,
    limit: u32,
    filter: Option<Filter>,
    /// Users, groups, or both.
    types: Range<usize>,
}

fn paged() -> impl Strategy<Value = Paged> {
    let sort_by = proptest::option::weighted(0.9, select(SORTS));
    let filter = proptest::option::of(filter());
    let types = select(vec![0..1, 1..2, 0..2]);
    (sort_by, any::<bool>(), 1_u32..6, filter, types).prop_map(
        |(sort_by, descends, limit, filter, types)| Paged {
            sort_by,
            descends,
            limit,
            filter,
            types,
        },
    )
}

#[track_caller]
fn check(world: &World, query: &Paged) {
    let types = [&*USERS, &*GROUPS];
    let types = &types[query.types.clone()];
    let bind = |rt: &&'static ResourceType| {
        let filter = query.filter.as_ref();
        filter.map(|filter| filter.bind_lenient(rt)).transpose()
    };
    let bound = types
        .iter()
        .map(bind)
        .collect::<Result<Vec<_>, _>>()
        .unwrap();
    let sort = |rt: &&'static ResourceType| sort(query.sort_by, query.descends, rt);
    let sorts: Vec<Option<Sort<'_>>> = types.iter().map(sort).collect();
    if query.sort_by.is_some() && sorts.iter().all(Option::is_none) {
        return;
    }
    let parts: Vec<Part<'_>> = types
        .iter()
        .zip(&bound)
        .zip(&sorts)
        .map(|((rt, filter), sort)| Part {
            filter: filter.as_ref(),
            sort: sort.as_ref(),
            ..all(rt)
        })
        .collect();
    let expected = world.listed(&parts, sorts.iter().flatten().next());
    let what = format!("{query:?}");
    walk(world, &parts, query.limit, &expected, &what);
    for offset in 0..expected.len() + 2 {
        let page = world.list(&parts, Start::Offset(offset as u64), query.limit);
        let rest = expected.iter().copied().skip(offset);
        let rest: Vec<&Entry> = rest.take(query.limit as usize).collect();
        world.check(&page, &rest, &what);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    #[test]
    fn pages_make_up_the_list(world in worlds(), queries in vec(paged(), 6)) {
        for query in &queries {
            check(&world, query);
        }
    }

    #[test]
    fn a_place_stays_one_when_its_resource_goes(world in worlds(), at in any::<Index>(), by in proptest::option::of(select(SORTS)), descends in any::<bool>()) {
        let mut world = world;
        let sort = sort(by, descends, &USERS);
        if by.is_some() && sort.is_none() {
            return Ok(());
        }
        let parts = [Part { sort: sort.as_ref(), ..all(&USERS) }];
        let count = world.listed(&parts, sort.as_ref()).len();
        let at = at.index(count);
        let page = world.list(&parts, Start::Offset(at as u64), 1);
        let (place, _) = page.ends.unwrap();
        let resource = &page.resources[0].1.resource().unwrap();
        world.delete(&resource.id, resource.modified);
        let expected = world.listed(&parts, sort.as_ref());
        let after = world.list(&parts, Start::After(place.clone()), 100);
        world.check(&after, &expected[at..], "after");
        let before = world.list(&parts, Start::Before(place), 100);
        world.check(&before, &expected[..at], "before");
    }
}
