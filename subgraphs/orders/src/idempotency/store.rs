//! SQL of `idempotency_keys`. The keys of placements are inserted together with the placements: see
//! `placements::store`.

use chrono::{DateTime, Utc};
use database::{Columns, PlatformTx, StoreError, TenantConnection, TenantTx, column};
use ids::{OrderId, TenantId};
use serde::Serialize;
use sqlx::FromRow;
use sqlx::postgres::PgRow;
use sqlx::types::Json;

use super::model::{Fingerprint, KeyScope, SavedKey};

impl FromRow<'_, PgRow> for SavedKey {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let row = Columns::of(row, "idempotency_keys", "order_id");
        Ok(Self {
            fingerprint: row.get("fingerprint")?,
            order: row.get("order_id")?,
            reply: row.get("reply")?,
        })
    }
}

/// Reads a key, if it was used before.
pub(crate) async fn find_key(
    connection: &mut impl TenantConnection,
    scope: &KeyScope,
) -> Result<Option<SavedKey>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT fingerprint, order_id, reply
         FROM idempotency_keys
         WHERE tenant_id = $1 AND principal = $2 AND mutation = $3 AND key = $4",
    )
    .bind(connection.tenant())
    .bind(&scope.principal)
    .bind(scope.mutation)
    .bind(&scope.key)
    .fetch_optional(connection.connection())
    .await?)
}

/// Inserts the key of a command that is one transaction, with its reply. Returns false when the key was used before.
pub(crate) async fn insert_finished_key(
    tx: &mut TenantTx<'_>,
    scope: &KeyScope,
    fingerprint: Fingerprint,
    saved: (OrderId, serde_json::Value),
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let (order, reply) = saved;
    let inserted = sqlx::query(
        "INSERT INTO idempotency_keys
             (tenant_id, principal, mutation, key, fingerprint, order_id, reply, created_at, finished_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
         ON CONFLICT DO NOTHING",
    )
    .bind(tx.tenant())
    .bind(&scope.principal)
    .bind(scope.mutation)
    .bind(&scope.key)
    .bind(fingerprint.0.as_slice())
    .bind(order)
    .bind(reply)
    .bind(now)
    .execute(tx.connection())
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Saves the replies of commands that have finished.
pub(crate) async fn update_replies<T: Serialize>(
    tx: &mut TenantTx<'_>,
    mutation: &'static str,
    replies: &[(&KeyScope, OrderId, T)],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE idempotency_keys AS saved
         SET reply = ended.reply, finished_at = $3
         FROM UNNEST($4::text[], $5::text[], $6::uuid[], $7::jsonb[])
             AS ended (principal, key, order_id, reply)
         WHERE saved.tenant_id = $1 AND saved.mutation = $2
           AND saved.principal = ended.principal AND saved.key = ended.key
           AND saved.order_id = ended.order_id",
    )
    .bind(tx.tenant())
    .bind(mutation)
    .bind(now)
    .bind(column(replies, |(scope, ..)| scope.principal.as_str()))
    .bind(column(replies, |(scope, ..)| scope.key.as_str()))
    .bind(column(replies, |(_, order, _)| *order))
    .bind(column(replies, |(.., reply)| Json(reply)))
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Frees the key of an abandoned placement, so that the client may retry with it.
pub(crate) async fn delete_running_key(
    tx: &mut TenantTx<'_>,
    scope: &KeyScope,
    order: OrderId,
) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM idempotency_keys
         WHERE tenant_id = $1 AND principal = $2 AND mutation = $3 AND key = $4
           AND order_id = $5 AND reply IS NULL",
    )
    .bind(tx.tenant())
    .bind(&scope.principal)
    .bind(scope.mutation)
    .bind(&scope.key)
    .bind(order)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Tenants with keys that were created before a time.
pub(super) async fn list_tenants_with_old_keys(
    tx: &mut PlatformTx<'_>,
    before: DateTime<Utc>,
) -> Result<Vec<TenantId>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT DISTINCT tenant_id
         FROM idempotency_keys
         WHERE created_at < $1",
    )
    .bind(before)
    .fetch_all(tx.connection())
    .await?)
}

/// Deletes at most `limit` finished keys that were created before a time. Returns the number of deleted keys.
pub(super) async fn delete_old_keys(
    tx: &mut TenantTx<'_>,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64, StoreError> {
    let deleted = sqlx::query(
        "DELETE FROM idempotency_keys
         WHERE tenant_id = $1 AND (principal, mutation, key) IN (
             SELECT principal, mutation, key
             FROM idempotency_keys
             WHERE tenant_id = $1 AND created_at < $2 AND reply IS NOT NULL
             LIMIT $3
             FOR UPDATE SKIP LOCKED)",
    )
    .bind(tx.tenant())
    .bind(before)
    .bind(limit)
    .execute(tx.connection())
    .await?;
    Ok(deleted.rows_affected())
}
