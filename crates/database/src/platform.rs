//! Access across tenants, under a separate role.

use sqlx::postgres::{PgConnectOptions, PgListener};
use sqlx::{ConnectOptions, PgConnection, PgPool, Postgres, Transaction};

use crate::config::lazy_pool;
use crate::{Connection, DatabaseConfig, StoreError};

/// Pool size. It is small because work across tenants is background work.
const MAX_CONNECTIONS: u32 = 4;

/// Access to the rows of all tenants, as far as the policies for the platform role allow. Used by the
/// relay, feeds, sweepers, inbox discovery and tenant resolution.
#[derive(Clone, Debug)]
pub struct PlatformDb {
    pool: PgPool,
    options: PgConnectOptions,
}

impl PlatformDb {
    /// Creates the pool; connections are opened at first use.
    pub fn connect(config: &DatabaseConfig) -> Result<Self, StoreError> {
        let url = config.platform_url.expose();
        Ok(Self {
            pool: lazy_pool(url, MAX_CONNECTIONS)?,
            options: url.parse()?,
        })
    }

    /// Opens a transaction over all tenants.
    #[expect(
        clippy::disallowed_methods,
        reason = "the only access to the rows of all tenants"
    )]
    pub async fn transaction(&self) -> Result<PlatformTx<'static>, StoreError> {
        Ok(PlatformTx {
            transaction: self.pool.begin().await?,
        })
    }

    /// A dedicated connection outside the pool, for session locks.
    pub async fn dedicated_connection(&self) -> Result<PgConnection, StoreError> {
        Ok(self.options.connect().await?)
    }

    /// A listener for notifications on a channel. It holds a connection of the pool.
    pub async fn listen(&self, channel: &str) -> Result<PgListener, StoreError> {
        let mut listener = PgListener::connect_with(&self.pool).await?;
        listener.listen(channel).await?;
        Ok(listener)
    }

    /// Closes every pooled connection.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// A transaction over all tenants.
#[derive(Debug)]
pub struct PlatformTx<'c> {
    transaction: Transaction<'c, Postgres>,
}

impl PlatformTx<'_> {
    /// The executor for one statement.
    pub fn connection(&mut self) -> Connection<'_> {
        Connection(&mut self.transaction)
    }

    /// Commits the transaction.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.transaction.commit().await?)
    }
}
