//! Many columns as one value.
//!
//! Each column of a result crosses the boundary to the component by itself, and so does its name: with thirty of them
//! that takes longer than to find the row. As one JSON array they cross as one text.

use serde_json::Value as Json;

use super::columns::damaged;
use crate::error::StoreError;
use crate::sql::{Row, Value};

/// The SQL of one column for a list of columns, none of which may be a blob.
pub(super) fn packed(columns: &str) -> String {
    format!("json_array({columns})")
}

/// The columns of a list that was [`packed`], from the first column of `row`.
pub(super) fn unpacked(row: &Row) -> Result<Row, StoreError> {
    let array = row.text(0)?.ok_or_else(damaged)?;
    let columns: Vec<Json> = serde_json::from_str(array).map_err(|_| damaged())?;
    columns
        .into_iter()
        .map(value)
        .collect::<Result<_, _>>()
        .map(Row)
}

fn value(json: Json) -> Result<Value, StoreError> {
    match json {
        Json::Null => Ok(Value::Null),
        Json::String(text) => Ok(Value::Text(text)),
        Json::Number(number) => number.as_i64().map(Value::Integer).ok_or_else(damaged),
        _ => Err(damaged()),
    }
}
