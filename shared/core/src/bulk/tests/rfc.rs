//! The examples of RFC 7644 §3.7, with what is no JSON in them put right: the PATCH has its `Operations`
//! (erratum 5050), and the status is a string everywhere.

use super::*;

fn bulk(results: Value) -> Value {
    json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"], "Operations": results})
}

#[test]
fn circular_references() {
    let mut first = group("qwerty", &["bulkId:ytrewq"]);
    let mut second = group("ytrewq", &["bulkId:qwerty"]);
    first["data"]["members"][0]["type"] = json!("Group");
    second["data"]["members"][0]["type"] = json!("Group");
    let plan = plan(json!([first, second]));
    let [unit] = &plan.units[..] else {
        panic!("{:?}", plan.units);
    };
    assert!(unit.circular && unit.operations == [0, 1]);
    assert_eq!(
        plan.data(0)["members"],
        json!([{"type": "Group", "value": "id-1"}])
    );
    assert_eq!(
        plan.data(1)["members"],
        json!([{"type": "Group", "value": "id-0"}])
    );
}

#[test]
fn a_user_and_a_group_that_has_it() {
    let plan = plan(json!([
        {
            "method": "POST",
            "path": "/Users",
            "bulkId": "qwerty",
            "data": {"schemas": [USER], "userName": "Alice"}
        },
        {
            "method": "POST",
            "path": "/Groups",
            "bulkId": "ytrewq",
            "data": {
                "schemas": [GROUP],
                "displayName": "Tour Guides",
                "members": [{"type": "User", "value": "bulkId:qwerty"}]
            }
        }
    ]));
    let expected = BulkOperation {
        endpoint: "/Groups".to_owned(),
        id: "id-1".to_owned(),
        version: None,
        action: BulkAction::Post(object(json!({
            "schemas": [GROUP],
            "displayName": "Tour Guides",
            "members": [{"type": "User", "value": "id-0"}]
        }))),
    };
    assert_eq!(*plan.operation(1), expected);
    let expected = bulk(json!([
        {
            "location": "https://example.com/v2/Users/id-0",
            "method": "POST",
            "bulkId": "qwerty",
            "version": "W/\"1\"",
            "status": "201"
        },
        {
            "location": "https://example.com/v2/Groups/id-1",
            "method": "POST",
            "bulkId": "ytrewq",
            "version": "W/\"1\"",
            "status": "201"
        }
    ]));
    assert_eq!(run(&plan, &[]), (vec![0, 1], expected));
}

#[test]
fn the_manager_of_the_enterprise_extension() {
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let mut bob = user("ytrewq");
    bob["data"]["schemas"] = json!([USER, enterprise]);
    bob["data"][enterprise] =
        json!({"employeeNumber": "11250", "manager": {"value": "bulkId:qwerty"}});
    // In either order.
    for (operations, bob) in [
        (json!([user("qwerty"), bob]), 1),
        (json!([bob, user("qwerty")]), 0),
    ] {
        let plan = plan(operations);
        assert_eq!(plan.order(), [1 - bob, bob]);
        let id = &plan.operation(1 - bob).id;
        assert_eq!(plan.data(bob)[enterprise]["manager"]["value"], *id);
    }
}

fn add_update_and_remove() -> BulkPlan {
    plan_of(json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "failOnErrors": 1,
        "Operations": [
            {
                "method": "POST",
                "path": "/Users",
                "bulkId": "qwerty",
                "data": {"schemas": ["urn:ietf:params:scim:api:messages:2.0:User"], "userName": "Alice"}
            },
            {
                "method": "PUT",
                "path": "/Users/b7c14771-226c-4d05-8860-134711653041",
                "version": "W/\"3694e05e9dff591\"",
                "data": {
                    "schemas": [USER],
                    "id": "b7c14771-226c-4d05-8860-134711653041",
                    "userName": "Bob"
                }
            },
            {
                "method": "PATCH",
                "path": "/Users/5d8d29d3-342c-4b5f-8683-a3cb6763ffcc",
                "version": "W/\"edac3253e2c0ef2\"",
                "data": {
                    "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                    "Operations": [
                        {"op": "remove", "path": "nickName"},
                        {"op": "add", "path": "userName", "value": "Dave"}
                    ]
                }
            },
            {
                "method": "DELETE",
                "path": "/Users/e9025315-6bea-44e1-899c-1e07454e468b",
                "version": "W/\"0ee8add0a938e1a\""
            }
        ]
    }))
}

#[test]
fn add_update_and_remove_users() {
    let plan = add_update_and_remove();
    let versions = (0..4).map(|index| plan.operation(index).version.as_deref());
    let expected = [
        None,
        Some("W/\"3694e05e9dff591\""),
        Some("W/\"edac3253e2c0ef2\""),
        Some("W/\"0ee8add0a938e1a\""),
    ];
    assert_eq!(versions.collect::<Vec<_>>(), expected);
    let expected = bulk(json!([
        {
            "location": "https://example.com/v2/Users/id-0",
            "method": "POST",
            "bulkId": "qwerty",
            "version": "W/\"1\"",
            "status": "201"
        },
        {
            "location": "https://example.com/v2/Users/b7c14771-226c-4d05-8860-134711653041",
            "method": "PUT",
            "version": "W/\"1\"",
            "status": "200"
        },
        {
            "location": "https://example.com/v2/Users/5d8d29d3-342c-4b5f-8683-a3cb6763ffcc",
            "method": "PATCH",
            "version": "W/\"1\"",
            "status": "200"
        },
        {
            "location": "https://example.com/v2/Users/e9025315-6bea-44e1-899c-1e07454e468b",
            "method": "DELETE",
            "status": "204"
        }
    ]));
    assert_eq!(run(&plan, &[]).1, expected);
}

#[test]
fn one_error_stops_the_rest() {
    let expected = bulk(json!([
        {
            "method": "POST",
            "bulkId": "qwerty",
            "status": "409",
            "response": {
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
                "scimType": "uniqueness",
                "detail": "`userName` is taken",
                "status": "409"
            }
        }
    ]));
    assert_eq!(run(&add_update_and_remove(), &[0]), (vec![0], expected));
}

#[test]
fn without_a_limit_all_may_fail() {
    let mut plan = add_update_and_remove();
    plan.fail_on_errors = None;
    let (ran, response) = run(&plan, &[0, 1, 2, 3]);
    assert_eq!(ran, [0, 1, 2, 3]);
    let expected = [
        "qwerty 409",
        "https://example.com/v2/Users/b7c14771-226c-4d05-8860-134711653041 409",
        "https://example.com/v2/Users/5d8d29d3-342c-4b5f-8683-a3cb6763ffcc 409",
        "https://example.com/v2/Users/e9025315-6bea-44e1-899c-1e07454e468b 409",
    ];
    assert_eq!(statuses(&response), expected);
    for result in response["Operations"].as_array().unwrap() {
        assert_eq!(result["response"]["status"], "409");
        assert_eq!(result.get("version"), None);
    }
}
