//! SQL of `idempotency_keys`.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use database::{Columns, PlatformTx, StoreError, TenantConnection, TenantTx, column};
use ids::TenantId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::FromRow;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use crate::{Fingerprint, Key, Request};

/// What a key stands for, for one input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeyState<T> {
    /// The key is unused.
    Unused,
    /// The key was used with another input.
    Conflict,
    /// The command of the key is running.
    Running,
    /// The command of the key has finished with this reply.
    Finished(T),
}

/// A key that was used before.
#[derive(Debug, Clone)]
pub(crate) struct SavedKey {
    pub fingerprint: Vec<u8>,
    pub reply: Option<Value>,
}

/// The reply of a command that has finished.
pub struct Finished<'a, T> {
    /// Its key.
    pub key: &'a Key,
    /// The subject that a saga has claimed the key for.
    pub subject: Option<Uuid>,
    /// The reply to save.
    pub reply: &'a T,
}

impl SavedKey {
    /// Compares the saved key with an input.
    pub(crate) fn state_for<T: DeserializeOwned>(
        self,
        fingerprint: Fingerprint,
    ) -> Result<KeyState<T>, StoreError> {
        if self.fingerprint != fingerprint.0 {
            return Ok(KeyState::Conflict);
        }
        let Some(reply) = self.reply else {
            return Ok(KeyState::Running);
        };
        let reply = serde_json::from_value(reply).map_err(StoreError::inconsistent)?;
        Ok(KeyState::Finished(reply))
    }
}

impl FromRow<'_, PgRow> for SavedKey {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let row = Columns::of(row, "idempotency_keys", "subject");
        Ok(Self {
            fingerprint: row.get("fingerprint")?,
            reply: row.get("reply")?,
        })
    }
}

/// What the key of the request stands for.
pub(crate) async fn find_key_state<T: DeserializeOwned>(
    connection: &mut impl TenantConnection,
    request: &Request,
) -> Result<KeyState<T>, StoreError> {
    let saved: Option<SavedKey> = sqlx::query_as(
        "SELECT subject, fingerprint, reply
         FROM idempotency_keys
         WHERE tenant_id = $1 AND principal = $2 AND operation = $3 AND key = $4",
    )
    .bind(connection.tenant())
    .bind(&request.key.principal)
    .bind(request.key.operation)
    .bind(&request.key.text)
    .fetch_optional(connection.connection())
    .await?;
    saved.map_or(Ok(KeyState::Unused), |saved| {
        saved.state_for(request.fingerprint)
    })
}

/// Inserts the key of a command that is one transaction. Returns false when the key was used before, or when an open
/// transaction runs its command: an advisory lock makes the statement return at once instead of waiting for that one.
pub(crate) async fn insert_unless_running(
    tx: &mut TenantTx<'_>,
    request: &Request,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let inserted = sqlx::query(
        "INSERT INTO idempotency_keys (tenant_id, principal, operation, key, fingerprint, created_at)
         SELECT $1, $2, $3, $4, $5, $6
         WHERE pg_try_advisory_xact_lock(hashtextextended(concat_ws(E'\\n', $1::text, $2, $3, $4), 0))
         ON CONFLICT DO NOTHING",
    )
    .bind(tx.tenant())
    .bind(&request.key.principal)
    .bind(request.key.operation)
    .bind(&request.key.text)
    .bind(request.fingerprint.0.as_slice())
    .bind(now)
    .execute(tx.connection())
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Inserts the keys of sagas that are free. Returns the subjects whose keys were inserted.
pub(crate) async fn insert_claims(
    tx: &mut TenantTx<'_>,
    claims: &[(&Request, Uuid)],
    now: DateTime<Utc>,
) -> Result<HashSet<Uuid>, StoreError> {
    // Sorted, so that two processes with the same keys lock them in the same order and cannot deadlock.
    let inserted: Vec<Uuid> = sqlx::query_scalar(
        "INSERT INTO idempotency_keys
             (tenant_id, principal, operation, key, fingerprint, subject, created_at)
         SELECT $1, principal, operation, key, fingerprint, subject, $7
         FROM UNNEST($2::text[], $3::text[], $4::text[], $5::bytea[], $6::uuid[])
             AS asked (principal, operation, key, fingerprint, subject)
         ORDER BY principal, operation, key
         ON CONFLICT DO NOTHING
         RETURNING subject",
    )
    .bind(tx.tenant())
    .bind(column(claims, |(request, _)| {
        request.key.principal.as_str()
    }))
    .bind(column(claims, |(request, _)| request.key.operation))
    .bind(column(claims, |(request, _)| request.key.text.as_str()))
    .bind(column(claims, |(request, _)| request.fingerprint.0))
    .bind(column(claims, |(_, subject)| *subject))
    .bind(now)
    .fetch_all(tx.connection())
    .await?;
    Ok(inserted.into_iter().collect())
}

/// The subjects whose keys are claimed for them.
pub(crate) async fn list_subjects(
    tx: &mut TenantTx<'_>,
    claims: &[(&Request, Uuid)],
) -> Result<Vec<Uuid>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT saved.subject
         FROM idempotency_keys AS saved
         JOIN UNNEST($2::text[], $3::text[], $4::text[], $5::uuid[])
             AS asked (principal, operation, key, subject)
             ON asked.principal = saved.principal AND asked.operation = saved.operation
             AND asked.key = saved.key AND asked.subject = saved.subject
         WHERE saved.tenant_id = $1",
    )
    .bind(tx.tenant())
    .bind(column(claims, |(request, _)| {
        request.key.principal.as_str()
    }))
    .bind(column(claims, |(request, _)| request.key.operation))
    .bind(column(claims, |(request, _)| request.key.text.as_str()))
    .bind(column(claims, |(_, subject)| *subject))
    .fetch_all(tx.connection())
    .await?)
}

