//! Query strings (`application/x-www-form-urlencoded`).

use percent_encoding::percent_decode_str;

/// Why a query string could not be read.
#[derive(Debug, PartialEq)]
pub(crate) enum QueryError {
    /// The named parameter is not UTF-8.
    NotUtf8(String),
    /// The named parameter is there twice.
    Duplicate(String),
}

/// The parameters of a query string, decoded. One without `=` has an empty value.
pub(crate) fn parse(query: &str) -> Result<Vec<(String, String)>, QueryError> {
    let mut parameters: Vec<(String, String)> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let not_utf8 = || QueryError::NotUtf8(name.to_owned());
        let name = decode(name).ok_or_else(not_utf8)?;
        let value = decode(value).ok_or_else(not_utf8)?;
        if parameters.iter().any(|(other, _)| *other == name) {
            return Err(QueryError::Duplicate(name));
        }
        parameters.push((name, value));
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
    fn ok_decodes_plus_percent_and_bare_names() {
        let parsed = parse("filter=userName+eq%20%22b%C3%A9%22&aadOptscim062020&count=1").unwrap();
        let expected = [
            ("filter", "userName eq \"bé\""),
            ("aadOptscim062020", ""),
            ("count", "1"),
        ];
        assert_eq!(
            parsed,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn err_names_the_parameter() {
        assert_eq!(
            parse("filter=%ff"),
            Err(QueryError::NotUtf8("filter".into()))
        );
        assert_eq!(
            parse("count=1&count=2"),
            Err(QueryError::Duplicate("count".into()))
        );
    }
}
