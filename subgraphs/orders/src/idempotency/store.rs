//! SQL of `idempotency_keys`. The keys of placements are inserted together with the placements: see
//! `placements::store`.

use chrono::{DateTime, Utc};
use database::{PlatformTx, StoreError, TenantConnection, TenantTx};
use ids::{OrderId, TenantId};
use uuid::Uuid;

use super::model::{Fingerprint, KeyScope, SavedKey};

#[derive(sqlx::FromRow)]
struct KeyRow {
    fingerprint: Vec<u8>,
    order_id: Uuid,
    reply: Option<serde_json::Value>,
}

/// Reads a key, if it was used before.
pub(crate) async fn find_key(
    connection: &mut impl TenantConnection,
    scope: &KeyScope,
) -> Result<Option<SavedKey>, StoreError> {
    let row = sqlx::query_as::<_, KeyRow>(
        "SELECT fingerprint, order_id, reply
         FROM idempotency_keys
         WHERE tenant_id = $1 AND principal = $2 AND mutation = $3 AND key = $4",
    )
    .bind(connection.tenant().uuid())
    .bind(&scope.principal)
    .bind(scope.mutation)
    .bind(&scope.key)
    .fetch_optional(connection.connection())
    .await?;
    Ok(row.map(|row| SavedKey {
        fingerprint: row.fingerprint,
        order: OrderId::from_uuid(row.order_id),
        reply: row.reply,
    }))
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
    .bind(tx.tenant().uuid())
    .bind(&scope.principal)
    .bind(scope.mutation)
    .bind(&scope.key)
    .bind(fingerprint.0.as_slice())
    .bind(order.uuid())
    .bind(reply)
    .bind(now)
    .execute(tx.connection())
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Saves the replies of commands that have finished.
pub(crate) async fn update_replies(
    tx: &mut TenantTx<'_>,
    mutation: &'static str,
    replies: &[(&KeyScope, OrderId, serde_json::Value)],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let principals: Vec<&str> = replies
        .iter()
        .map(|(scope, ..)| scope.principal.as_str())
        .collect();
    let keys: Vec<&str> = replies
        .iter()
        .map(|(scope, ..)| scope.key.as_str())
        .collect();
    let orders: Vec<Uuid> = replies.iter().map(|(_, order, _)| order.uuid()).collect();
    let values: Vec<&serde_json::Value> = replies.iter().map(|(.., reply)| reply).collect();
    sqlx::query(
        "UPDATE idempotency_keys AS saved
         SET reply = ended.reply, finished_at = $3
         FROM UNNEST($4::text[], $5::text[], $6::uuid[], $7::jsonb[])
             AS ended (principal, key, order_id, reply)
         WHERE saved.tenant_id = $1 AND saved.mutation = $2
           AND saved.principal = ended.principal AND saved.key = ended.key
           AND saved.order_id = ended.order_id",
    )
    .bind(tx.tenant().uuid())
    .bind(mutation)
    .bind(now)
    .bind(principals)
    .bind(keys)
    .bind(orders)
    .bind(values)
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
    .bind(tx.tenant().uuid())
    .bind(&scope.principal)
    .bind(scope.mutation)
    .bind(&scope.key)
    .bind(order.uuid())
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Tenants with keys that were created before a time.
pub(super) async fn list_tenants_with_old_keys(
    tx: &mut PlatformTx<'_>,
    before: DateTime<Utc>,
) -> Result<Vec<TenantId>, StoreError> {
    let rows = sqlx::query_scalar::<_, Uuid>(
        "SELECT DISTINCT tenant_id
         FROM idempotency_keys
         WHERE created_at < $1",
    )
    .bind(before)
    .fetch_all(tx.connection())
    .await?;
    Ok(rows.into_iter().map(TenantId::from_uuid).collect())
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
    .bind(tx.tenant().uuid())
    .bind(before)
    .bind(limit)
    .execute(tx.connection())
    .await?;
    Ok(deleted.rows_affected())
}
