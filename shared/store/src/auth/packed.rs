//! Many columns as one value.
//!
//! Each column of a result crosses the boundary to the component by itself, and so does its name: thirty of them take a
//! host about half as long as SQLite takes to find the row. As one JSON array they cross as one text.

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

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str) -> Row {
        Row(vec![Value::Text(text.to_owned())])
    }

    #[test]
    fn what_is_packed_comes_back_as_it_was() {
        let largest = i64::MAX;
        let packed = row(&format!(r#"[null,"a \"b\" \u00e9",{largest},-1]"#));
        let expected = [
            Value::Null,
            Value::Text("a \"b\" é".to_owned()),
            Value::Integer(largest),
            Value::Integer(-1),
        ];
        assert_eq!(unpacked(&packed), Ok(Row(expected.into())));
    }

    #[test]
    fn err_what_no_list_of_columns_looks_like() {
        for text in ["", "{}", "[1.5]", "[true]", "[[]]", "[1"] {
            assert_eq!(unpacked(&row(text)), Err(damaged()), "{text}");
        }
        assert_eq!(unpacked(&Row(vec![Value::Null])), Err(damaged()));
    }
}
