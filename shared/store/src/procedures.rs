//! What is written by one INSERT into a view, and is made when a connection first needs it.
//!
//! SQLite reads the whole schema for each connection, and a host opens one for each instance: with all of these in the
//! database, an instance would take twice the time to begin. So the database has only what people and groups are written
//! by, and each connection makes the others for itself, as temporary views with their triggers.
//!
//! Whoever inserts into one names its script, so that a component carries no more of them than it uses.

use std::cell::Cell;

use crate::error::StoreError;
use crate::migrate::statements;
use crate::sql::Sql;

/// A script, and the number by which a connection remembers that it has run it.
pub(crate) struct Procedures {
    number: u32,
    script: &'static str,
}

macro_rules! procedures {
    ($($number:literal $name:ident $file:literal;)*) => {$(
        pub(crate) const $name: Procedures = Procedures {
            number: $number,
            script: include_str!(concat!("../procedures/", $file)),
        };
    )*};
}

procedures! {
    0 ACCESS_TOKENS "access_tokens.sql";
    1 CLIENTS "clients.sql";
    2 DEFINITIONS "definitions.sql";
    3 DELETED "deleted.sql";
    4 GRANTS "grants.sql";
    5 ISSUERS "issuers.sql";
    6 KEYS "keys.sql";
    7 POLICIES "policies.sql";
    8 REGISTRATION "registration.sql";
    9 REVOCATION "revocation.sql";
    10 SWEEP "sweep.sql";
    11 TENANTS "tenants.sql";
    12 TOKENS "tokens.sql";
}

/// Which of them a connection has made, a bit for each.
#[derive(Default)]
pub(crate) struct Made(Cell<u32>);

impl Made {
    /// Makes them, unless they are there already.
    pub async fn make(
        &self,
        connection: &impl Sql,
        procedures: &Procedures,
    ) -> Result<(), StoreError> {
        let bit = 1 << procedures.number;
        if self.0.get() & bit == 0 {
            for statement in statements(procedures.script) {
                connection.run(statement, Vec::new()).await?;
            }
            self.0.set(self.0.get() | bit);
        }
        Ok(())
    }
}
