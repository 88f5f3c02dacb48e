//! Access to one tenant's rows: commands in a transaction, reads in a read snapshot.

use ids::TenantId;
use service::deadlines;
use sqlx::{PgPool, Postgres, Transaction};

use crate::begin::begin;
use crate::config::lazy_pool;
use crate::{Connection, DatabaseConfig, ReadSnapshot, StoreError, TenantConnection};

/// Access to the tenant data of one service. Cheap to clone.
#[derive(Clone, Debug)]
pub struct TenantDb {
    pool: PgPool,
}

impl TenantDb {
    /// Creates the pool; connections are opened at first use.
    pub fn connect(config: &DatabaseConfig) -> Result<Self, StoreError> {
        Ok(Self {
            pool: lazy_pool(config.app_url.expose(), config.max_connections)?,
        })
    }

    /// Opens the transaction of a command.
    #[track_caller]
    pub fn write(
        &self,
        tenant: TenantId,
    ) -> impl Future<Output = Result<TenantTx<'static>, StoreError>> + Send + use<> {
        let pool = self.pool.clone();
        async move {
            let transaction = begin(&pool, tenant, "READ WRITE").await?;
            Ok(TenantTx {
                tenant,
                transaction,
            })
        }
    }

    /// The read snapshot of one request, opened at first use. If all connections are busy, it fails after
    /// [`deadlines::POOL_WAIT`].
    pub fn snapshot(&self, tenant: TenantId) -> ReadSnapshot {
        ReadSnapshot::new(self.pool.clone(), tenant, deadlines::POOL_WAIT)
    }

    /// The read snapshot of a command: it waits for a connection as long as the command itself, which is
    /// [`deadlines::COMMAND_POOL_WAIT`].
    pub fn command_snapshot(&self, tenant: TenantId) -> ReadSnapshot {
        ReadSnapshot::new(self.pool.clone(), tenant, deadlines::COMMAND_POOL_WAIT)
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// A transaction that can read and change one tenant's rows. It rolls back when it is dropped without commit.
#[derive(Debug)]
pub struct TenantTx<'c> {
    tenant: TenantId,
    transaction: Transaction<'c, Postgres>,
}

impl TenantTx<'_> {
    /// The tenant whose rows are visible.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The executor for one statement.
    pub fn connection(&mut self) -> Connection<'_> {
        Connection(&mut self.transaction)
    }

    /// Commits the transaction. Must be the last call of a command.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.transaction.commit().await?)
    }

    /// Rolls back now rather than at the connection's next use.
    pub async fn rollback(self) -> Result<(), StoreError> {
        Ok(self.transaction.rollback().await?)
    }
}

impl TenantConnection for TenantTx<'_> {
    fn tenant(&self) -> TenantId {
        self.tenant
    }

    fn connection(&mut self) -> Connection<'_> {
        Connection(&mut self.transaction)
    }
}
