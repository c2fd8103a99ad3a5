//! What the hot statements look at, triggers included: index entries, never a whole table.
#![expect(clippy::unwrap_used, reason = "a helper of the tests ends the test")]

mod auth;
mod fixture;
mod plan;
mod policies;

use pollster::block_on;
use rollcall_core::{Filter, Member, MemberChange, Sort};
use rollcall_store::{
    Administrator, Besides, DefinitionKind, Key, Operation, Part, Place, Query, Relations, Start,
    TenantChange, TenantName, Token, TokenHash,
};
use serde_json::json;

use fixture::{Fixture, Found, beside, now, resource};
use plan::Plan;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

#[test]
fn filters_that_name_a_value_are_index_lookups() {
    let f = Fixture::new();
    let number = format!("{ENTERPRISE}:employeeNumber eq \"a\"");
    for filter in [
        "userName eq \"a\"",
        "externalId eq \"a\"",
        "id eq \"a\"",
        "emails.value eq \"a\"",
        "emails eq \"a\"",
        "name.familyName eq \"a\"",
        &number,
        "emails[type eq \"work\" and value eq \"a\"]",
        "userName sw \"a\"",
        "displayName co \"abc\"",
        "userName ew \"@example.com\"",
        "meta.lastModified gt \"2026-01-01T00:00:00Z\"",
        "userName eq \"a\" and active eq true",
        "userName eq \"a\" or externalId eq \"b\"",
        "groups.value eq \"g\"",
        "groups[value eq \"g\" and type eq \"direct\"]",
    ] {
        f.check(
            &f.users,
            Some(filter),
            None,
            Start::Offset(0),
            Found::ByIndex,
        );
        // A range of the attribute that the list is sorted by is walked, which is another case.
        let by = Some(("externalId", "ascending"));
        f.check(&f.users, Some(filter), by, Start::Offset(0), Found::ByIndex);
    }
    for filter in [
        "displayName eq \"a\"",
        "members eq \"a\"",
        "members[value eq \"a\"]",
        "id eq \"g\" and members eq \"a\"",
        "members.value eq \"a\" or members.value eq \"b\"",
    ] {
        f.check(
            &f.groups,
            Some(filter),
            None,
            Start::Offset(0),
            Found::ByIndex,
        );
    }
}

#[test]
fn a_page_in_the_order_of_an_index_is_read_from_it() {
    let f = Fixture::new();
    let at = |key: Key| Place { key, row: 1000 };
    let created = || at(Key::Integer(now().as_micros()));
    for start in [
        Start::Offset(0),
        Start::Offset(100),
        Start::After(created()),
        Start::Before(created()),
    ] {
        f.check(&f.users, None, None, start, Found::InOrder);
    }
    let name = || at(Key::Text("u5".to_owned()));
    for by in ["userName", "id"] {
        for order in ["ascending", "descending"] {
            for start in [
                Start::Offset(0),
                Start::After(name()),
                Start::Before(name()),
            ] {
                f.check(&f.users, None, Some((by, order)), start, Found::InOrder);
            }
        }
    }
    let by_name = Some(("userName", "ascending"));
    for filter in [
        "userName sw \"u1\"",
        "active ne true",
        "displayName sw \"u\" and userName gt \"u\"",
    ] {
        for start in [Start::Offset(0), Start::After(name())] {
            f.check(&f.users, Some(filter), by_name, start, Found::InOrder);
        }
    }
    // Those without a name come last, and are not sorted in while there are others.
    let by = Some(("displayName", "descending"));
    f.check(&f.users, None, by, Start::After(name()), Found::InOrder);
}

#[test]
fn a_read_by_id_is_an_index_lookup() {
    let f = Fixture::new();
    let subs = ["value", "$ref", "display", "type"].map(str::to_owned);
    for (rt, id) in [(&f.users, "u1"), (&f.groups, "g")] {
        for subs in [&[][..], &subs] {
            let relations = Relations {
                base: "https://id.example/scim/v2",
                subs,
                most: None,
            };
            let found = block_on(f.store.get(&f.caller(), rt, id, &relations));
            assert!(found.unwrap().is_some());
            assert_eq!(f.plan("get").walks().count(), 0);
        }
    }
}

#[test]
fn a_write_is_index_lookups_in_every_trigger() {
    let f = Fixture::new();
    let (store, caller) = (&f.store, f.caller());
    let members = MemberChange {
        clear: true,
        add: ["u1", "new"].map(|id| Member::from(id.to_owned())).to_vec(),
        remove: vec!["u2".to_owned()],
    };
    let mut told = String::new();
    let mut plan = |what: &str| {
        let plan = f.plan(what);
        assert_eq!(plan.walks().count(), 0, "{what}: {}", plan.text());
        told.push_str(&plan.text());
    };
    let user = resource("new".to_owned(), &json!({"userName": "new"}));
    let nothing = Besides::default();
    block_on(store.create(&caller, &f.users, &user, &nothing)).unwrap();
    plan("create");
    let mut next = user.clone();
    next.version = 2;
    let both = (&user, &next);
    block_on(store.update(&caller, &f.users, Operation::Patch, both, &nothing)).unwrap();
    plan("update");
    let (what, besides) = (("g", None), beside(members));
    block_on(store.update_besides(&caller, &f.groups, Operation::Patch, what, &besides)).unwrap();
    plan("enrol");
    block_on(store.delete(&caller, &f.users, "new", None)).unwrap();
    plan("delete");
    block_on(store.missing(&caller, &[])).unwrap();
    plan("missing");
    // No trigger is left out, but for those of the operator, of the authorization server and of policies.
    let others = [&OPERATORS[..], &auth::TRIGGERS, &policies::TRIGGERS].concat();
    for name in triggers(&f).filter(|name| !others.contains(&name.as_str())) {
        assert!(told.contains(&format!("-- TRIGGER {name}")), "{name}");
    }
    let tenant = TenantName::parse("other").unwrap();
    block_on(store.delete_tenant(&tenant)).unwrap_err();
    f.plan("delete of a tenant");
}

