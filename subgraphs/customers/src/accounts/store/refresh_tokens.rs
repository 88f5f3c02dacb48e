//! SQL of `refresh_tokens`.

use chrono::{DateTime, Utc};
use database::{Columns, StoreError, TenantTx};
use sqlx::FromRow;
use sqlx::postgres::PgRow;

use super::{Removal, principal};
use crate::accounts::model::{KnownRefreshToken, LiveSession};

impl FromRow<'_, PgRow> for KnownRefreshToken {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let columns = Columns::of(row, "sessions", "session_id");
        Ok(Self {
            used_at: columns.get("used_at")?,
            session: columns.get("session_id")?,
            principal: principal(row, &columns)?,
            expires_at: columns.get("expires_at")?,
            is_ended: columns.get("is_ended")?,
            is_active: columns.get("is_active")?,
        })
    }
}

/// Inserts the next refresh token of a session.
pub async fn insert_refresh_token(
    tx: &mut TenantTx<'_>,
    hash: &[u8; 32],
    session: &LiveSession,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO refresh_tokens (tenant_id, hash, session_id, issued_at, expires_at)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(tx.tenant())
    .bind(hash.as_slice())
    .bind(session.id)
    .bind(now)
    .bind(session.expires_at)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The token with this hash, locked together with its session until the transaction ends: concurrent requests with the
/// same token run one after the other.
pub async fn lock_refresh_token(
    tx: &mut TenantTx<'_>,
    hash: &[u8; 32],
) -> Result<Option<KnownRefreshToken>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT t.used_at, t.session_id, s.staff_id, s.customer_id, s.expires_at,
                s.ended_at IS NOT NULL AS is_ended, m.role, COALESCE(m.active, true) AS is_active
         FROM refresh_tokens t
         JOIN sessions s ON s.tenant_id = t.tenant_id AND s.id = t.session_id
         LEFT JOIN staff_members m ON m.tenant_id = s.tenant_id AND m.id = s.staff_id
         WHERE t.tenant_id = $1
           AND t.hash = $2
         FOR UPDATE OF s, t",
    )
    .bind(tx.tenant())
    .bind(hash.as_slice())
    .fetch_optional(tx.connection())
    .await?)
}

/// Records the first use of a token.
pub async fn update_refresh_token_used(
    tx: &mut TenantTx<'_>,
    hash: &[u8; 32],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE refresh_tokens
         SET used_at = $3
         WHERE tenant_id = $1
           AND hash = $2
           AND used_at IS NULL",
    )
    .bind(tx.tenant())
    .bind(hash.as_slice())
    .bind(now)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Removes the tokens of sessions whose retention is over.
pub async fn delete_refresh_tokens_of_old_sessions(
    tx: &mut TenantTx<'_>,
    removal: &Removal,
) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "DELETE FROM refresh_tokens
         WHERE tenant_id = $1
           AND hash IN (
               SELECT t.hash
               FROM sessions s
               JOIN refresh_tokens t ON t.tenant_id = s.tenant_id AND t.session_id = s.id
               WHERE s.tenant_id = $1
                 AND LEAST(s.ended_at, s.expires_at) < $2
               LIMIT $3
               FOR UPDATE OF t SKIP LOCKED
           )",
    )
    .bind(tx.tenant())
    .bind(removal.sessions_before)
    .bind(removal.limit)
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}
