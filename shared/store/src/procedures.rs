//! What is written by one INSERT into a view, and is made when a connection first needs it.
//!
//! SQLite reads the whole schema for each connection, and a host opens one for each instance: with all of these in the
//! database, an instance would take twice the time to begin. So the database has only what people and groups are written
//! by, and each connection makes the others for itself, as temporary views with their triggers.

use std::cell::Cell;

use crate::error::StoreError;
use crate::migrate::statements;
use crate::sql::Sql;

/// The views that statements insert into, and the script that makes them.
type Procedures = (&'static [&'static str], &'static str);

const PROCEDURES: [Procedures; 13] = [
    (
        &["issue_access"],
        include_str!("../procedures/access_tokens.sql"),
    ),
    (
        &[
            "register_client",
            "revise_client",
            "remove_client",
            "switch_client",
            "add_secret",
            "remove_secret",
        ],
        include_str!("../procedures/clients.sql"),
    ),
    (&["define"], include_str!("../procedures/definitions.sql")),
    (
        &["restore", "purge"],
        include_str!("../procedures/deleted.sql"),
    ),
    (&["begin_grant"], include_str!("../procedures/grants.sql")),
    (
        &["trust", "distrust"],
        include_str!("../procedures/issuers.sql"),
    ),
    (&["add_key"], include_str!("../procedures/keys.sql")),
    (
        &["publish_policy", "activate_policy", "withdraw_policies"],
        include_str!("../procedures/policies.sql"),
    ),
    (
        &["allow_registration", "disallow_registration"],
        include_str!("../procedures/registration.sql"),
    ),
    (
        &[
            "end_access",
            "end_jwt",
            "end_refresh",
            "end_grant",
            "end_client",
            "end_person",
        ],
        include_str!("../procedures/revocation.sql"),
    ),
    (&["sweep_tokens"], include_str!("../procedures/sweep.sql")),
    (
        &["configure", "suspend"],
        include_str!("../procedures/tenants.sql"),
    ),
    (
        &["issue", "revoke"],
        include_str!("../procedures/tokens.sql"),
    ),
];

/// Which of them a connection has made, a bit for each.
#[derive(Default)]
pub(crate) struct Made(Cell<u16>);

impl Made {
    /// Makes what a statement inserts into, if it is one of them and is not there yet.
    pub async fn before(&self, connection: &impl Sql, statement: &str) -> Result<(), StoreError> {
        let Some(rest) = statement.strip_prefix("INSERT INTO ") else {
            return Ok(());
        };
        let name = rest.split(' ').next().unwrap_or_default();
        let found = PROCEDURES
            .iter()
            .zip(0..)
            .find(|((names, _), _)| names.contains(&name));
        let Some(((_, script), number)) = found else {
            return Ok(());
        };
        let bit = 1 << number;
        if self.0.get() & bit == 0 {
            for statement in statements(script) {
                connection.run(statement, Vec::new()).await?;
            }
            self.0.set(self.0.get() | bit);
        }
        Ok(())
    }
}