/// The triggers of what an operator writes.
const OPERATORS: [&str; 9] = [
    "tenant_deleting",
    "configure_run",
    "issue_run",
    "revoke_run",
    "define_run",
    "restore_run",
    "restore_known_run",
    "rejoin_run",
    "purge_run",
];

fn triggers(f: &Fixture) -> impl Iterator<Item = String> {
    let select = "SELECT name FROM sqlite_schema WHERE type = 'trigger' \
                  UNION ALL SELECT name FROM sqlite_temp_schema WHERE type = 'trigger'";
    let mut names = f.native.prepare(select).unwrap();
    let names = names.query_map((), |row| row.get(0)).unwrap();
    names
        .collect::<Result<Vec<String>, _>>()
        .unwrap()
        .into_iter()
}

#[test]
fn what_an_operator_does_is_index_lookups() {
    let f = Fixture::new();
    let (store, caller) = (&f.store, f.caller());
    let (tenant, settings) = (&caller.access.tenant, caller.settings);
    let mut told = String::new();
    let mut plan = |what: &str| {
        let plan = f.plan(what);
        assert_eq!(plan.sorts().count(), 0, "{what}: {}", plan.text());
        told.push_str(&plan.text());
    };
    block_on(store.update_tenant(tenant, &TenantChange::default(), now())).unwrap();
    plan("configure");
    let token = Token {
        id: "2".into(),
        name: "second".into(),
        created: now(),
        expires: None,
    };
    block_on(store.create_token(tenant, &token, &TokenHash::of("second"))).unwrap();
    plan("issue");
    block_on(store.delete_token(tenant, "2", now())).unwrap();
    plan("revoke");
    let user = resource("gone".to_owned(), &json!({"userName": "gone"}));
    let delegate = Administrator::Delegate(caller.access, settings);
    for by in [Administrator::Operator(tenant), delegate] {
        block_on(store.restore(by, settings, &f.users, &user)).unwrap_err();
        plan("restore");
        block_on(store.purge(by, "gone", now())).unwrap_err();
        plan("purge");
        block_on(store.deleted(by, ("", 10), now())).unwrap();
        plan("deleted");
        block_on(store.deleted_one(by, "gone", now())).unwrap();
        plan("one of the deleted");
    }
    block_on(store.holder(settings, &f.users, &user.attributes)).unwrap();
    plan("holder");
    block_on(store.population(settings, "User")).unwrap();
    plan("population");
    let types = (&f.users, &f.users);
    let misfits = block_on(store.refit(settings, types, |_| None)).unwrap();
    assert_eq!(misfits.count, 0);
    // Each batch begins where the last one ended, without a look at what was before.
    let walk = f.log.borrow_mut().pop().unwrap();
    assert_eq!(f.statements(), [walk.as_str(); 4]);
    let walk = Plan::of(&f.native, &walk);
    assert_eq!(
        (
            walk.scans().count(),
            walk.walks().count(),
            walk.sorts().count()
        ),
        (0, 0, 0),
        "{}",
        walk.text()
    );
    assert!(
        walk.text()
            .contains("USING INDEX resource_by_created (tenant=? AND type=? AND "),
        "{}",
        walk.text()
    );
    let definition = (DefinitionKind::Schema, "urn:x:y");
    block_on(store.define(tenant, definition, Some("{}"), now())).unwrap();
    plan("define");
    for name in triggers(&f).filter(|name| OPERATORS[1..].contains(&name.as_str())) {
        assert!(told.contains(&format!("-- TRIGGER {name}")), "{name}");
    }
}

#[test]
fn a_kept_statement_is_compiled_once() {
    let f = Fixture::new();
    let filter = Filter::parse("userName eq \"a\" or name.familyName sw \"b\"").unwrap();
    let bound = filter.bind(&f.users).unwrap();
    let sort = Sort::parse("displayName", None, &f.users).unwrap();
    let caller = f.caller();
    for sort in [None, Some(&sort)] {
        for start in [
            Start::Offset(0),
            Start::After(Place {
                key: Key::Integer(1),
                row: 1,
            }),
        ] {
            let part = Part {
                resource_type: &f.users,
                filter: sort.is_none().then_some(&bound),
                sort,
                related: &[],
            };
            let query = Query {
                parts: &[part],
                order: sort.map(|sort| sort.order).unwrap_or_default(),
                start,
                limit: 10,
                base: "",
            };
            block_on(f.store.list(&caller, &query)).unwrap();
        }
    }
    let relations = Relations::default();
    block_on(f.store.get(&caller, &f.users, "x", &relations)).unwrap();
    let user = resource("x".to_owned(), &json!({"userName": "a"}));
    block_on(
        f.store
            .create(&caller, &f.users, &user, &Besides::default()),
    )
    .unwrap();
    let native = rusqlite::Connection::open(f.dir.path().join("plans.db")).unwrap();
    let log = f.statements();
    assert_eq!(log.len(), 6);
    for statement in log {
        let mut prepared = native.prepare(&statement).unwrap();
        for round in 0..3_i64 {
            let parameters = vec![round; prepared.parameter_count()];
            let rows = prepared
                .query(rusqlite::params_from_iter(parameters))
                .unwrap();
            let _ = rows.mapped(|_| Ok(())).count();
        }
        let again = prepared.get_status(rusqlite::StatementStatus::RePrepare);
        assert_eq!(again, 0, "{statement}");
    }
}
