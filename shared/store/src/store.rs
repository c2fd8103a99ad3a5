//! The store of one component instance: a connection that its requests share.

use rollcall_core::Timestamp;

use crate::access::{self, Access};
use crate::error::StoreError;
use crate::migrate;
use crate::procedures::{Made, Procedures};
use crate::sql::{Database, Row, Sql, Value};

/// How much of the database a connection keeps in memory, in KiB. Each instance has a connection.
const CACHE_KIB: u32 = 4096;

/// The same for a batch, whose pages are written once if they all fit.
const BATCH_CACHE_KIB: u32 = 8192;

/// How many pages of the write-ahead log are written before they are taken into the database file: pages that change
/// often are then written there once for many writes.
const CHECKPOINT_PAGES: u32 = 4000;

/// What an answered write survives.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Durability {
    /// A power cut: each write reaches the disk before it is answered.
    #[default]
    Full,
    /// A crash of the process. A power cut may lose the last moments, but never leaves the database torn.
    Normal,
}

/// The tenants, tokens and resources in one database.
///
/// Every write is one statement, so it is atomic, needs no transaction, and cannot interleave with another request on
/// the same connection. A read sees every write that was answered before it began, whichever instance answered it.
pub struct Store<D: Database> {
    connection: D::Connection,
    made: Made,
}

impl<D: Database> Store<D> {
    /// Opens the database, and brings its tables up to date if this is the first instance of a release to do so.
    ///
    /// # Errors
    /// [`StoreError::Backend`] when the database cannot be reached, or a migration fails.
    pub async fn open(database: &D, durability: Durability) -> Result<Self, StoreError> {
        let connection = database.connect().await?;
        migrate::run(database, &connection).await?;
        connection
            .run(&format!("PRAGMA cache_size = -{CACHE_KIB}"), Vec::new())
            .await?;
        connection
            .run(
                &format!("PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}"),
                Vec::new(),
            )
            .await?;
        if durability == Durability::Normal {
            connection
                .run("PRAGMA synchronous = NORMAL", Vec::new())
                .await?;
        }
        Ok(Self {
            connection,
            made: Made::default(),
        })
    }

    /// A store of its own for a batch of writes: they are kept with [`Self::commit`], or all undone if that is not
    /// called. Each of them is still atomic by itself.
    ///
    /// # Errors
    /// [`StoreError::Busy`]; [`StoreError::Backend`].
    pub async fn begin(database: &D, durability: Durability) -> Result<Self, StoreError> {
        let batch = Self::open(database, durability).await?;
        let cache = format!("PRAGMA cache_size = -{BATCH_CACHE_KIB}");
        batch.run(&cache, Vec::new()).await?;
        batch.run("BEGIN IMMEDIATE", Vec::new()).await?;
        Ok(batch)
    }

    /// Keeps what has been written since [`Self::begin`]. The store can go on with [`Self::resume`].
    ///
    /// # Errors
    /// [`StoreError::Backend`]: nothing was kept.
    pub async fn commit(&self) -> Result<(), StoreError> {
        self.run("COMMIT", Vec::new()).await.map(drop)
    }

    /// Begins another batch.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub async fn resume(&self) -> Result<(), StoreError> {
        self.run("BEGIN IMMEDIATE", Vec::new()).await.map(drop)
    }

    /// Marks a place in the batch to return to.
    ///
    /// # Errors
    /// [`StoreError::Backend`].
    pub async fn save(&self) -> Result<(), StoreError> {
        self.run("SAVEPOINT unit", Vec::new()).await.map(drop)
    }

    /// Forgets the place of the last [`Self::save`], with what was written since then kept or undone.
    ///
    /// # Errors
    /// [`StoreError::Backend`].
    pub async fn release(&self, keep: bool) -> Result<(), StoreError> {
        if !keep {
            self.run("ROLLBACK TO unit", Vec::new()).await?;
        }
        self.run("RELEASE unit", Vec::new()).await.map(drop)
    }

    /// Answers whether the database answers.
    ///
    /// # Errors
    /// [`StoreError::Backend`] when it doesn't.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.run("SELECT 1 FROM schema_migration", Vec::new())
            .await
            .map(drop)
    }

    /// Checks the caller's token alone.
    ///
    /// # Errors
    /// [`StoreError::Unauthenticated`] when it doesn't open the tenant.
    pub async fn authenticate(&self, access: &Access, now: Timestamp) -> Result<(), StoreError> {
        let statement = format!("WITH {} SELECT 1 FROM open", access::open(access));
        let rows = self
            .run(&statement, access::parameters(access, now))
            .await?;
        if rows.is_empty() {
            Err(StoreError::Unauthenticated)
        } else {
            Ok(())
        }
    }

    pub(crate) const fn connection(&self) -> &D::Connection {
        &self.connection
    }

    pub(crate) async fn run(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        Ok(self.connection.run(statement, parameters).await?)
    }

    /// Runs a statement that inserts into one of these procedures.
    pub(crate) async fn call(
        &self,
        procedures: &Procedures,
        statement: &str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        self.made.make(&self.connection, procedures).await?;
        self.run(statement, parameters).await
    }
}
