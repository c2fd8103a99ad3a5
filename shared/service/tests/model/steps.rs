//! What clients ask for, at random.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    User,
    Group,
}

/// One operation. A number stands for one of the resources that there have been, or for none.
#[derive(Clone, Debug)]
pub enum Step {
    Create(Kind, Body),
    Replace(Target, Body),
    Patch(Target, Vec<Change>),
    Delete(Target),
}

/// Which resource, and which version of it, if that is said: the current one or another.
#[derive(Clone, Debug)]
pub struct Target {
    pub kind: Kind,
    pub which: usize,
    pub is_current: Option<bool>,
}

#[derive(Clone, Debug)]
pub struct Body {
    pub name: &'static str,
    /// Only users have one.
    pub title: Option<&'static str>,
    /// Only groups have them. Some are shown under a name of the client's choice.
    pub members: Vec<(usize, Option<&'static str>)>,
    /// Whether what was created last in the same bulk request is a member, too.
    pub has_latest: bool,
}

#[derive(Clone, Debug)]
pub enum Change {
    Rename(&'static str),
    Title(Option<&'static str>),
    Add(Vec<usize>),
    Remove(Vec<usize>),
    RemoveOne(usize),
    RemoveNamed(&'static str),
    Push(Vec<usize>),
    Clear,
    Unknown,
}

#[derive(Clone, Debug)]
pub enum Request {
    Single(Step),
    /// Operations, and how many errors are accepted.
    Bulk(Vec<Step>, Option<usize>),
}

impl Step {
    pub fn target(&self) -> Option<&Target> {
        match self {
            Self::Create(..) => None,
            Self::Replace(target, _) | Self::Patch(target, _) | Self::Delete(target) => {
                Some(target)
            }
        }
    }

    /// Whether it names what was created last in the same bulk request.
    pub fn has_latest(&self) -> bool {
        match self {
            Self::Create(kind, body) => *kind == Kind::Group && body.has_latest,
            Self::Replace(target, body) => target.kind == Kind::Group && body.has_latest,
            Self::Patch(..) | Self::Delete(_) => false,
        }
    }

    /// The status when it succeeds.
    pub fn success(&self) -> u16 {
        match self {
            Self::Create(..) => 201,
            Self::Replace(..) | Self::Patch(..) => 200,
            Self::Delete(_) => 204,
        }
    }
}

const NAMES: &[&str] = &["anna", "Anna", "BERTA", "berta", "clara", "Dora"];

fn which() -> impl Strategy<Value = usize> + Clone {
    0_usize..60
}

fn target(kind: Kind) -> impl Strategy<Value = Target> {
    let is_current = select(vec![None, None, Some(true), Some(true), Some(false)]);
    (which(), is_current).prop_map(move |(which, is_current)| Target {
        kind,
        which,
        is_current,
    })
}

fn body() -> impl Strategy<Value = Body> {
    let title = option::of(select(vec!["Dr", "dr"]));
    let member = (which(), option::weighted(0.3, select(NAMES)));
    (select(NAMES), title, vec(member, 0..4), any::<bool>()).prop_map(
        |(name, title, members, has_latest)| Body {
            name,
            title,
            members,
            has_latest,
        },
    )
}

fn change(kind: Kind, is_named: bool) -> BoxedStrategy<Change> {
    let rename = select(NAMES).prop_map(Change::Rename);
    let unknown = Just(Change::Unknown);
    if kind == Kind::User {
        let title = option::of(select(vec!["Dr", "dr"])).prop_map(Change::Title);
        return prop_oneof![3 => rename, 3 => title, 1 => unknown].boxed();
    }
    let some = || vec(which(), 0..4);
    let change = prop_oneof![
        2 => rename,
        6 => some().prop_map(Change::Add),
        4 => some().prop_map(Change::Remove),
        2 => which().prop_map(Change::RemoveOne),
        1 => unknown,
    ];
    if is_named {
        return prop_oneof![2 => change, 1 => select(NAMES).prop_map(Change::RemoveNamed)].boxed();
    }
    prop_oneof![8 => change, 2 => some().prop_map(Change::Push), 1 => Just(Change::Clear)].boxed()
}

/// Those of one request. Members are named, or all given anew, but not both.
fn changes(kind: Kind) -> impl Strategy<Value = Vec<Change>> {
    let some = |is_named| vec(change(kind, is_named), 1..4);
    prop_oneof![some(true), some(false)]
}

fn step() -> impl Strategy<Value = Step> {
    let of = |kind: Kind| {
        prop_oneof![
            4 => body().prop_map(move |body| Step::Create(kind, body)),
            3 => (target(kind), body()).prop_map(|(target, body)| Step::Replace(target, body)),
            5 => (target(kind), changes(kind)).prop_map(|(target, changes)| Step::Patch(target, changes)),
            1 => target(kind).prop_map(Step::Delete),
        ]
    };
    prop_oneof![of(Kind::User), of(Kind::Group)]
}

/// Some are created, and then anything happens.
pub fn requests() -> impl Strategy<Value = Vec<Request>> {
    let create = (select(vec![Kind::User, Kind::Group]), body());
    let create = create.prop_map(|(kind, body)| Request::Single(Step::Create(kind, body)));
    let bulk = (vec(step(), 1..8), option::weighted(0.3, 1_usize..3));
    let request = prop_oneof![
        5 => step().prop_map(Request::Single),
        1 => bulk.prop_map(|(steps, errors)| Request::Bulk(steps, errors)),
    ];
    (vec(create, 3..8), vec(request, 1..25)).prop_map(|(first, then)| [first, then].concat())
}
