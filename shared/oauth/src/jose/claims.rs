//! Claims that every kind of JWT has.
//!
//! [RFC 7519 §4.1](https://www.rfc-editor.org/rfc/rfc7519#section-4.1)

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// For whom a token is: one string, or an array of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audience(pub Vec<String>);

impl Audience {
    /// Whether it names this one.
    #[must_use]
    pub fn contains(&self, one: &str) -> bool {
        self.0.iter().any(|other| other == one)
    }
}

impl Serialize for Audience {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => one.serialize(serializer),
            many => many.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum OneOrMany {
            One(String),
            Many(Vec<String>),
        }
        Ok(Self(match OneOrMany::deserialize(deserializer)? {
            OneOrMany::One(one) => vec![one],
            OneOrMany::Many(many) => many,
        }))
    }
}

/// Reads a NumericDate, which others may write with a fraction, as whole seconds.
pub(crate) fn numeric_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let number = serde_json::Number::deserialize(deserializer)?;
    if let Some(secs) = number.as_i64() {
        return Ok(secs);
    }
    match number.as_f64() {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "it is within the range of whole numbers"
        )]
        Some(secs) if secs.abs() < 1e15 => Ok(secs.floor() as i64),
        _ => Err(de::Error::custom("a date beyond all calendars")),
    }
}

/// As [`numeric_date`], where it may be left out.
pub(crate) fn optional_numeric_date<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<i64>, D::Error> {
    numeric_date(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Claims {
        aud: Audience,
        #[serde(deserialize_with = "numeric_date")]
        exp: i64,
        #[serde(default, deserialize_with = "optional_numeric_date")]
        nbf: Option<i64>,
    }

    #[test]
    fn ok_one_audience_or_many_and_dates_with_fractions() {
        let claims: Claims = serde_json::from_str(r#"{"aud": "a", "exp": 12.9}"#).unwrap();
        assert!(claims.aud.contains("a"));
        assert_eq!((claims.exp, claims.nbf), (12, None));
        let claims: Claims =
            serde_json::from_str(r#"{"aud": ["a", "b"], "exp": 12, "nbf": -1.5}"#).unwrap();
        assert!(claims.aud.contains("b"));
        assert_eq!(claims.nbf, Some(-2));
        assert_eq!(serde_json::to_string(&claims.aud).unwrap(), r#"["a","b"]"#);
    }

    #[test]
    fn err_other_types() {
        for text in [
            r#"{"aud": 1, "exp": 1}"#,
            r#"{"aud": "a", "exp": "1"}"#,
            r#"{"aud": "a", "exp": null}"#,
            r#"{"aud": "a", "exp": 1e300}"#,
            r#"{"aud": "a", "exp": 1, "nbf": null}"#,
            r#"{"aud": "a", "aud": "b", "exp": 1}"#,
        ] {
            assert!(serde_json::from_str::<Claims>(text).is_err(), "{text}");
        }
    }
}
