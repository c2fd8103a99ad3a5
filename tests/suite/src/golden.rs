//! Golden exchanges: what clients send, and what they must get, one conversation in a JSON file.
//!
//! `{ "about": …, "exchanges": [{ "about", "method", "path", "headers", "request", "status", "response_headers",
//! "response" }] }`. A response is compared whole. In it, `"{{name}}"` stands for any string, which later strings in the
//! same file may repeat as `{{name}}`; `"{{*}}"` stands for any one value, and within a string for any text. What is not
//! given is not looked at, except for a missing `response`, which demands an empty body.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value as Json;
use ureq::http::Method;

use crate::client::Client;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Conversation {
    /// Whose requests these are, and where they were seen.
    #[expect(dead_code, reason = "for the reader of the file")]
    about: String,
    exchanges: Vec<Exchange>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exchange {
    /// What this step shows.
    about: Option<String>,
    method: String,
    path: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    request: Option<Json>,
    status: u16,
    #[serde(default)]
    response_headers: BTreeMap<String, String>,
    response: Option<Json>,
}

/// Stands for anything.
const ANY: &str = "{{*}}";

/// Strings that stood for themselves in a response, by name. `{{base}}` is there from the start.
type Captured = BTreeMap<String, String>;

/// Plays the conversation in a file.
///
/// # Panics
/// At the first answer that is not the one in the file.
pub fn play(client: &Client, file: &Path) {
    let text =
        fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let conversation: Conversation =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut captured = Captured::from([("base".to_owned(), client.base.clone())]);
    for (number, exchange) in (1..).zip(conversation.exchanges) {
        let about = exchange.about.as_deref().unwrap_or("no more is said");
        let title = format!(
            "{} exchange {number}, {} {} ({about})",
            file.display(),
            exchange.method,
            exchange.path
        );
        play_one(client, &exchange, &title, &mut captured);
    }
}

fn play_one(client: &Client, exchange: &Exchange, title: &str, captured: &mut Captured) {
    let method: Method = exchange
        .method
        .parse()
        .unwrap_or_else(|_| panic!("{title}: no such method"));
    let path = fill(&exchange.path, captured);
    let headers: Vec<(String, String)> = exchange
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), fill(value, captured)))
        .collect();
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let answer = match &exchange.request {
        Some(body) => client.send_json(&method, &path, &headers, &fill_all(body, captured)),
        None => client.send(&method, &path, &headers, None),
    };
    assert_eq!(answer.status, exchange.status, "{title}: {}", answer.text);
    match &exchange.response {
        None => assert_eq!(answer.text, "", "{title}: a body came where none belongs"),
        Some(expected) => {
            let actual = answer.json();
            if let Err(place) = matches(expected, &actual, captured, "") {
                panic!(
                    "{title}: the responses differ at `{place}`\nexpected {expected:#}\nactual {actual:#}"
                );
            }
        }
    }
    for (name, expected) in &exchange.response_headers {
        let actual = answer.header(name).map(str::to_owned);
        let actual = actual.unwrap_or_else(|| panic!("{title}: there is no {name}"));
        let same = matches(
            &Json::String(expected.clone()),
            &Json::String(actual.clone()),
            captured,
            name,
        );
        assert!(
            same.is_ok(),
            "{title}: {name} is `{actual}`, not `{}`",
            fill(expected, captured)
        );
    }
}

/// Compares, and captures what has a name. The error is the place of the difference.
fn matches(
    expected: &Json,
    actual: &Json,
    captured: &mut Captured,
    place: &str,
) -> Result<(), String> {
    let here = |same: bool| if same { Ok(()) } else { Err(place.to_owned()) };
    match (expected, actual) {
        (Json::String(expected), _) if expected == ANY => Ok(()),
        (Json::String(expected), Json::String(actual)) => match name(expected) {
            Some(name) if !captured.contains_key(name) => {
                captured.insert(name.to_owned(), actual.clone());
                Ok(())
            }
            _ => here(is_like(&fill(expected, captured), actual)),
        },
        (Json::Array(expected), Json::Array(actual)) if expected.len() == actual.len() => {
            let mut pairs = (0..).zip(expected.iter().zip(actual));
            pairs.try_for_each(|(index, (e, a))| {
                matches(e, a, captured, &format!("{place}[{index}]"))
            })
        }
        (Json::Object(expected), Json::Object(actual)) => {
            if let Some(key) = actual.keys().find(|key| !expected.contains_key(*key)) {
                return Err(format!("{place}.{key}"));
            }
            expected.iter().try_for_each(|(key, e)| {
                let place = format!("{place}.{key}");
                actual
                    .get(key)
                    .map_or_else(|| Err(place.clone()), |a| matches(e, a, captured, &place))
            })
        }
        _ => here(expected == actual),
    }
}

/// Whether the text has the parts of the pattern in their order, with any text where `{{*}}` stands.
fn is_like(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once(ANY) else {
        return pattern == text;
    };
    let (between, end) = rest.rsplit_once(ANY).unwrap_or(("", rest));
    let inner = text
        .strip_prefix(start)
        .and_then(|text| text.strip_suffix(end));
    let found = inner.and_then(|inner| {
        let mut parts = between.split(ANY);
        parts.try_fold(inner, |left, part| Some(left.split_once(part)?.1))
    });
    found.is_some()
}

/// The name in `{{name}}`, when the string is nothing else.
fn name(text: &str) -> Option<&str> {
    let name = text.strip_prefix("{{")?.strip_suffix("}}")?;
    (!name.contains('{')).then_some(name)
}

fn fill(text: &str, captured: &Captured) -> String {
    captured
        .iter()
        .fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{{{name}}}}}"), value)
        })
}

fn fill_all(value: &Json, captured: &Captured) -> Json {
    match value {
        Json::String(text) => Json::String(fill(text, captured)),
        Json::Array(items) => items.iter().map(|item| fill_all(item, captured)).collect(),
        Json::Object(members) => members
            .iter()
            .map(|(key, item)| (key.clone(), fill_all(item, captured)))
            .collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, text: &str, expected: bool) {
        assert_eq!(is_like(pattern, text), expected, "{pattern} {text}");
    }

    #[test]
    fn any_text_is_where_the_wildcard_stands() {
        check("abc", "abc", true);
        check("abc", "abcd", false);
        check("{{*}}b{{*}}", "abc", true);
        check("{{*}}b{{*}}", "b", true);
        check("{{*}}b{{*}}", "ac", false);
        check("a{{*}}", "abc", true);
        check("{{*}}a{{*}}b{{*}}", "xaxbx", true);
        check("{{*}}b{{*}}a{{*}}", "xaxbx", false);
        check("ab{{*}}ba", "aba", false);
    }
}
