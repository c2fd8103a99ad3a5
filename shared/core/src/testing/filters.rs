//! Random filters over users and groups.

use proptest::prelude::*;
use proptest::sample::select;

use super::{TIMES, text};
use crate::{AttrPath, CompareOp, Filter, Literal};

const MANAGER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";

/// Attributes that compare as text, each in some spelling.
const TEXT_PATHS: &[&str] = &[
    "userName",
    "USERNAME",
    "urn:ietf:params:scim:schemas:core:2.0:User:userName",
    "externalId",
    "displayName",
    "nickName",
    "title",
    "profileUrl",
    "name.familyName",
    "name.givenName",
    "emails",
    "emails.value",
    "emails.type",
    "emails.display",
    "phoneNumbers.value",
    "roles.value",
    "roles.display",
    "addresses.locality",
    "addresses.country",
    "x509Certificates.display",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user:Department",
    MANAGER,
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
    "schemas",
    "id",
    "meta.resourceType",
];

const BOOLEAN_PATHS: &[&str] = &[
    "active",
    "emails.primary",
    "phoneNumbers.primary",
    "roles.primary",
    "addresses.primary",
];

const TIME_PATHS: &[&str] = &["meta.created", "meta.lastModified"];

/// Attributes to which only `pr` and null apply, besides those above.
const COMPLEX_PATHS: &[&str] = &[
    "name",
    "emails",
    "phoneNumbers",
    "roles",
    "addresses",
    "x509Certificates",
    "meta",
    MANAGER,
];

/// A valid filter over a user: every operator, every type of literal, value paths, `and`, `or`, `not`.
pub fn filter() -> impl Strategy<Value = Filter> {
    let leaf = prop_oneof![4 => term(paths()), 2 => element()];
    groups(leaf.boxed(), 4)
}

/// A valid filter over a group, for the most part over its members. These texts are compared with, besides
/// [`super::TEXTS`].
pub fn group_filter(texts: &'static [&'static str]) -> impl Strategy<Value = Filter> {
    let own = Paths {
        text: &[
            "displayName",
            "externalId",
            "id",
            "schemas",
            "meta.location",
        ],
        boolean: NONE,
        time: TIME_PATHS,
        complex: &["meta"],
        literals: texts,
    };
    let leaf = prop_oneof![1 => term(own), 4 => related("members", MEMBERS_PATHS, texts)];
    groups(leaf.boxed(), 3)
}

/// A valid filter over a user, for the most part over the groups that they are in.
pub fn groups_filter(texts: &'static [&'static str]) -> impl Strategy<Value = Filter> {
    let leaf = prop_oneof![1 => term(paths()), 4 => related("groups", GROUPS_PATHS, texts)];
    groups(leaf.boxed(), 3)
}

/// A term over members or groups, with brackets and without.
fn related(
    attr: &'static str,
    text: &'static [&'static str],
    literals: &'static [&'static str],
) -> BoxedStrategy<Filter> {
    let paths = |text, complex| Paths {
        text,
        boolean: NONE,
        time: NONE,
        complex,
        literals,
    };
    let inner = groups(term(paths(&["value", "$ref", "Display", "type"], NONE)), 2);
    prop_oneof![
        3 => term(paths(text, NONE)),
        2 => inner.prop_map(move |inner| Filter::Element(path(attr), Box::new(inner))),
    ]
    .boxed()
}

const NONE: &[&str] = &[];

const MEMBERS_PATHS: &[&str] = &[
    "members",
    "members.value",
    "members.VALUE",
    "members.$ref",
    "members.display",
    "members.type",
];

const GROUPS_PATHS: &[&str] = &[
    "groups",
    "groups.value",
    "urn:ietf:params:scim:schemas:core:2.0:User:groups.value",
    "groups.$ref",
    "groups.display",
    "groups.type",
];

