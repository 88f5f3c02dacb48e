//! SQL of `sessions`.

use chrono::{DateTime, Utc};
use database::{PlatformTx, StoreError, TenantConnection, TenantTx};
use ids::{CustomerId, SessionId, StaffMemberId, TenantId};
use uuid::Uuid;

use super::Removal;
use crate::accounts::model::{EndReason, LiveSession, Principal, staff_role};
use crate::corrupt_row::CorruptRow;

#[derive(sqlx::FromRow)]
struct LiveSessionRow {
    staff_id: Option<Uuid>,
    customer_id: Option<Uuid>,
    role: Option<String>,
    expires_at: DateTime<Utc>,
}

/// The principal of a session, from its columns and the role of the staff member, if it is one.
pub fn principal(
    session: Uuid,
    (staff, customer): (Option<Uuid>, Option<Uuid>),
    role: Option<&str>,
) -> Result<Principal, StoreError> {
    let corrupt = |table, column, id| StoreError::from(CorruptRow { table, column, id });
    match (staff, customer) {
        (Some(id), None) => Ok(Principal::Staff {
            id: StaffMemberId::from_uuid(id),
            role: role
                .and_then(staff_role)
                .ok_or_else(|| corrupt("staff_members", "role", id))?,
        }),
        (None, Some(id)) => Ok(Principal::Customer(CustomerId::from_uuid(id))),
        (Some(_), Some(_)) | (None, None) => Err(corrupt("sessions", "customer_id", session)),
    }
}

/// Inserts a session.
pub async fn insert_session(
    tx: &mut TenantTx<'_>,
    session: &LiveSession,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let tenant = tx.tenant().uuid();
    let (staff, customer) = session.principal.columns();
    sqlx::query(
        "INSERT INTO sessions (tenant_id, id, staff_id, customer_id, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(tenant)
    .bind(session.id.uuid())
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
    let tenant = tx.tenant().uuid();
    let (staff, customer) = principal.columns();
    let ended = sqlx::query_scalar::<_, Uuid>(
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
    .bind(tenant)
    .bind(staff)
    .bind(customer)
    .bind(only.map(SessionId::uuid))
    .bind(now)
    .bind(reason.as_str())
    .fetch_all(tx.connection())
    .await?;
    Ok(ended.into_iter().map(SessionId::from_uuid).collect())
}

/// The session, unless it has ended or expired or its staff member is deactivated; staff members with their current role.
pub async fn find_live_session(
    conn: &mut impl TenantConnection,
    id: SessionId,
    now: DateTime<Utc>,
) -> Result<Option<LiveSession>, StoreError> {
    let tenant = conn.tenant().uuid();
    let row = sqlx::query_as::<_, LiveSessionRow>(
        "SELECT s.staff_id, s.customer_id, m.role, s.expires_at
         FROM sessions s
         LEFT JOIN staff_members m ON m.tenant_id = s.tenant_id AND m.id = s.staff_id
         WHERE s.tenant_id = $1
           AND s.id = $2
           AND s.ended_at IS NULL
           AND s.expires_at > $3
           AND m.active IS NOT FALSE",
    )
    .bind(tenant)
    .bind(id.uuid())
    .bind(now)
    .fetch_optional(conn.connection())
    .await?;
    row.map(|row| {
        let person = (row.staff_id, row.customer_id);
        Ok(LiveSession {
            id,
            principal: principal(id.uuid(), person, row.role.as_deref())?,
            expires_at: row.expires_at,
        })
    })
    .transpose()
}

/// The tenants that have old sessions, or tickets that expired unused.
pub async fn list_tenants_with_old_sessions(
    tx: &mut PlatformTx<'_>,
    removal: &Removal,
) -> Result<Vec<TenantId>, StoreError> {
    let tenants = sqlx::query_scalar::<_, Uuid>(
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
    .await?;
    Ok(tenants.into_iter().map(TenantId::from_uuid).collect())
}

/// Removes sessions whose retention is over and that have no refresh token or stream ticket left.
pub async fn delete_old_sessions(
    tx: &mut TenantTx<'_>,
    removal: &Removal,
) -> Result<u64, StoreError> {
    let tenant = tx.tenant().uuid();
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
    .bind(tenant)
    .bind(removal.sessions_before)
    .bind(removal.limit)
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}
