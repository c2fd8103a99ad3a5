//! Which page of a list is asked for.

use rollcall_core::excerpt;

use crate::problem::Problem;
use crate::query;

/// The page after the entry `after`, with at most `count` entries.
pub(super) struct Page {
    pub after: Option<String>,
    pub count: Option<u32>,
}

impl Page {
    /// # Errors
    /// 400.
    pub fn of(query: Option<&str>) -> Result<Self, Problem> {
        let mut parameters = query::parse(query.unwrap_or_default(), &["after", "count"])
            .map_err(|_| Problem::invalid("give `after` and `count` once each, in UTF-8".into()))?;
        let mut take = |name: &str| {
            let place = parameters.iter().position(|(known, _)| *known == name);
            place.map(|place| parameters.swap_remove(place).1)
        };
        let after = take("after");
        let count = take("count")
            .map(|count| whole(&count).ok_or_else(|| no_number("count", &count)))
            .transpose()?;
        Ok(Self {
            after,
            count: count.map(|count| u32::try_from(count).unwrap_or(u32::MAX)),
        })
    }

    /// `after`, where entries have numbers; 0 without one.
    ///
    /// # Errors
    /// 400.
    pub fn after_number(&self) -> Result<i64, Problem> {
        match &self.after {
            None => Ok(0),
            Some(after) => whole(after).ok_or_else(|| no_number("after", after)),
        }
    }
}

fn whole(text: &str) -> Option<i64> {
    text.parse().ok().filter(|number| *number >= 0)
}

fn no_number(name: &str, value: &str) -> Problem {
    Problem::invalid(format!(
        "`{name}` is `{}`: give a whole number",
        excerpt(value)
    ))
}
