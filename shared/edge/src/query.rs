//! Query strings (`application/x-www-form-urlencoded`).

use percent_encoding::percent_decode_str;

/// Why a query string could not be read.
#[derive(Debug, PartialEq)]
pub(crate) enum QueryError {
    /// The named parameter is not UTF-8.
    NotUtf8(&'static str),
    /// The named parameter is there twice.
    Duplicate(&'static str),
}

/// The known parameters of a query string, decoded, under the names by which they are known. Case does not matter in a
/// name, and one without `=` has an empty value. Unknown parameters are passed over, whatever they look like.
pub(crate) fn parse(
    query: &str,
    known: &[&'static str],
) -> Result<Vec<(&'static str, String)>, QueryError> {
    let mut parameters: Vec<(&'static str, String)> = Vec::new();
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let is_this =
            |known: &&&str| decode(name).is_some_and(|name| name.eq_ignore_ascii_case(known));
        let Some(name) = known.iter().find(is_this) else {
            continue;
        };
        if parameters.iter().any(|(other, _)| other == name) {
            return Err(QueryError::Duplicate(name));
        }
        parameters.push((name, decode(value).ok_or(QueryError::NotUtf8(name))?));
    }
    Ok(parameters)
}

fn decode(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced)
        .decode_utf8()
        .ok()
        .map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_decodes_plus_and_percent_and_passes_over_what_it_does_not_know() {
        let query = "FILTER=userName+eq%20%22b%C3%A9%22&aadOptscim062020&x=%ff&x=1&count";
        let parsed = parse(query, &["filter", "count", "sortBy"]);
        let expected = vec![
            ("filter", "userName eq \"bé\"".to_owned()),
            ("count", String::new()),
        ];
        assert_eq!(parsed, Ok(expected));
    }

    #[test]
    fn err_names_the_parameter() {
        let known = ["filter", "count"];
        assert_eq!(
            parse("filter=%ff", &known),
            Err(QueryError::NotUtf8("filter"))
        );
        assert_eq!(
            parse("count=1&COUNT=2", &known),
            Err(QueryError::Duplicate("count"))
        );
    }
}
