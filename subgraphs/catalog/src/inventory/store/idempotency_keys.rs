//! `idempotency_keys`.

use chrono::{DateTime, Utc};
use database::{PlatformTx, StoreError, TenantTx};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::types::Json;

/// An idempotency key, in the scope of its principal and operation.
pub struct IdempotencyKey<'a> {
    pub principal: &'a str,
    pub operation: &'static str,
    pub key: &'a str,
}

/// Fingerprint of the input and reply of the first use of a key.
pub struct SavedReply<T> {
    pub fingerprint: String,
    pub reply: T,
}

/// Claims a key; returns false if it was used before. Waits for a first use that is still running.
pub async fn insert_idempotency_key(
    tx: &mut TenantTx<'_>,
    key: &IdempotencyKey<'_>,
    fingerprint: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let inserted = sqlx::query(
        "INSERT INTO idempotency_keys (tenant_id, principal, operation, key, fingerprint, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT DO NOTHING",
    )
    .bind(tx.tenant())
    .bind(key.principal)
    .bind(key.operation)
    .bind(key.key)
    .bind(fingerprint)
    .bind(now)
    .execute(tx.connection())
    .await?;
    Ok(inserted.rows_affected() == 1)
}

pub async fn find_saved_reply<T: DeserializeOwned + Send + Unpin + 'static>(
    tx: &mut TenantTx<'_>,
    key: &IdempotencyKey<'_>,
) -> Result<Option<SavedReply<T>>, StoreError> {
    let saved: Option<(String, Json<T>)> = sqlx::query_as(
        "SELECT fingerprint, reply
         FROM idempotency_keys
         WHERE tenant_id = $1 AND principal = $2 AND operation = $3 AND key = $4",
    )
    .bind(tx.tenant())
    .bind(key.principal)
    .bind(key.operation)
    .bind(key.key)
    .fetch_optional(tx.connection())
    .await?;
    Ok(saved.map(|(fingerprint, Json(reply))| SavedReply { fingerprint, reply }))
}

/// Saves the reply, in the transaction that has claimed the key.
pub async fn update_reply<T: Serialize + Sync>(
    tx: &mut TenantTx<'_>,
    key: &IdempotencyKey<'_>,
    reply: &T,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE idempotency_keys
         SET reply = $5
         WHERE tenant_id = $1 AND principal = $2 AND operation = $3 AND key = $4",
    )
    .bind(tx.tenant())
    .bind(key.principal)
    .bind(key.operation)
    .bind(key.key)
    .bind(Json(reply))
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Deletes keys of all tenants that were created before a time; returns how many.
pub async fn delete_idempotency_keys_before(
    tx: &mut PlatformTx<'_>,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64, StoreError> {
    let deleted = sqlx::query(
        "DELETE FROM idempotency_keys
         WHERE (tenant_id, principal, operation, key) IN (
             SELECT tenant_id, principal, operation, key
             FROM idempotency_keys
             WHERE created_at < $1
             ORDER BY created_at
             LIMIT $2
         )",
    )
    .bind(before)
    .bind(limit)
    .execute(tx.connection())
    .await?;
    Ok(deleted.rows_affected())
}
