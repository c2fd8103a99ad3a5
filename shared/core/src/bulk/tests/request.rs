//! Reading a request.

use super::*;

#[track_caller]
fn err(body: Value, status: u16, scim_type: Option<ScimType>, expected: &str) {
    let error = BulkRequest::parse(object(body)).unwrap_err();
    assert_eq!(
        (error.status, error.scim_type),
        (status, scim_type),
        "{error}"
    );
    assert!(error.detail.contains(expected), "{error}");
}

/// The operation is refused, and those around it are not.
#[track_caller]
fn err_operation(operation: Value, scim_type: ScimType, expected: &str) -> PlannedOperation {
    let mut plan = plan(json!([user("before"), operation, user("after")]));
    let error = plan.error(1);
    assert_eq!((error.status, error.scim_type), (400, Some(scim_type)));
    assert!(error.detail.contains(expected), "{error}");
    assert!(plan.operations[0].operation.is_ok() && plan.operations[2].operation.is_ok());
    assert_eq!(plan.order(), [0, 1, 2]);
    plan.operations.remove(1)
}

/// A whole operation with some members in place of others.
fn operation(members: Value) -> Value {
    let mut operation = user("it");
    for (name, value) in members.as_object().unwrap() {
        operation[name] = value.clone();
    }
    operation
}

#[test]
fn err_the_request_as_a_whole() {
    let syntax = Some(ScimType::InvalidSyntax);
    let operations = json!([user("a")]);
    for schemas in [json!(null), json!([]), json!([USER]), json!(1)] {
        let body = json!({"schemas": schemas, "Operations": operations});
        err(
            body,
            400,
            syntax,
            "add \"schemas\": [\"urn:ietf:params:scim:api:messages:2.0:BulkRequest\"]",
        );
    }
    for operations in [json!(null), json!([]), json!({}), json!("x")] {
        err(
            request(operations),
            400,
            syntax,
            "`Operations` expects an array of one or more operations",
        );
    }
    err(json!({}), 400, syntax, "add \"schemas\"");
}

#[test]
fn err_more_operations_than_the_limit_which_is_named() {
    let most = request(vec![json!({}); MAX_BULK_OPERATIONS].into());
    assert_eq!(plan_of(most).operations.len(), 1000);
    let more = request(vec![json!({}); MAX_BULK_OPERATIONS + 1].into());
    err(
        more,
        413,
        None,
        "the request has 1001 operations, which exceeds maxOperations (1000)",
    );
}

#[test]
fn fail_on_errors_is_a_whole_number_from_1() {
    let body = |number: Value| json!({"schemas": [BULK_REQUEST_SCHEMA], "failOnErrors": number, "Operations": [user("a")]});
    let read = |number: Value| plan_of(body(number)).fail_on_errors.map(|n| n.get());
    assert_eq!(read(json!(null)), None);
    assert_eq!(read(json!(1)), Some(1));
    assert_eq!(read(json!(u64::MAX)), Some(usize::MAX));
    for (number, found) in [
        (json!(0), "0"),
        (json!(-1), "-1"),
        (json!(1.5), "1.5"),
        (json!("1"), "a string"),
        (json!([1]), "an array"),
    ] {
        let expected = format!("`failOnErrors` expects a whole number from 1, not {found}");
        err(body(number), 400, Some(ScimType::InvalidValue), &expected);
    }
}

#[test]
fn ok_names_methods_and_the_schema_in_any_case() {
    let plan = plan_of(json!({
        "Schemas": BULK_REQUEST_SCHEMA.to_uppercase(),
        "FAILONERRORS": 2,
        "operations": [
            {"Method": "post", "Path": "/Users", "BULKID": "a", "Data": {"userName": "a"}},
            {"method": "Patch", "path": "/Users/1", "Version": "W/\"3\"", "data": {}}
        ]
    }));
    assert_eq!(plan.fail_on_errors.unwrap().get(), 2);
    assert_eq!(plan.operations[0].method.as_deref(), Some("POST"));
    assert_eq!(plan.operations[0].bulk_id.as_deref(), Some("a"));
    assert_eq!(plan.data(0), json!({"userName": "a"}));
    assert_eq!(plan.operations[1].method.as_deref(), Some("PATCH"));
    assert_eq!(plan.operation(1).version.as_deref(), Some("W/\"3\""));
}

#[test]
fn ok_what_a_method_has_no_use_for_is_passed_over() {
    let plan = plan(json!([
        operation(json!({"version": "W/\"1\""})),
        {"method": "DELETE", "path": "/Users/1", "data": "x", "bulkId": "it", "version": null},
        {"method": "DELETE", "path": "/Users/2", "bulkId": ""},
    ]));
    assert_eq!(plan.operation(0).version, None);
    let delete = BulkOperation {
        endpoint: "/Users".to_owned(),
        id: "1".to_owned(),
        version: None,
        action: BulkAction::Delete,
    };
    assert_eq!(*plan.operation(1), delete);
    // It names no new resource, so it need not be unique; it comes back.
    assert_eq!(plan.operations[1].bulk_id.as_deref(), Some("it"));
    assert_eq!(plan.operation(2).id, "2");
}

