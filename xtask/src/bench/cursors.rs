//! Cursors of pages all over a tenant (RFC 9865): the service makes them, so its pages are walked.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::go_on;
use super::seed::Tenant;
use crate::up::child::Signals;
use crate::up::client::{Client, unexpected};

/// How many pages are walked at the most.
const PAGES: usize = 2000;

/// Writes the cursors of a tenant into two files: those of the pages in the order of creation, and
/// of the pages sorted by userName. Returns the files' names.
///
/// # Errors
/// If a page is refused, or has no next one.
pub(super) fn collect(
    client: &Client,
    tenant: &Tenant,
    folder: &Path,
    signals: &mut Signals,
) -> Result<[String; 2]> {
    let mut walk = |name: &str, sort: &str| -> Result<String> {
        let mut cursors = String::from("cursor\n");
        let mut cursor = String::new();
        for _ in 0..PAGES {
            go_on(signals)?;
            let path = format!("{}/Users?cursor={cursor}&count=10{sort}", tenant.base);
            let answer = client.get(&path, &tenant.token)?;
            if answer.status != 200 {
                return Err(unexpected(&path, &answer));
            }
            let page: Value = serde_json::from_str(&answer.body)?;
            let Some(next) = page["nextCursor"].as_str() else {
                break;
            };
            cursor = next.to_owned();
            cursors.push_str(next);
            cursors.push('\n');
        }
        anyhow::ensure!(
            !cursor.is_empty(),
            "a page of 10 out of {} users has no `nextCursor`",
            tenant.users
        );
        let file = format!("{}-{name}.tsv", tenant.name);
        fs::write(folder.join(&file), cursors).with_context(|| format!("cannot write {file}"))?;
        Ok(file)
    };
    Ok([
        walk("pages", "")?,
        walk("sorted-pages", "&sortBy=userName")?,
    ])
}
