//! What the statements about policies look at.

use pollster::block_on;
use rollcall_store::{NewPolicies, PolicyText, Wanted};

use crate::fixture::{Fixture, now};
use crate::plan::Plan;

/// The triggers of what is written of policies, and of what goes with a tenant.
pub const TRIGGERS: [&str; 4] = [
    "publish_policy_run",
    "activate_policy_run",
    "withdraw_policies_run",
    "tenant_deleting_policies",
];

/// Demands that nothing that was run since the last call looks at more than it must, and returns what it looks at.
#[track_caller]
fn plans(f: &Fixture, what: &str) -> String {
    let statements = f.statements();
    assert!(!statements.is_empty(), "{what}");
    let texts = statements.iter().map(|statement| {
        let plan = Plan::of(&f.native, statement);
        let text = plan.text();
        assert_eq!(plan.scans().count(), 0, "{what}: {text}");
        // A tenant keeps 50 versions.
        let mut walks = plan.walks().filter(|does| !does.contains("policy"));
        assert_eq!(walks.next(), None, "{what}: {text}");
        assert!(!text.contains("AUTOMATIC"), "{what}: {text}");
        text
    });
    texts.collect()
}

#[test]
fn what_a_decision_rests_on_is_index_lookups() {
    let f = Fixture::new();
    let access = &f.caller().access.clone();
    let resource = |kind: &str, id: &str| Wanted::Resource(kind.to_owned(), id.to_owned());
    let wanted = [
        resource("User", "u1"),
        resource("Group", "g"),
        Wanted::Deleted("gone".to_owned()),
        Wanted::Client("app".to_owned()),
        Wanted::Token,
    ];
    block_on(f.store.basis(access, now(), &wanted, Some(1))).unwrap();
    plans(&f, "basis");
}

#[test]
fn what_is_written_of_policies_is_index_lookups() {
    let f = Fixture::new();
    let tenant = &f.caller().access.tenant.clone();
    let new = NewPolicies {
        note: None,
        count: 0,
        text: PolicyText {
            policies: String::new(),
            schema: None,
        },
    };
    let mut told = String::new();
    let version = block_on(f.store.publish_policies(tenant, &new, now())).unwrap();
    told.push_str(&plans(&f, "publish"));
    block_on(f.store.activate_policies(tenant, version, now())).unwrap();
    told.push_str(&plans(&f, "activate"));
    block_on(f.store.policies(tenant, None)).unwrap();
    plans(&f, "the active version");
    block_on(f.store.withdraw_policies(tenant, now())).unwrap();
    told.push_str(&plans(&f, "withdraw"));
    for name in &TRIGGERS[..3] {
        assert!(told.contains(&format!("-- TRIGGER {name}")), "{name}");
    }
}
