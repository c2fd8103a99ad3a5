//! Query strings: filters, sorting, paging, projection.

use std::thread;

use rollcall_suite::{Answer, encode};
use serde_json::{Value as Json, json};

use crate::{Fixture, INVALID_FILTER, INVALID_SYNTAX, INVALID_VALUE, SEARCH, user};

/// Asks for a filter in a query string, and in the body of a `.search`.
fn filtered(fixture: &Fixture, filter: &str) -> [Answer; 2] {
    let body = json!({"schemas": [SEARCH], "filter": filter});
    [
        fixture.scim.filter("/Users", filter, ""),
        fixture.scim.post("/Users/.search", &body),
    ]
}

#[test]
fn err_filters_that_are_malformed() {
    let fixture = Fixture::new();
    for (filter, hint) in [
        ("", "expected an attribute"),
        (" ", "expected an attribute"),
        ("userName", "at byte 8: expected an operator"),
        ("userName eq", "at byte 11: expected a string"),
        ("userName xx \"a\"", "at byte 9: expected an operator"),
        ("userName eq \"a", "ends in a double quote"),
        ("userName eq a", "at byte 12: expected a string"),
        ("userName eq 'a'", "at byte 12: expected a string"),
        ("userName eq \"\\x\"", "at byte 12"),
        ("(userName eq \"a\"", "expected `and`, `or` or `)`"),
        ("userName eq \"a\")", "at byte 15"),
        ("userName eq \"a\" and", "at byte 19: expected an attribute"),
        ("userName eq \"a\" userName pr", "at byte 16"),
        ("not userName eq \"a\"", "expected `(` after `not`"),
        ("emails[type eq \"work\"", "expected `and`, `or` or `]`"),
        ("emails[]", "expected an attribute"),
        ("\"a\" eq \"a\"", "at byte 0: expected an attribute"),
        ("userName..x pr", "at byte"),
        ("1 eq 1", "at byte 0"),
        ("userName eq \"\\u0000\"", "without U+0000"),
        ("userName pr; DROP TABLE resource", "at byte 11"),
    ] {
        for answer in filtered(&fixture, filter) {
            fixture.refused(answer, 400, INVALID_FILTER, hint);
        }
    }
}

#[test]
fn err_u_0000_in_a_filter() {
    let fixture = Fixture::new();
    for (filter, hint) in [
        ("userName eq \"a\0\"", "without U+0000"),
        ("user\0Name pr", "at byte 4"),
        ("\0", "at byte 0"),
    ] {
        let [query, search] = filtered(&fixture, filter);
        fixture.refused(query, 400, INVALID_FILTER, hint);
        fixture.refused(search, 400, INVALID_SYNTAX, "U+0000");
    }
}

#[test]
fn err_filters_on_unknown_attributes_or_with_values_of_another_type() {
    let fixture = Fixture::new();
    for (filter, hint) in [
        ("shoeSize eq 44", "`shoeSize` is not an attribute of User"),
        ("name.nonsense pr", "`name.nonsense`"),
        ("userName.value pr", "`userName.value`"),
        (
            "emails[colour eq \"red\"]",
            "`colour` is not a sub-attribute of `emails`",
        ),
        ("userName[type eq \"a\"]", "no sub-attributes"),
        (
            "urn:example:nonsense:size eq 44",
            "`urn:example:nonsense:size`",
        ),
        ("name eq \"a\"", "`name` is complex; name a sub-attribute"),
        ("userName eq 5", "write \"5\" in double quotes"),
        ("userName eq true", "write \"true\" in double quotes"),
        ("userName gt null", "does not apply to null"),
        ("active eq \"yes\"", "`active`"),
        ("active gt true", "`gt` does not apply to `active`"),
        ("active co true", "`co` does not apply to `active`"),
        ("meta.lastModified gt \"yesterday\"", "a date and time"),
        ("meta.created co \"2026\"", "`meta.created`"),
        ("x509Certificates.value gt \"YQ==\"", "`gt` does not apply"),
    ] {
        for answer in filtered(&fixture, filter) {
            fixture.refused(answer, 400, INVALID_FILTER, hint);
        }
    }
}