/// Combines terms with `and`, `or` and `not`.
fn groups(leaf: BoxedStrategy<Filter>, depth: u32) -> BoxedStrategy<Filter> {
    leaf.prop_recursive(depth, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Filter::and),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Filter::or),
            inner.prop_map(|filter| Filter::Not(Box::new(filter))),
        ]
    })
    .boxed()
}

/// The paths of a filter, by the type of what they name.
#[derive(Clone, Copy)]
struct Paths {
    text: &'static [&'static str],
    boolean: &'static [&'static str],
    time: &'static [&'static str],
    complex: &'static [&'static str],
    /// What texts are compared with, besides [`super::TEXTS`].
    literals: &'static [&'static str],
}

const fn paths() -> Paths {
    Paths {
        text: TEXT_PATHS,
        boolean: BOOLEAN_PATHS,
        time: TIME_PATHS,
        complex: COMPLEX_PATHS,
        literals: NONE,
    }
}

/// `emails[…]`, with filters over the sub-attributes.
fn element() -> BoxedStrategy<Filter> {
    let within =
        |attr: &'static str, text: &'static [&'static str], boolean: &'static [&'static str]| {
            let inner = groups(
                term(Paths {
                    text,
                    boolean,
                    time: NONE,
                    complex: NONE,
                    literals: NONE,
                }),
                2,
            );
            inner.prop_map(move |inner| Filter::Element(path(attr), Box::new(inner)))
        };
    prop_oneof![
        4 => within("emails", &["value", "type", "Display"], &["primary"]),
        1 => within("phoneNumbers", &["value", "type"], &["primary"]),
        1 => within("roles", &["value", "display", "type"], &["primary"]),
        1 => within("addresses", &["formatted", "locality", "country", "type"], &["primary"]),
        1 => within("name", &["familyName", "givenName", "formatted"], NONE),
        1 => within(MANAGER, &["value"], NONE),
    ]
    .boxed()
}

fn term(paths: Paths) -> BoxedStrategy<Filter> {
    let any_path: Vec<_> = [paths.text, paths.boolean, paths.time, paths.complex]
        .concat()
        .into_iter()
        .collect();
    let present = select(any_path.clone()).prop_map(|name| Filter::Present(path(name)));
    let null = (select(any_path), any::<bool>()).prop_map(|(name, eq)| {
        let op = if eq { CompareOp::Eq } else { CompareOp::Ne };
        Filter::Compare(path(name), op, Literal::Null)
    });
    let literal = match paths.literals {
        [] => text().boxed(),
        literals => prop_oneof![text(), select(literals).prop_map(str::to_owned)].boxed(),
    };
    let compared = (select(paths.text), select(&CompareOp::ALL[..]), literal)
        .prop_map(|(name, op, text)| Filter::Compare(path(name), op, Literal::Text(text)));
    let mut terms = vec![
        (1, present.boxed()),
        (1, null.boxed()),
        (6, compared.boxed()),
    ];
    if !paths.boolean.is_empty() {
        let literals = vec![
            Literal::Bool(true),
            Literal::Bool(false),
            Literal::Text("True".to_owned()),
            Literal::Text("false".to_owned()),
        ];
        let ops = select(vec![CompareOp::Eq, CompareOp::Ne]);
        let compared = (select(paths.boolean), ops, select(literals));
        terms.push((
            2,
            compared
                .prop_map(|(name, op, l)| Filter::Compare(path(name), op, l))
                .boxed(),
        ));
    }
    if !paths.time.is_empty() {
        let ops: Vec<_> = CompareOp::ALL
            .into_iter()
            .filter(|op| !op.is_substring())
            .collect();
        let compared = (select(paths.time), select(ops), select(TIMES));
        let compared = compared.prop_map(|(name, op, time)| {
            Filter::Compare(path(name), op, Literal::Text(time.to_owned()))
        });
        terms.push((1, compared.boxed()));
    }
    proptest::strategy::Union::new_weighted(terms).boxed()
}

fn path(name: &str) -> AttrPath {
    AttrPath::parse(name).unwrap_or_else(|_| AttrPath::name(name))
}
