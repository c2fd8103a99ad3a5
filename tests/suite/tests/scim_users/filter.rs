//! Filters (RFC 7644 §3.4.2.2).

use rollcall_suite::Client;
use serde_json::json;

use crate::{ENTERPRISE, SEARCH, USER, create, names, tenant};

fn people(scim: &Client) {
    create(
        scim,
        json!({
            "userName": "bjensen", "externalId": "Ext-A", "title": "Vice President", "userType": "Employee", "active": true,
            "name": {"familyName": "O'Malley"}, "profileUrl": "https://login.example.com/BJensen",
            "emails": [{"value": "bjensen@example.com", "type": "work", "primary": true}, {"value": "babs@jensen.org", "type": "home"}],
            "ims": [{"value": "babs@foo.com", "type": "xmpp"}],
            ENTERPRISE: {"employeeNumber": "701984", "manager": {"value": "m1"}}
        }),
    );
    create(
        scim,
        json!({
            "userName": "jsmith", "externalId": "ext-a", "userType": "employee", "active": false,
            "emails": [{"value": "JSmith@Example.org", "type": "work"}]
        }),
    );
    create(
        scim,
        json!({
            "userName": "Alice", "userType": "Intern", "title": "",
            "emails": [{"value": "alice@example.com", "type": "home", "primary": false}]
        }),
    );
    create(scim, json!({"userName": "zoe", "nickName": "Zoë \"Z\" 🦊"}));
}

#[test]
fn a_filter_finds_whom_the_standard_says() {
    let (_service, scim) = tenant();
    people(&scim);
    let (b, j, a, z) = ("bjensen", "jsmith", "Alice", "zoe");
    let table: &[(&str, &[&str])] = &[
        // Operators, whose names have no case; nor have attribute names.
        ("userName eq \"bjensen\"", &[b]),
        ("USERNAME Eq \"BJENSEN\"", &[b]),
        ("userName ne \"bjensen\"", &[j, a, z]),
        ("userName co \"e\"", &[b, a, z]),
        ("userName sw \"J\"", &[j]),
        ("userName ew \"E\"", &[a, z]),
        ("name.familyName co \"o'malley\"", &[b]),
        ("userName gt \"bjensen\"", &[j, z]),
        ("userName ge \"bjensen\"", &[b, j, z]),
        ("userName lt \"bjensen\"", &[a]),
        ("userName le \"bjensen\"", &[b, a]),
        ("title pr", &[b, a]),
        ("title ne \"Vice President\"", &[j, a, z]),
        ("title eq null", &[j, z]),
        ("active eq true", &[b]),
        ("active ne true", &[j, a, z]),
        ("active eq False", &[j]),
        ("nickName eq \"ZOË \\\"z\\\" \\ud83e\\udd8a\"", &[z]),
        // `and` binds before `or`, `not` has parentheses.
        (
            "userName eq \"zoe\" or userType eq \"Employee\" and active eq false",
            &[j, z],
        ),
        (
            "(userName eq \"zoe\" or userType eq \"Employee\") and active eq false",
            &[j],
        ),
        ("not (title pr) and NOT (userName sw \"z\")", &[j]),
        (
            "not (userName eq \"zoe\" or userName eq \"Alice\")",
            &[b, j],
        ),
        // The examples of the RFC.
        ("title pr and userType eq \"Employee\"", &[b]),
        ("title pr or userType eq \"Intern\"", &[b, a]),
        (
            "userType eq \"Employee\" and (emails co \"example.com\" or emails.value co \"example.org\")",
            &[b, j],
        ),
        (
            "userType ne \"Employee\" and not (emails co \"example.com\" or emails.value co \"example.org\")",
            &[z],
        ),
        (
            "userType eq \"Employee\" and (emails.type eq \"work\")",
            &[b, j],
        ),
        (
            "userType eq \"Employee\" and emails[type eq \"work\" and value co \"@example.com\"]",
            &[b],
        ),
        (
            "emails[type eq \"work\" and value co \"@example.com\"] or ims[type eq \"xmpp\" and value co \"@foo.com\"]",
            &[b],
        ),
        // One element has to match the whole of a value path.
        ("emails[type eq \"work\" and value co \"@jensen.org\"]", &[]),
        (
            "emails.type eq \"work\" and emails.value co \"@jensen.org\"",
            &[b],
        ),
        (
            "emails[not (primary eq true) and type eq \"home\"]",
            &[b, a],
        ),
        ("emails[type eq \"home\" or value ew \".org\"]", &[b, j, a]),
        ("emails[primary pr]", &[b, a]),
        ("not (emails[type eq \"work\"])", &[a, z]),
        // A bare multi-valued attribute means its values.
        ("emails eq \"babs@JENSEN.org\"", &[b]),
        ("emails sw \"a\"", &[a]),
        ("emails pr", &[b, j, a]),
        ("not (emails pr)", &[z]),
        // Entra writes the sub-attribute behind the brackets.
        (
            "emails[type eq \"work\"].value eq \"jsmith@example.org\"",
            &[j],
        ),
        (
            "emails[type eq \"home\"].value eq \"jsmith@example.org\"",
            &[],
        ),
        (
            "emails[type eq \"home\"].value co \"@\" and active eq true",
            &[b],
        ),
        // externalId and references are case exact.
        ("externalId eq \"ext-a\"", &[j]),
        ("externalId sw \"Ext\"", &[b]),
        ("profileUrl ew \"/BJensen\"", &[b]),
        ("profileUrl ew \"/bjensen\"", &[]),
        // What is on every user.
        ("meta.resourceType eq \"User\"", &[b, j, a, z]),
        ("meta.created lt \"2020-01-01T00:00:00Z\"", &[]),
        ("id pr", &[b, j, a, z]),
    ];
    for (filter, expected) in table {
        check(&scim, filter, expected);
    }
    for (filter, expected) in [
        (format!("{USER}:userName sw \"J\""), &[j] as &[&str]),
        (format!("{ENTERPRISE}:employeeNumber eq \"701984\""), &[b]),
        (
            format!("{}:EMPLOYEENUMBER pr", ENTERPRISE.to_uppercase()),
            &[b],
        ),
        (format!("{ENTERPRISE}:manager.value eq \"M1\""), &[b]),
        (format!("{ENTERPRISE}:manager eq \"m1\""), &[b]),
        (format!("schemas eq \"{ENTERPRISE}\""), &[b]),
        (format!("not (schemas eq \"{ENTERPRISE}\")"), &[j, a, z]),
    ] {
        check(&scim, &filter, expected);
    }
}