#[test]
fn err_filters_that_are_too_long_or_too_deep() {
    let fixture = Fixture::new();
    let long = format!("userName eq \"{}\"", "x".repeat(8192));
    let many = vec!["userName pr"; 257].join(" or ");
    let deep = format!("{}userName pr{}", "(".repeat(33), ")".repeat(33));
    let nots = format!("{}userName pr{}", "not(".repeat(2000), ")".repeat(2000));
    for (filter, hint) in [
        (long, "bytes long; the limit is 8192"),
        (many, "more than 256 comparisons"),
        (deep, "deeper than 32"),
        (nots, "the limit is 8192"),
        ("not (".repeat(1500), "deeper than 32"),
    ] {
        for answer in filtered(&fixture, &filter) {
            fixture.refused(answer, 400, INVALID_FILTER, hint);
        }
    }
    let longest = format!(
        "userName eq \"{}\"",
        "x".repeat(8192 - "userName eq \"\"".len())
    );
    let most = vec!["userName pr"; 256].join(" or ");
    let deepest = format!("{}userName pr{}", "(".repeat(32), ")".repeat(32));
    for filter in [longest, most, deepest] {
        for answer in filtered(&fixture, &filter) {
            drop(answer.expect(200));
        }
    }
}

#[test]
fn err_a_filter_or_a_sort_on_what_is_never_returned() {
    let fixture = Fixture::new();
    for filter in [
        "password eq \"x\"",
        "password pr",
        "not (password sw \"a\")",
    ] {
        for answer in filtered(&fixture, filter) {
            fixture.refused(
                answer,
                403,
                Some("sensitive"),
                "`password` is never returned",
            );
        }
    }
    let answer = fixture.scim.get("/Users?sortBy=password");
    fixture.refused(
        answer,
        403,
        Some("sensitive"),
        "`password` is never returned",
    );
}

#[test]
fn err_parameters_that_are_not_what_they_should_be() {
    let fixture = Fixture::new();
    for (query, hint) in [
        ("count=ten", "`count` takes an integer, not `ten`"),
        ("count=1.5", "`count` takes an integer"),
        ("count=1e3", "`count` takes an integer"),
        ("count=0x10", "`count` takes an integer"),
        ("count=99999999999999999999", "`count` takes an integer"),
        ("startIndex=one", "`startIndex` takes an integer, not `one`"),
        (
            "startIndex=99999999999999999999",
            "`startIndex` takes an integer",
        ),
        ("count=1&count=2", "`count` is there twice"),
        ("filter=id+pr&FILTER=id+pr", "`filter` is there twice"),
        (
            "sortBy=shoeSize",
            "`shoeSize`, which is not an attribute of User",
        ),
        ("sortBy=userName.value", "`userName.value`"),
        (
            "sortBy=name",
            "`name`, which is complex; name a sub-attribute",
        ),
        ("sortBy=userName%20pr", "`sortBy`"),
        ("sortBy=%00", "`sortBy`"),
        ("sortBy=emails%5Btype%20eq%20%22work%22%5D", "`sortBy`"),
        (
            "sortBy=userName&sortOrder=up",
            "use ascending or descending",
        ),
        (
            "attributes=userName&excludedAttributes=emails",
            "exclude each other",
        ),
        ("filter=%ff", "`filter` is not UTF-8"),
        ("filter=userName+eq+%22%c0%80%22", "`filter` is not UTF-8"),
        ("sortBy=%ff", "`sortBy` is not UTF-8"),
        ("attributes=%e2%82", "`attributes` is not UTF-8"),
    ] {
        let answer = fixture.scim.get(&format!("/Users?{query}"));
        fixture.refused(answer, 400, INVALID_VALUE, hint);
    }
}

#[test]
fn err_parameters_are_looked_at_before_a_write() {
    let fixture = Fixture::new();
    let query = "attributes=userName&excludedAttributes=emails";
    let body = user(json!({"userName": "other"}));
    let answer = fixture.scim.post(&format!("/Users?{query}"), &body);
    fixture.refused(answer, 400, INVALID_VALUE, "exclude each other");
    let answer = fixture
        .scim
        .put(&format!("{}?{query}", fixture.path), &body);
    fixture.refused(answer, 400, INVALID_VALUE, "exclude each other");
    let answer = fixture
        .scim
        .get(&format!("{}?attributes=%ff", fixture.path));
    fixture.refused(answer, 400, INVALID_VALUE, "not UTF-8");
}

