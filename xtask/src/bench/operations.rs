//! What is measured, against what, and how good it has to be.

use super::features::Features;
use super::people::ALIKE;
use super::requests::{BULK, Known, baseline};
use super::wrk::Request;

const EMPLOYEE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber";
const DEPARTMENT: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";

/// How much slower than with few users, or in a small group, anything may be.
pub(super) const MAX_GROWTH: f64 = 1.3;

/// Operations that are compared with the same thing.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) title: &'static str,
    /// What the baseline is called.
    pub(super) against: &'static str,
    /// What the baseline is.
    pub(super) about: &'static str,
    /// What the large tenant has more of than the small one.
    pub(super) counted: &'static str,
    pub(super) baseline: Request,
    pub(super) operations: Vec<Operation>,
}

/// One line of the page.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) title: String,
    pub(super) goal: Goal,
    /// What 95 of 100 answers may take at the most, where that matters.
    pub(super) p95_millis: Option<f64>,
    /// The request in the large tenant, or why it cannot be made.
    pub(super) large: Result<Request, &'static str>,
    /// The request in the small tenant, where growth matters; or without what costs.
    pub(super) small: Option<Request>,
}

/// What the rate of an operation has to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Goal {
    /// At least so many times that of the baseline.
    AtLeast(f64),
    /// That of the baseline, or less by no more than this factor.
    Within(f64),
    /// Its time less that of the other request at most this part of the time of the baseline.
    Costs(f64),
}

/// Everything that is measured.
pub(super) fn all<'t>(large: &Known<'t>, small: &Known<'t>, features: &Features) -> Vec<Section> {
    let both = |title: &str, goal: f64, request: &dyn Fn(&Known<'t>) -> Option<Request>| {
        let (large, small) = (request(large), request(small));
        let both = large.is_some() && small.is_some();
        Operation {
            title: title.to_owned(),
            goal: Goal::AtLeast(goal),
            p95_millis: None,
            large: large.ok_or("the service does not have this"),
            small: small.filter(|_| both),
        }
    };
    let equal = |name: &str, attribute: &str, column: &str| {
        let filter = format!("{attribute} eq \"{{{column}}}\"");
        both(&format!("filter `{name} eq`"), 0.60, &|at| {
            Some(at.list("Users", &filter, "", 1))
        })
    };
    let count = |name: &str, filter: &str, total: u32| {
        both(
            &format!("`count=0`, filter `{name} eq`, {total} found"),
            0.50,
            &|at| Some(at.list("Users", filter, "&count=0", total)),
        )
    };
    let reads = vec![
        both("read a user", 0.80, &|at| {
            Some(at.people("get.lua", "/Users/{id}"))
        }),
        both(
            "read a user, matching `If-None-Match`",
            0.80,
            &Known::unchanged,
        ),
        equal("userName", "userName", "userName"),
        equal("externalId", "externalId", "externalId"),
        equal("emails.value", "emails.value", "email"),
        equal("name.familyName", "name.familyName", "family"),
        equal("employeeNumber", EMPLOYEE, "employeeNumber"),
        both(
            "filter `members eq`, two groups found",
            0.60,
            &Known::groups_of,
        ),
        both(
            &format!("filter `userName sw`, sorted by userName, 10 of {ALIKE} found"),
            0.40,
            &|at| {
                let rest = "&sortBy=userName&count=10";
                Some(at.list("Users", "userName sw \"{prefix}\"", rest, ALIKE))
            },
        ),
        both("a page of 10 by cursor", 0.40, &|at| at.page(0)),
        both("a page of 10 by cursor, sorted by userName", 0.40, &|at| {
            at.page(1)
        }),
        both("filter `displayName co`, one found", 0.20, &|at| {
            Some(at.list("Users", "displayName co \"{family}\"", "", 1))
        }),
        count("userName", "userName eq \"{userName}\"", 1),
        count(
            "department",
            &format!("{DEPARTMENT} eq \"{{department}}\""),
            ALIKE,
        ),
    ];
    let writes = vec![
        both("create a user", 0.50, &|at| Some(at.create())),
        both("PATCH `displayName`", 0.40, &|at| {
            Some(at.patch("patch.lua"))
        }),
        both("PATCH `active`", 0.40, &|at| Some(at.patch("active.lua"))),
    ];
    let mut sections = vec![
        Section {
            title: "Reads",
            against: "`row`",
            about: "`row` is a component that reads one row of a kilobyte by its key, of as many rows as \
                    there are users, and\nreturns it.",
            counted: "users",
            baseline: baseline("/row/sync/{key}", &large.folder),
            operations: reads,
        },
        Section {
            title: "Writes",
            against: "`insert`",
            about: "`insert` is a component that inserts one row of a kilobyte under a random key, as \
                    durably as the product\nwrites.",
            counted: "users",
            baseline: baseline("/row/write", &large.folder),
            operations: writes,
        },
    ];
    sections.push(members(large));
    sections.push(Section {
        title: "Bulk",
        against: "single creates",
        about: "Users a second.",
        counted: "users",
        baseline: large.create(),
        operations: vec![Operation {
            title: format!("create users, {BULK} in a bulk"),
            goal: Goal::AtLeast(5.0),
            p95_millis: None,
            large: match &features.bulk {
                Some(bulk) if bulk.max_operations >= BULK as usize => Ok(large.bulk()),
                _ => Err("the service does not have this"),
            },
            small: None,
        }],
    });
    sections
}

fn members(large: &Known<'_>) -> Section {
    let groups = large.tenant.groups.as_ref();
    Section {
        title: "Members",
        against: "a group of 10",
        about: "One member comes or one goes, in turn, always in the same group.",
        counted: "users",
        baseline: match groups {
            Some(groups) => large.members(&groups.small),
            None => baseline("/hello", &large.folder),
        },
        operations: vec![Operation {
            title: format!(
                "PATCH one member of a group of {}",
                thousands(large.tenant.users)
            ),
            goal: Goal::Within(MAX_GROWTH),
            p95_millis: None,
            large: match groups {
                Some(groups) => Ok(large.members(&groups.everyone)),
                None => Err("the service does not have this"),
            },
            small: None,
        }],
    }
}

/// A number with a comma before each three digits.
pub(super) fn thousands(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