#[test]
fn err_an_operation_that_is_no_object() {
    for (value, found) in [(json!(null), "null"), (json!("x"), "a string")] {
        let expected = format!("expected an object, not {found}");
        let planned = err_operation(value, ScimType::InvalidSyntax, &expected);
        assert_eq!((planned.method, planned.bulk_id), (None, None));
    }
}

#[test]
fn err_the_method() {
    let expected = "`method` is missing; use POST, PUT, PATCH or DELETE";
    let no_method = operation(json!({"method": null}));
    let planned = err_operation(no_method, ScimType::InvalidValue, expected);
    assert_eq!(planned.bulk_id.as_deref(), Some("it"));
    let expected = "`method` is `GET`; use POST, PUT, PATCH or DELETE";
    let get = operation(json!({"method": "GET"}));
    let planned = err_operation(get, ScimType::InvalidSyntax, expected);
    assert_eq!(planned.method.as_deref(), Some("GET"));
    let expected = "`method` expects a string, not a number";
    err_operation(
        operation(json!({"method": 1})),
        ScimType::InvalidSyntax,
        expected,
    );
    let long = operation(json!({"method": "x".repeat(10_000)}));
    let planned = err_operation(long, ScimType::InvalidSyntax, "use POST");
    assert!(planned.method.unwrap().len() < 100);
}

#[test]
fn err_the_bulk_id_of_a_post() {
    for missing in [json!(null), json!("")] {
        let post = operation(json!({"bulkId": missing}));
        let planned = err_operation(post, ScimType::InvalidValue, "`bulkId` is missing");
        assert_eq!(planned.address, None);
    }
    let expected = "`bulkId` expects a string, not a number";
    err_operation(
        operation(json!({"bulkId": 7})),
        ScimType::InvalidSyntax,
        expected,
    );
    let expected = "`bulkId` is `before`, as in operation 1; give every POST its own";
    err_operation(user("before"), ScimType::InvalidValue, expected);
}

#[test]
fn the_first_post_with_a_bulk_id_keeps_it() {
    let plan = plan(json!([group("g", &["bulkId:u"]), user("u"), user("u")]));
    assert_eq!(plan.data(0)["members"][0]["value"], plan.operation(1).id);
    assert!(plan.error(2).detail.contains("as in operation 2"));
}

#[test]
fn err_the_path() {
    let invalid = ScimType::InvalidValue;
    let path = |path: Value| operation(json!({"path": path}));
    err_operation(path(json!(null)), invalid, "`path` is missing");
    let expected = "`path` expects a string, not an array";
    err_operation(path(json!(["/Users"])), ScimType::InvalidSyntax, expected);
    let absolute = "https://example.com/v2/Users";
    err_operation(path(json!(absolute)), invalid, "absolute address `https:");
    err_operation(path(json!("/v2/Users/1")), invalid, "`path` is `/v2/Users");
    let expected = "`POST` takes an endpoint as its `path`; send `/Users`";
    err_operation(path(json!("/Users/1")), invalid, expected);
    err_operation(path(json!("/Users/bulkId:before")), invalid, expected);
    for method in ["PUT", "PATCH", "DELETE"] {
        let expected = format!("`{method}` takes a resource as its `path`; send `/Users/{{id}}`");
        let operation = operation(json!({"method": method}));
        assert_eq!(err_operation(operation, invalid, &expected).address, None);
    }
}

#[test]
fn err_the_data() {
    for method in ["POST", "PUT", "PATCH"] {
        let path = if method == "POST" {
            "/Users"
        } else {
            "/Users/1"
        };
        let with = |data: Value| operation(json!({"method": method, "path": path, "data": data}));
        let missing = err_operation(
            with(json!(null)),
            ScimType::InvalidValue,
            "`data` is missing",
        );
        // What the resource is, the result can say.
        let address = (method != "POST").then_some("/Users/1");
        assert_eq!(missing.address.as_deref(), address);
        let expected = "`data` expects an object, not an array";
        err_operation(with(json!([])), ScimType::InvalidSyntax, expected);
    }
}

#[test]
fn err_the_version() {
    let expected = "`version` expects a string, not a number";
    let put = operation(json!({"method": "PUT", "path": "/Users/1", "version": 3}));
    let planned = err_operation(put, ScimType::InvalidSyntax, expected);
    assert_eq!(planned.address.as_deref(), Some("/Users/1"));
}