#[test]
fn ok_unknown_parameters_and_unknown_attributes_to_show_are_left_out() {
    let fixture = Fixture::new();
    for query in ["aadOptscim062020", "x=%ff", "x=1&x=2", "&&=&"] {
        let answer = fixture.scim.get(&format!("/Users?{query}")).expect(200);
        assert_eq!(answer.json(), fixture.before, "{query}");
    }
    let shown = fixture
        .scim
        .get("/Users?attributes=shoeSize,userName")
        .expect(200)
        .json();
    let mut keys: Vec<&String> = shown["Resources"][0].as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(keys, ["id", "schemas", "userName"]);
}

#[test]
fn err_cursors_that_were_never_returned() {
    let fixture = Fixture::new();
    for cursor in ["x", "1", "%20", "%00", "..", "AAAA", &"x".repeat(5000)] {
        let answer = fixture.scim.get(&format!("/Users?cursor={cursor}"));
        fixture.refused(answer, 400, Some("invalidCursor"), "`cursor`");
    }
    for (query, hint) in [
        ("cursor&startIndex=1", "exclude each other"),
        ("cursor=x&CURSOR=y", "is there twice"),
        ("cursor=%ff", "`cursor` is not UTF-8"),
    ] {
        let answer = fixture.scim.get(&format!("/Users?{query}"));
        fixture.refused(answer, 400, INVALID_VALUE, hint);
    }
}

#[test]
fn ok_negative_numbers_are_the_least_ones() {
    let fixture = Fixture::new();
    let minimum = i64::MIN;
    for (query, start, items) in [
        ("count=-1".to_owned(), 1, 0),
        (format!("count={minimum}"), 1, 0),
        ("startIndex=-1".to_owned(), 1, 1),
        ("startIndex=0".to_owned(), 1, 1),
        (format!("startIndex={minimum}"), 1, 1),
        (format!("startIndex={}", i64::MAX), i64::MAX, 0),
        (format!("startIndex={}&count={0}", i64::MAX), i64::MAX, 0),
    ] {
        let page = fixture
            .scim
            .get(&format!("/Users?{query}"))
            .expect(200)
            .json();
        assert_eq!(page["totalResults"], 1, "{query}");
        assert_eq!(page["startIndex"], start, "{query}");
        assert_eq!(page["itemsPerPage"], items, "{query}");
        assert_eq!(
            page["Resources"].as_array().map(Vec::len),
            Some(items),
            "{query}"
        );
    }
}

#[test]
fn ok_a_page_size_over_the_limit_is_capped() {
    let fixture = Fixture::new();
    let scim = &fixture.scim;
    thread::scope(|scope| {
        for client in 0..4 {
            scope.spawn(move || {
                for number in 0..125 {
                    let name = format!("user-{client}-{number}");
                    drop(
                        scim.post("/Users", &user(json!({"userName": name})))
                            .expect(201),
                    );
                }
            });
        }
    });
    let check = |page: &Json, items: usize| {
        assert_eq!(page["totalResults"], 501);
        assert_eq!(page["itemsPerPage"], items);
        assert_eq!(page["Resources"].as_array().map(Vec::len), Some(items));
    };
    for count in ["501", "100000", "9223372036854775807"] {
        check(
            &scim
                .get(&format!("/Users?count={count}"))
                .expect(200)
                .json(),
            500,
        );
        let count: i64 = count.parse().unwrap();
        let body = json!({"schemas": [SEARCH], "count": count});
        check(&scim.post("/Users/.search", &body).expect(200).json(), 500);
    }
    check(&scim.get("/Users?count=500").expect(200).json(), 500);
    check(&scim.get("/Users?count=499").expect(200).json(), 499);
    check(&scim.get("/Users").expect(200).json(), 100);
    let config = scim.get("/ServiceProviderConfig").expect(200).json();
    assert_eq!(config["filter"]["maxResults"], 500);
}

#[test]
fn err_a_target_that_is_no_uri() {
    let fixture = Fixture::new();
    // The HTTP server refuses these before any component sees them.
    for path in [
        &b"/Users?filter=\xff"[..],
        b"/Users/\xff",
        b"/Users?filter=a b",
        b"/Users\x01",
    ] {
        let answer = fixture.scim.raw("GET", path, &[], b"");
        drop(answer.expect(400));
        fixture.unchanged();
    }
    let found = fixture.scim.get(&format!(
        "/Users?filter={}",
        encode("userName eq \"bäbs😀\"")
    ));
    assert_eq!(found.expect(200).json()["totalResults"], 0);
}
