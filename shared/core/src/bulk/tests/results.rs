//! What a plan becomes when some of it fails.

use super::*;

fn body(fail_on_errors: usize, operations: Value) -> Value {
    json!({"schemas": [BULK_REQUEST_SCHEMA], "failOnErrors": fail_on_errors, "Operations": operations})
}

#[test]
fn a_failure_leaves_the_others() {
    let plan = plan(json!([user("a"), user("b"), user("c")]));
    let (ran, response) = run(&plan, &[1]);
    assert_eq!(ran, [0, 1, 2]);
    assert_eq!(statuses(&response), ["a 201", "b 409", "c 201"]);
}

#[test]
fn what_needs_a_failed_post_is_not_run_and_says_so() {
    let plan = plan(json!([
        user("u"),
        group("g", &["bulkId:u"]),
        {"method": "PATCH", "path": "/Users/bulkId:u", "data": {}},
        group("h", &["bulkId:g"]),
        group("i", &[]),
    ]));
    let (ran, response) = run(&plan, &[0]);
    assert_eq!(ran, [0, 4]);
    assert_eq!(
        statuses(&response),
        [
            "u 409",
            "g 409",
            "https://example.com/v2/Users/id-0 409",
            "h 409",
            "i 201"
        ]
    );
    let error = &response["Operations"][3]["response"];
    assert_eq!(
        error["detail"],
        "the resource with the bulkId `g` could not be created; correct operation 2 first"
    );
    assert_eq!(error.get("scimType"), None);
}

#[test]
fn a_circle_fails_as_a_whole() {
    let operations = json!([
        group("a", &["bulkId:b"]),
        group("b", &["bulkId:a"]),
        group("outer", &["bulkId:b"])
    ]);
    let plan = plan(operations);
    let (ran, response) = run(&plan, &[1]);
    assert_eq!(ran, [0, 1]);
    assert_eq!(statuses(&response), ["a 409", "b 409", "outer 409"]);
    let results = &response["Operations"];
    assert_eq!(
        results[0]["response"]["detail"],
        "this operation and operation 2 refer to each other, and operation 2 failed; correct that"
    );
    assert_eq!(results[1]["response"]["scimType"], "uniqueness");
    for result in results.as_array().unwrap() {
        assert_eq!(
            (result.get("location"), result.get("version")),
            (None, None)
        );
    }
}

#[test]
fn a_circle_that_needs_what_failed_is_not_run() {
    let plan = plan(json!([
        group("a", &["bulkId:b"]),
        group("b", &["bulkId:a", "bulkId:u"]),
        user("u"),
    ]));
    let (ran, response) = run(&plan, &[2]);
    assert_eq!(ran, [2]);
    assert_eq!(statuses(&response), ["a 409", "b 409", "u 409"]);
    let detail = |index: usize| response["Operations"][index]["response"]["detail"].clone();
    assert!(detail(0).as_str().unwrap().contains("operation 2 failed"));
    assert!(detail(1).as_str().unwrap().contains("the bulkId `u`"));
}

#[test]
fn an_error_of_the_unit_as_a_whole_is_that_of_all() {
    let plan = plan(json!([
        group("a", &["bulkId:b"]),
        group("b", &["bulkId:a"])
    ]));
    let mut progress = BulkProgress::new(&plan, BASE);
    let unit = progress.next_unit().unwrap();
    let error = UnitError {
        operation: None,
        error: ScimError::conflict("x"),
    };
    progress.finish(&unit, Err(error));
    assert_eq!(progress.next_unit(), None);
    let results = progress.into_response().results;
    assert!(
        results.len() == 2
            && results
                .iter()
                .all(|r| r.error == Some(ScimError::conflict("x")))
    );
}

#[test]
fn fail_on_errors_stops_after_so_many() {
    let operations = json!([
        user("a"),
        user("b"),
        {"method": "GET", "path": "/Users"},
        user("d"),
        user("e"),
    ]);
    let result = |limit: usize| run(&plan_of(body(limit, operations.clone())), &[1, 3]);
    let (ran, response) = result(1);
    assert_eq!(ran, [0, 1]);
    assert_eq!(statuses(&response), ["a 201", "b 409"]);
    let (ran, response) = result(2);
    assert_eq!(ran, [0, 1]);
    assert_eq!(statuses(&response), ["a 201", "b 409", "? 400"]);
    let (ran, response) = result(3);
    assert_eq!(ran, [0, 1, 3]);
    assert_eq!(statuses(&response), ["a 201", "b 409", "? 400", "d 409"]);
    let (ran, response) = result(4);
    assert_eq!(ran, [0, 1, 3, 4]);
    assert_eq!(response["Operations"].as_array().unwrap().len(), 5);
}

#[test]
fn what_was_processed_comes_back_in_the_order_of_the_request() {
    let operations = json!([group("g", &["bulkId:u"]), user("never"), user("u")]);
    let (ran, response) = run(&plan_of(body(1, operations)), &[0]);
    assert_eq!(ran, [2, 0]);
    assert_eq!(statuses(&response), ["g 409", "u 201"]);
}

#[test]
fn every_operation_of_a_failed_circle_counts() {
    let operations = json!([
        group("a", &["bulkId:b"]),
        group("b", &["bulkId:a"]),
        user("c"),
        user("d"),
    ]);
    let (_, response) = run(&plan_of(body(1, operations.clone())), &[0]);
    assert_eq!(statuses(&response), ["a 409", "b 409"]);
    let (_, response) = run(&plan_of(body(3, operations)), &[0, 2]);
    assert_eq!(statuses(&response), ["a 409", "b 409", "c 409"]);
}

#[test]
fn what_needs_a_failed_post_counts_when_its_turn_comes() {
    let operations = json!([user("u"), user("v"), group("g", &["bulkId:u"]), user("w")]);
    let (ran, response) = run(&plan_of(body(2, operations)), &[0]);
    assert_eq!(ran, [0, 1]);
    assert_eq!(statuses(&response), ["u 409", "v 201", "g 409"]);
}

#[test]
fn versions_that_are_left_out_are_none() {
    let plan = plan(json!([user("u")]));
    let mut progress = BulkProgress::new(&plan, BASE);
    let unit = progress.next_unit().unwrap();
    progress.finish(&unit, Ok(Vec::new()));
    let results = progress.into_response().results;
    assert_eq!((results[0].status, &results[0].version), (201, &None));
}