/// Saves the replies of commands that have finished.
pub async fn finish<T: Serialize>(
    tx: &mut TenantTx<'_>,
    finished: &[Finished<'_, T>],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let replies: Result<Vec<Value>, _> = finished
        .iter()
        .map(|finished| serde_json::to_value(finished.reply))
        .collect();
    sqlx::query(
        "UPDATE idempotency_keys AS saved
         SET reply = ended.reply, finished_at = $7
         FROM UNNEST($2::text[], $3::text[], $4::text[], $5::uuid[], $6::jsonb[])
             AS ended (principal, operation, key, subject, reply)
         WHERE saved.tenant_id = $1 AND saved.principal = ended.principal
           AND saved.operation = ended.operation AND saved.key = ended.key
           AND saved.subject IS NOT DISTINCT FROM ended.subject",
    )
    .bind(tx.tenant())
    .bind(column(finished, |finished| finished.key.principal.as_str()))
    .bind(column(finished, |finished| finished.key.operation))
    .bind(column(finished, |finished| finished.key.text.as_str()))
    .bind(column(finished, |finished| finished.subject))
    .bind(replies.map_err(StoreError::inconsistent)?)
    .bind(now)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Frees the key of a saga that is undone, so that the client may retry with it.
pub async fn free(tx: &mut TenantTx<'_>, key: &Key, subject: Uuid) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM idempotency_keys
         WHERE tenant_id = $1 AND principal = $2 AND operation = $3 AND key = $4
           AND subject = $5 AND reply IS NULL",
    )
    .bind(tx.tenant())
    .bind(&key.principal)
    .bind(key.operation)
    .bind(&key.text)
    .bind(subject)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Tenants with keys that were created before a time.
pub(crate) async fn list_tenants_with_old_keys(
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
pub(crate) async fn delete_old_keys(
    tx: &mut TenantTx<'_>,
    before: DateTime<Utc>,
    limit: u16,
) -> Result<u64, StoreError> {
    let deleted = sqlx::query(
        "DELETE FROM idempotency_keys
         WHERE tenant_id = $1 AND (principal, operation, key) IN (
             SELECT principal, operation, key
             FROM idempotency_keys
             WHERE tenant_id = $1 AND created_at < $2 AND reply IS NOT NULL
             LIMIT $3
             FOR UPDATE SKIP LOCKED)",
    )
    .bind(tx.tenant())
    .bind(before)
    .bind(i64::from(limit))
    .execute(tx.connection())
    .await?;
    Ok(deleted.rows_affected())
}
