use super::*;

#[track_caller]
fn err(body: Value, mode: Mode, status: u16, scim_type: Option<ScimType>, expected: &str) {
    let error = PatchRequest::parse(body.as_object().unwrap().clone(), mode).unwrap_err();
    assert_eq!(
        (error.status, error.scim_type),
        (status, scim_type),
        "{error}"
    );
    assert!(error.detail.contains(expected), "{error}");
}

#[track_caller]
fn err_op(op: Value, scim_type: ScimType, expected: &str) {
    let body = json!({"schemas": [PATCH_OP_SCHEMA], "Operations": [op]});
    err(body, Mode::Compat, 400, Some(scim_type), expected);
}

#[test]
fn an_error_names_the_operation_if_there_are_several() {
    let detail = |ops: Value| {
        let result = run(&ResourceType::user(), Mode::Compat, barbara(), ops);
        result.unwrap_err().detail
    };
    let good = json!({"op": "add", "path": "title", "value": "x"});
    // The first is not read; the second is read, and does not apply.
    for bad in [
        json!({"op": "move"}),
        json!({"op": "add", "path": "active", "value": "x"}),
    ] {
        let alone = detail(json!([bad]));
        assert!(!alone.contains("operation"), "{alone}");
        assert_eq!(detail(json!([bad, good])), format!("operation 1: {alone}"));
        assert_eq!(detail(json!([good, bad])), format!("operation 2: {alone}"));
    }
}

#[test]
fn ok_names_and_operations_in_any_case() {
    let body = json!({
        "Schemas": [PATCH_OP_SCHEMA.to_uppercase()],
        "operations": [{"Op": "REPLACE", "Path": "title", "Value": null}, {"op": "Add", "path": null, "value": {}}]
    });
    let request = PatchRequest::parse(body.as_object().unwrap().clone(), Mode::Compat).unwrap();
    assert_eq!(request.operations[0].op, OpKind::Replace);
    assert_eq!(request.operations[0].value, Some(Value::Null));
    assert_eq!(
        (request.operations[1].op, &request.operations[1].path),
        (OpKind::Add, &None)
    );
}

#[test]
fn err_the_structure() {
    let syntax = Some(ScimType::InvalidSyntax);
    let ops = json!([{"op": "remove", "path": "title"}]);
    err(
        json!({"Operations": ops}),
        Mode::Compat,
        400,
        syntax,
        "add \"schemas\": [\"urn:ietf",
    );
    err(
        json!({"schemas": [USER_SCHEMA], "Operations": ops}),
        Mode::Compat,
        400,
        syntax,
        "add \"schemas\"",
    );
    for operations in [json!(null), json!([]), json!({}), json!("x")] {
        let body = json!({"schemas": [PATCH_OP_SCHEMA], "Operations": operations});
        err(
            body,
            Mode::Compat,
            400,
            syntax,
            "`Operations` expects an array of one or more operations",
        );
    }
    let many = vec![json!({"op": "remove", "path": "title"}); MAX_OPERATIONS + 1];
    let body = json!({"schemas": [PATCH_OP_SCHEMA], "Operations": many});
    err(
        body,
        Mode::Compat,
        413,
        None,
        "1001 operations; the limit is 1000",
    );
}

#[test]
fn err_an_operation() {
    err_op(
        json!(1),
        ScimType::InvalidSyntax,
        "expected an object, not a number",
    );
    err_op(
        json!({"path": "title"}),
        ScimType::InvalidSyntax,
        "`op` expects add, remove or replace",
    );
    err_op(
        json!({"op": "move", "path": "a"}),
        ScimType::InvalidSyntax,
        "`op` is `move`",
    );
    err_op(
        json!({"op": "add", "path": 1}),
        ScimType::InvalidPath,
        "`path` expects a string, not a number",
    );
    err_op(
        json!({"op": "add", "path": "a["}),
        ScimType::InvalidPath,
        "at byte 2",
    );
}

#[test]
fn err_strict_wants_a_path_and_nothing_unknown() {
    let body = |op: Value| json!({"schemas": [PATCH_OP_SCHEMA], "Operations": [op]});
    let pathless = body(json!({"op": "add", "value": {"title": "x"}}));
    err(
        pathless,
        Mode::Strict,
        400,
        Some(ScimType::NoTarget),
        "`path` is missing",
    );
    let unknown = body(json!({"op": "add", "path": "title", "value": "x", "from": "y"}));
    err(
        unknown,
        Mode::Strict,
        400,
        Some(ScimType::InvalidSyntax),
        "`from` is not a member",
    );
    let empty = body(json!({"op": "add", "path": "", "value": "x"}));
    err(
        empty,
        Mode::Strict,
        400,
        Some(ScimType::InvalidPath),
        "at byte 0",
    );
}
