//! Read snapshots: one read-only transaction per request, shared by all its loaders.

use std::sync::Arc;
use std::time::Duration;

use ids::TenantId;
use sqlx::{PgPool, Postgres, Transaction};
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

use crate::begin::begin;
use crate::{Connection, StoreError, TenantConnection};

/// The read snapshot of one request: all reads see the same state, over one connection. The transaction is
/// opened at first use, so a request that reads nothing costs nothing.
#[derive(Clone, Debug)]
pub struct ReadSnapshot {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    pool: PgPool,
    tenant: TenantId,
    /// Time-out of the wait for a pooled connection.
    pool_wait: Duration,
    transaction: Mutex<Option<Transaction<'static, Postgres>>>,
}

impl ReadSnapshot {
    pub(crate) fn new(pool: PgPool, tenant: TenantId, pool_wait: Duration) -> Self {
        let transaction = Mutex::new(None);
        Self {
            shared: Arc::new(Shared {
                pool,
                tenant,
                pool_wait,
                transaction,
            }),
        }
    }

    /// The tenant whose rows are visible.
    pub fn tenant(&self) -> TenantId {
        self.shared.tenant
    }

    /// Locks the connection for a statement, and opens the transaction at first use. The loaders of a request
    /// take turns.
    pub async fn lock(&self) -> Result<SnapshotGuard<'_>, StoreError> {
        let mut slot = self.shared.transaction.lock().await;
        if slot.is_none() {
            let mode = "ISOLATION LEVEL REPEATABLE READ READ ONLY";
            let begun = begin(&self.shared.pool, self.shared.tenant, mode);
            let begun = tokio::time::timeout(self.shared.pool_wait, begun)
                .await
                .map_err(|_elapsed| sqlx::Error::PoolTimedOut)?;
            *slot = Some(begun?);
        }
        let transaction = MutexGuard::try_map(slot, Option::as_mut)
            .map_err(|_empty| StoreError::from(sqlx::Error::PoolClosed))?;
        Ok(SnapshotGuard {
            tenant: self.shared.tenant,
            transaction,
        })
    }

    /// Ends the transaction, so that the connection returns to the pool clean. Called once, after the response is
    /// built.
    pub async fn finish(&self) -> Result<(), StoreError> {
        match self.shared.transaction.lock().await.take() {
            Some(transaction) => Ok(transaction.commit().await?),
            None => Ok(()),
        }
    }
}

/// The snapshot's connection, held for one or a few statements.
#[derive(Debug)]
pub struct SnapshotGuard<'s> {
    tenant: TenantId,
    transaction: MappedMutexGuard<'s, Transaction<'static, Postgres>>,
}

impl SnapshotGuard<'_> {
    /// The tenant whose rows are visible.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The executor for one statement.
    pub fn connection(&mut self) -> Connection<'_> {
        Connection(&mut self.transaction)
    }
}

impl TenantConnection for SnapshotGuard<'_> {
    fn tenant(&self) -> TenantId {
        self.tenant
    }

    fn connection(&mut self) -> Connection<'_> {
        Connection(&mut self.transaction)
    }
}
