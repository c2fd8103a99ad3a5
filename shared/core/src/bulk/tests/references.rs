//! References and what they become.

use super::*;

#[test]
fn every_post_has_an_id_in_advance() {
    let plan = plan(json!([user("a"), delete("1"), group("b", &[])]));
    assert_eq!(plan.operation(0).id, "id-0");
    assert_eq!(plan.operation(1).id, "1");
    assert_eq!(plan.operation(2).id, "id-1");
    assert_eq!(plan.operations[2].address.as_deref(), Some("/Groups/id-1"));
}

#[test]
fn a_reference_is_replaced_wherever_it_is_a_whole_string() {
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let data = |reference: &str| {
        json!({
            "title": "xbulkId:u",
            "nickName": "BULKID:u",
            "bulkId:u": "a name is no value",
            enterprise: {"manager": {"value": reference}},
            "list": [[reference, 1, null, true, {"deep": reference}]]
        })
    };
    let put = json!({"method": "PUT", "path": "/Users/1", "data": data("bulkId:u")});
    let plan = plan(json!([user("u"), put]));
    assert_eq!(plan.data(1), data("id-0"));
    assert_eq!(plan.operations[1].depends_on, [0]);
}

#[test]
fn a_reference_in_the_path_is_the_resource() {
    let plan = plan(json!([
        user("a/b"),
        {"method": "PATCH", "path": "/Users/bulkId:a/b", "data": {}},
        {"method": "DELETE", "path": "/Users/bulkId:a/b"}
    ]));
    for index in [1, 2] {
        assert_eq!(plan.operation(index).id, "id-0");
        assert_eq!(
            plan.operations[index].address.as_deref(),
            Some("/Users/id-0")
        );
        assert_eq!(plan.operations[index].depends_on, [0]);
    }
}

#[track_caller]
fn check_path(path: &str, expected: &str) {
    let plan = plan(json!([
        user("u"),
        user("quo\"te"),
        {"method": "PATCH", "path": "/Groups/1", "data": {
            "operations": [{"op": "remove", "Path": path}]
        }}
    ]));
    assert_eq!(plan.data(2)["operations"][0]["Path"], expected);
}

#[test]
fn a_reference_in_a_patch_path_is_replaced() {
    check_path(
        "members[value eq \"bulkId:u\"]",
        "members[value eq \"id-0\"]",
    );
    check_path(
        "members[type eq \"User\" and (not (value eq \"bulkId:u\") or value eq \"bulkId:quo\\\"te\")].display",
        "members[type eq \"User\" and (not (value eq \"id-0\") or value eq \"id-1\")].display",
    );
    check_path(
        "members[value eq \"bulkId:u\" and type pr]",
        "members[value eq \"id-0\" and type pr]",
    );
    check_path(
        "members[value eq \"bulkId\\u003au\"]",
        "members[value eq \"id-0\"]",
    );
    // Without one, the path stays as it was written, malformed ones included.
    check_path("members[ value  EQ \"u\" ]", "members[ value  EQ \"u\" ]");
    check_path(
        "members[value eq \"bulkId:u\"",
        "members[value eq \"bulkId:u\"",
    );
    check_path("members", "members");
}

#[test]
fn the_value_of_a_patch_is_searched_like_any_other() {
    let plan = plan(json!([
        user("u"),
        {"method": "PATCH", "path": "/Groups/1", "data": {"Operations": [
            {"op": "add", "path": "members", "value": [{"value": "bulkId:u"}]},
            {"op": "replace", "path": "members[value eq \"x\"].value", "value": "bulkId:u"},
            1
        ]}},
        {"method": "PATCH", "path": "/Groups/1", "data": {"Operations": "bulkId:u"}}
    ]));
    let operations = &plan.data(1)["Operations"];
    assert_eq!(operations[0]["value"], json!([{"value": "id-0"}]));
    assert_eq!(operations[1]["value"], "id-0");
    assert_eq!(plan.data(2), json!({"Operations": "id-0"}));
}

#[test]
fn err_a_text_that_begins_like_a_reference() {
    let plan = plan(json!([group("u", &["bulkId:u and more"])]));
    assert!(plan.error(0).detail.contains("`u and more`"));
}

#[test]
fn err_a_reference_that_no_post_has() {
    let patch = |path: &str, value: &str| {
        json!({"method": "PATCH", "path": path, "data": {"Operations": [
            {"op": "remove", "path": format!("members[value eq \"{value}\"]")}
        ]}})
    };
    let plan = plan(json!([
        group("g", &["bulkId:nobody"]),
        patch("/Groups/bulkId:nobody", "1"),
        patch("/Groups/1", "bulkId:nobody"),
        {"method": "DELETE", "path": "/Users/1", "bulkId": "nobody"},
        group("h", &["bulkId:"]),
    ]));
    for index in [0, 1, 2] {
        let error = plan.error(index);
        assert_eq!(error.scim_type, Some(ScimType::InvalidValue));
        assert!(
            error
                .detail
                .starts_with("no POST of this request has the bulkId `nobody`; add the POST"),
            "{error}"
        );
    }
    assert!(plan.operations[3].operation.is_ok());
    assert!(plan.error(4).detail.contains("the bulkId ``"));
    // Where the result's resource would be, as far as there is an address.
    let addresses = plan.operations.iter().map(|o| o.address.as_deref());
    let expected = [None, None, Some("/Groups/1"), Some("/Users/1"), None];
    assert_eq!(addresses.collect::<Vec<_>>(), expected);
}

#[test]
fn a_reference_to_a_post_that_is_refused_is_no_unknown_one() {
    let mut bad = user("u");
    bad["data"] = json!(null);
    let plan = plan(json!([group("g", &["bulkId:u"]), bad]));
    assert_eq!(plan.operations[0].depends_on, [1]);
    assert_eq!(plan.order(), [1, 0]);
}