/// With GET and with `.search`.
#[track_caller]
fn check(scim: &Client, filter: &str, expected: &[&str]) {
    let search = json!({"schemas": [SEARCH], "filter": filter});
    for found in [
        scim.filter("/Users", filter, ""),
        scim.post("/Users/.search", &search),
    ] {
        assert_eq!(found.status, 200, "{filter}: {}", found.text);
        assert_eq!(names(&found), expected, "{filter}");
        assert_eq!(found.json()["totalResults"], expected.len(), "{filter}");
    }
}

#[test]
fn an_id_is_case_exact() {
    let (_service, scim) = tenant();
    let id = create(&scim, json!({"userName": "a"})).id();
    let found = |id: &str| names(&scim.filter("/Users", &format!("id eq \"{id}\""), "")).len();
    assert_eq!(found(&id), 1);
    let other_case = id.to_uppercase();
    assert_ne!(id, other_case);
    assert_eq!(found(&other_case), 0);
    scim.get(&format!("/Users/{other_case}"))
        .expect_error(404, None);
}

#[test]
fn a_time_is_compared_as_an_instant() {
    let (_service, scim) = tenant();
    let created = create(&scim, json!({"userName": "a"})).json();
    let utc = created["meta"]["created"].as_str().unwrap().to_owned();
    // The same instant, two hours from UTC, on the same day.
    let hour: u32 = utc[11..13].parse().unwrap();
    let (hour, offset) = if hour < 12 {
        (hour + 2, "+02:00")
    } else {
        (hour - 2, "-02:00")
    };
    let elsewhere = format!(
        "{}{hour:02}{}{offset}",
        &utc[..11],
        utc[13..].trim_end_matches('Z')
    );
    for time in [
        &utc,
        &elsewhere,
        &utc.replace('Z', "+00:00"),
        &utc.replace('Z', "000Z"),
    ] {
        for attribute in ["meta.created", "meta.lastModified"] {
            for (op, expected) in [
                ("eq", 1),
                ("ge", 1),
                ("le", 1),
                ("gt", 0),
                ("lt", 0),
                ("ne", 0),
            ] {
                let filter = format!("{attribute} {op} \"{time}\"");
                let found = scim.filter("/Users", &filter, "").expect(200).json();
                assert_eq!(found["totalResults"], expected, "{filter}");
            }
        }
    }
}

#[test]
fn a_filter_that_makes_no_sense_is_refused() {
    let (_service, scim) = tenant();
    people(&scim);
    for filter in [
        "",
        "userName",
        "userName eq",
        "userName eq bjensen",
        "userName eq 'bjensen'",
        "userName eq \"bjensen",
        "userName is \"bjensen\"",
        "userName eq 5",
        "userName eq \"a\" and",
        "userName eq \"a\" userName eq \"b\"",
        "(userName pr",
        "userName pr)",
        "not userName pr",
        "emails[type eq \"work\"",
        "emails[]",
        "emails[nope eq \"x\"]",
        "userName[value eq \"x\"]",
        "nope eq \"x\"",
        "name.nope eq \"x\"",
        "urn:nope:userName eq \"x\"",
        "name eq \"x\"",
        "active gt true",
        "active le false",
        "active co \"t\"",
        "active eq \"maybe\"",
        "x509Certificates.value gt \"TQ==\"",
        "meta.created gt \"yesterday\"",
        "meta.created co \"2026\"",
        "title gt null",
    ] {
        let answer = scim.filter("/Users", filter, "");
        assert_eq!(answer.status, 400, "{filter}: {}", answer.text);
        answer.expect_error(400, Some("invalidFilter"));
        let search = json!({"schemas": [SEARCH], "filter": filter});
        scim.post("/Users/.search", &search)
            .expect_error(400, Some("invalidFilter"));
    }
}

#[test]
fn a_secret_cannot_be_found_out_by_a_filter() {
    let (_service, scim) = tenant();
    create(&scim, json!({"userName": "a", "password": "x"}));
    for filter in [
        "password eq \"x\"",
        "PassWord pr",
        "userName eq \"a\" and not (password sw \"x\")",
    ] {
        let detail = scim
            .filter("/Users", filter, "")
            .expect_error(403, Some("sensitive"));
        assert!(detail.contains("password"), "{detail}");
        let search = json!({"schemas": [SEARCH], "filter": filter});
        scim.post("/Users/.search", &search)
            .expect_error(403, Some("sensitive"));
    }
}
