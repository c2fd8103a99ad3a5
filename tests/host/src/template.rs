//! Text with `{{ variable }}` in it, as in `[component.x.variables]`.

use anyhow::{Context, Result, ensure};

use crate::variables::{Values, check_name};

/// A parsed template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Variable(String),
}

impl Template {
    /// Parses `text`.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, after) = after
                .split_once("}}")
                .with_context(|| format!("`{{{{` is not closed in `{text}`"))?;
            let name = name.trim();
            check_name(name).map_err(anyhow::Error::msg)?;
            parts.push(Part::Text(before.into()));
            parts.push(Part::Variable(name.into()));
            rest = after;
        }
        ensure!(!rest.contains("}}"), "`}}}}` without `{{{{` in `{text}`");
        parts.push(Part::Text(rest.into()));
        Ok(Self(parts))
    }

    /// The text with every variable's value in its place.
    pub(crate) fn render(&self, values: &Values) -> Result<String> {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Variable(name) => text.push_str(
                    values
                        .get(name)
                        .with_context(|| format!("`{name}` is not in `[variables]`"))?,
                ),
            }
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(text: &str) -> Result<String> {
        Template::parse(text)?.render(&Values::from([("a".to_owned(), "1".to_owned())]))
    }

    #[test]
    fn ok_templates() {
        for (text, rendered) in [
            ("", ""),
            ("x", "x"),
            ("{{ a }}", "1"),
            ("x{{a}}y{{ a }}", "x1y1"),
            ("{ a }", "{ a }"),
        ] {
            assert_eq!(render(text).unwrap(), rendered, "{text}");
        }
    }

    #[test]
    fn err_templates() {
        for text in ["{{ a", "a }}", "{{ }}", "{{ A }}", "{{ b }}"] {
            assert!(render(text).is_err(), "{text}");
        }
    }
}
