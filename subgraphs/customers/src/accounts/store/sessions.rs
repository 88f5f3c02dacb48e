//! SQL of `sessions`.

use chrono::{DateTime, Utc};
use database::{Columns, PlatformTx, StoreError, TenantConnection, TenantTx, text_column};
use ids::{SessionId, TenantId};
use sqlx::FromRow;
use sqlx::postgres::PgRow;

use super::{Removal, principal};
use crate::accounts::model::{EndReason, LiveSession, Principal};

text_column!(EndReason);

impl FromRow<'_, PgRow> for LiveSession {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let columns = Columns::of(row, "sessions", "id");
        Ok(Self {
            id: columns.get("id")?,
            principal: principal(row, &columns)?,
            expires_at: columns.get("expires_at")?,
        })
    }
}

/// Inserts a session.
pub async fn insert_session(
    tx: &mut TenantTx<'_>,
    session: &LiveSession,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (staff, customer) = session.principal.columns();
    sqlx::query(
        "INSERT INTO sessions (tenant_id, id, staff_id, customer_id, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(tx.tenant())
    .bind(session.id)
    .bind(staff)
    .bind(customer)
    .bind(now)
    .bind(session.expires_at)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Ends the live sessions of a principal, or only the session `only`; returns the ids of those that ended. Sessions are
/// locked in the order of their ids.
pub async fn update_sessions_ended(
    tx: &mut TenantTx<'_>,
    principal: Principal,
    only: Option<SessionId>,
    reason: EndReason,
    now: DateTime<Utc>,
) -> Result<Vec<SessionId>, StoreError> {
    let (staff, customer) = principal.columns();
    Ok(sqlx::query_scalar(
        "UPDATE sessions AS s
         SET ended_at = $5, end_reason = $6
         FROM (
             SELECT id
             FROM sessions
             WHERE tenant_id = $1
               AND (staff_id = $2 OR customer_id = $3)
               AND ($4::uuid IS NULL OR id = $4)
               AND ended_at IS NULL
               AND expires_at > $5
             ORDER BY id
             FOR UPDATE
         ) AS live
         WHERE s.tenant_id = $1
           AND s.id = live.id
         RETURNING s.id",
    )
    .bind(tx.tenant())
    .bind(staff)
    .bind(customer)
    .bind(only)
    .bind(now)
    .bind(reason)
    .fetch_all(tx.connection())
    .await?)
}

/// The session, unless it has ended or expired or its staff member is deactivated; staff members with their current role.
pub async fn find_live_session(
    conn: &mut impl TenantConnection,
    id: SessionId,
    now: DateTime<Utc>,
) -> Result<Option<LiveSession>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT s.id, s.staff_id, s.customer_id, m.role, s.expires_at
         FROM sessions s
         LEFT JOIN staff_members m ON m.tenant_id = s.tenant_id AND m.id = s.staff_id
         WHERE s.tenant_id = $1
           AND s.id = $2
           AND s.ended_at IS NULL
           AND s.expires_at > $3
           AND m.active IS NOT FALSE",
    )
    .bind(conn.tenant())
    .bind(id)
    .bind(now)
    .fetch_optional(conn.connection())
    .await?)
}

/// The tenants that have old sessions, or tickets that expired unused.
pub async fn list_tenants_with_old_sessions(
    tx: &mut PlatformTx<'_>,
    removal: &Removal,
) -> Result<Vec<TenantId>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT t.id
         FROM tenants t
         WHERE EXISTS (
                   SELECT 1
                   FROM sessions s
                   WHERE s.tenant_id = t.id
                     AND LEAST(s.ended_at, s.expires_at) < $1
               )
            OR EXISTS (
                   SELECT 1
                   FROM stream_tickets k
                   WHERE k.tenant_id = t.id
                     AND k.used_at IS NULL
                     AND k.expires_at < $2
               )
         ORDER BY t.id",
    )
    .bind(removal.sessions_before)
    .bind(removal.tickets_before)
    .fetch_all(tx.connection())
    .await?)
}

/// Removes sessions whose retention is over and that have no refresh token or stream ticket left.
pub async fn delete_old_sessions(
    tx: &mut TenantTx<'_>,
    removal: &Removal,
) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "DELETE FROM sessions
         WHERE tenant_id = $1
           AND id IN (
               SELECT s.id
               FROM sessions s
               WHERE s.tenant_id = $1
                 AND LEAST(s.ended_at, s.expires_at) < $2
                 AND NOT EXISTS (
                     SELECT 1
                     FROM refresh_tokens t
                     WHERE t.tenant_id = $1
                       AND t.session_id = s.id
                 )
                 AND NOT EXISTS (
                     SELECT 1
                     FROM stream_tickets t
                     WHERE t.tenant_id = $1
                       AND t.session_id = s.id
                 )
               LIMIT $3
               FOR UPDATE OF s SKIP LOCKED
           )",
    )
    .bind(tx.tenant())
    .bind(removal.sessions_before)
    .bind(removal.limit)
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}
