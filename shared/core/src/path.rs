//! Attribute notation.
//!
//! [RFC 7644 §3.10](https://www.rfc-editor.org/rfc/rfc7644#section-3.10)

use std::fmt;

use crate::ScimError;

/// The name of an attribute or sub-attribute, perhaps with the URI of its schema.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AttrPath {
    /// The URI of the schema.
    pub schema: Option<String>,
    /// The attribute.
    pub name: String,
    /// The sub-attribute.
    pub sub: Option<String>,
}

impl AttrPath {
    /// A path of one name.
    #[must_use]
    pub fn name(name: impl Into<String>) -> Self {
        Self {
            schema: None,
            name: name.into(),
            sub: None,
        }
    }

    /// Reads a path: `userName`, `name.familyName`, `urn:…:2.0:User:manager.value`.
    ///
    /// The schema's URI ends at the last colon, so that the dot in `2.0` separates nothing.
    ///
    /// # Errors
    ///
    /// `invalidPath`, with the byte offset.
    pub fn parse(text: &str) -> Result<Self, ScimError> {
        Self::read(text).map_err(|(offset, expected)| {
            ScimError::invalid_path(format!(
                "`{}` is not an attribute path: expected {expected} at byte {offset}",
                excerpt(text)
            ))
        })
    }

    /// Reads a path, or says at which byte it goes wrong and what was expected there.
    ///
    /// > `attrPath = [URI ":"] ATTRNAME *1subAttr`
    pub(crate) fn read(text: &str) -> Result<Self, (usize, &'static str)> {
        let (schema, rest, start) = match text.rsplit_once(':') {
            Some((urn, rest)) => (Some(urn), rest, urn.len() + 1),
            None => (None, text, 0),
        };
        if let Some(at) = schema.and_then(not_a_uri) {
            return Err((at, "the URI of a schema"));
        }
        let (name, sub) = match rest.split_once('.') {
            Some((name, sub)) => (name, Some(sub)),
            None => (rest, None),
        };
        if let Some(at) = not_a_name(name) {
            return Err((start + at, "an attribute name"));
        }
        if let Some(at) = sub.and_then(not_a_name) {
            return Err((start + name.len() + 1 + at, "a sub-attribute name"));
        }
        Ok(Self {
            schema: schema.map(str::to_owned),
            name: name.to_owned(),
            sub: sub.map(str::to_owned),
        })
    }
}

impl fmt::Display for AttrPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(urn) = &self.schema {
            write!(f, "{urn}:")?;
        }
        f.write_str(&self.name)?;
        if let Some(sub) = &self.sub {
            write!(f, ".{sub}")?;
        }
        Ok(())
    }
}

/// Where a text stops being an attribute name, if it does.
///
/// > ATTRNAME = ALPHA *(nameChar); nameChar = "$" / "-" / "_" / DIGIT / ALPHA (RFC 7643 §2.1)
///
/// `$ref` shows that a name may also begin with `$`.
pub(crate) fn not_a_name(text: &str) -> Option<usize> {
    let first = text.bytes().next();
    if !first.is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'$') {
        return Some(0);
    }
    text.bytes().position(|byte| !is_name_byte(byte))
}

/// Whether a byte may stand in an attribute name.
pub(crate) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'$' | b'-' | b'_')
}

/// Where a text stops being the URI of a schema, if it does.
pub(crate) fn not_a_uri(text: &str) -> Option<usize> {
    if !text
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic())
    {
        return Some(0);
    }
    text.bytes().position(|byte| !is_path_byte(byte))
}

/// Whether a byte may stand in an attribute path, its URI included. Brackets, parentheses, quotes and
/// commas end a path.
pub(crate) fn is_path_byte(byte: u8) -> bool {
    is_name_byte(byte)
        || matches!(
            byte,
            b':' | b'.'
                | b'/'
                | b'%'
                | b'+'
                | b'~'
                | b'#'
                | b'@'
                | b'!'
                | b'*'
                | b'='
                | b'?'
                | b'&'
                | b';'
        )
}

/// A client's text in a message, cut to a readable length.
#[must_use]
pub fn excerpt(text: &str) -> String {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, schema: Option<&str>, name: &str, sub: Option<&str>) {
        let path = AttrPath::parse(text).unwrap();
        assert_eq!(path.schema.as_deref(), schema);
        assert_eq!(path.name, name);
        assert_eq!(path.sub.as_deref(), sub);
        assert_eq!(path.to_string(), text);
    }

    #[track_caller]
    fn check_err(text: &str, expected: &str) {
        let error = AttrPath::parse(text).unwrap_err();
        assert_eq!(error.scim_type, Some(crate::ScimType::InvalidPath));
        assert!(error.detail.ends_with(expected), "{}", error.detail);
    }

    #[test]
    fn ok_names_and_sub_attributes() {
        check("userName", None, "userName", None);
        check("name.familyName", None, "name", Some("familyName"));
        check("members.$ref", None, "members", Some("$ref"));
        check("x-y_z9", None, "x-y_z9", None);
    }

    #[test]
    fn ok_a_urn_ends_at_its_last_colon_not_at_the_dot_in_its_version() {
        const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        check(
            &format!("{ENTERPRISE}:employeeNumber"),
            Some(ENTERPRISE),
            "employeeNumber",
            None,
        );
        check(
            &format!("{ENTERPRISE}:manager.value"),
            Some(ENTERPRISE),
            "manager",
            Some("value"),
        );
        check(
            "https://a.example/s/2.0:x",
            Some("https://a.example/s/2.0"),
            "x",
            None,
        );
    }

    #[test]
    fn err_says_where() {
        check_err("", "expected an attribute name at byte 0");
        check_err("9a", "expected an attribute name at byte 0");
        check_err("user name", "expected an attribute name at byte 4");
        check_err("name.", "expected a sub-attribute name at byte 5");
        check_err("name.a.b", "expected a sub-attribute name at byte 6");
        check_err("urn:a:2.0", "expected an attribute name at byte 6");
        check_err(":a", "expected the URI of a schema at byte 0");
        check_err("urn:é:a", "expected the URI of a schema at byte 4");
        check_err("émail", "expected an attribute name at byte 0");
    }

    #[test]
    fn a_long_text_is_cut_in_the_message() {
        let error = AttrPath::parse(&"é".repeat(10_000)).unwrap_err();
        assert!(error.detail.len() < 300);
    }
}
