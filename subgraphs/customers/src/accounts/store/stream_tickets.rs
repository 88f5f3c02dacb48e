//! SQL of `stream_tickets`.

use chrono::{DateTime, Utc};
use database::{StoreError, TenantTx};
use ids::SessionId;

use super::Removal;
use crate::accounts::model::{Origin, Principal};

/// A new ticket. It has no `Debug`: it holds the hash of the ticket.
pub struct NewStreamTicket {
    /// SHA-256 of the ticket.
    pub hash: [u8; 32],
    pub session: SessionId,
    /// Principal of the session.
    pub principal: Principal,
    pub made_for: Option<Origin>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// A use of a ticket.
pub struct TicketUse<'a> {
    /// SHA-256 of the ticket.
    pub hash: &'a [u8; 32],
    /// The stream to open or resume.
    pub stream: &'a str,
    /// Origin of the page, if the browser sends it.
    pub origin: Option<&'a str>,
    pub now: DateTime<Utc>,
}

/// Inserts a ticket for a live session; `false` when the session has ended or expired or belongs to another principal.
pub async fn insert_stream_ticket(
    tx: &mut TenantTx<'_>,
    ticket: &NewStreamTicket,
) -> Result<bool, StoreError> {
    let (staff, customer) = ticket.principal.columns();
    let done = sqlx::query(
        "INSERT INTO stream_tickets (tenant_id, hash, session_id, made_for, created_at, expires_at)
         SELECT tenant_id, $3, id, $6, $7, $8
         FROM sessions
         WHERE tenant_id = $1
           AND id = $2
           AND (staff_id = $4 OR customer_id = $5)
           AND ended_at IS NULL
           AND expires_at > $7",
    )
    .bind(tx.tenant())
    .bind(ticket.session)
    .bind(ticket.hash.as_slice())
    .bind(staff)
    .bind(customer)
    .bind(ticket.made_for.as_ref().map(Origin::as_str))
    .bind(ticket.created_at)
    .bind(ticket.expires_at)
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Claims the first use of a ticket: of concurrent uses, one gets the session. A browser sends no origin with a
/// same-origin request, so a missing origin matches every ticket.
pub async fn update_stream_ticket_used(
    tx: &mut TenantTx<'_>,
    ticket_use: &TicketUse<'_>,
) -> Result<Option<SessionId>, StoreError> {
    Ok(sqlx::query_scalar(
        "UPDATE stream_tickets
         SET used_at = $3, stream = $4, origin = $5
         WHERE tenant_id = $1
           AND hash = $2
           AND used_at IS NULL
           AND expires_at > $3
           AND (made_for IS NULL OR $5::text IS NULL OR made_for = $5)
         RETURNING session_id",
    )
    .bind(tx.tenant())
    .bind(ticket_use.hash.as_slice())
    .bind(ticket_use.now)
    .bind(ticket_use.stream)
    .bind(ticket_use.origin)
    .fetch_optional(tx.connection())
    .await?)
}

/// The session of a ticket that was used before, for the same stream and from the same origin.
pub async fn find_session_of_used_ticket(
    tx: &mut TenantTx<'_>,
    ticket_use: &TicketUse<'_>,
) -> Result<Option<SessionId>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT session_id
         FROM stream_tickets
         WHERE tenant_id = $1
           AND hash = $2
           AND used_at IS NOT NULL
           AND stream = $3
           AND origin IS NOT DISTINCT FROM $4",
    )
    .bind(tx.tenant())
    .bind(ticket_use.hash.as_slice())
    .bind(ticket_use.stream)
    .bind(ticket_use.origin)
    .fetch_optional(tx.connection())
    .await?)
}

/// Removes tickets that expired unused.
pub async fn delete_unused_stream_tickets(
    tx: &mut TenantTx<'_>,
    removal: &Removal,
) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "DELETE FROM stream_tickets
         WHERE tenant_id = $1
           AND hash IN (
               SELECT hash
               FROM stream_tickets
               WHERE tenant_id = $1
                 AND used_at IS NULL
                 AND expires_at < $2
               LIMIT $3
               FOR UPDATE SKIP LOCKED
           )",
    )
    .bind(tx.tenant())
    .bind(removal.tickets_before)
    .bind(removal.limit)
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}

/// Removes the tickets of sessions whose retention is over.
pub async fn delete_stream_tickets_of_old_sessions(
    tx: &mut TenantTx<'_>,
    removal: &Removal,
) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "DELETE FROM stream_tickets
         WHERE tenant_id = $1
           AND hash IN (
               SELECT t.hash
               FROM sessions s
               JOIN stream_tickets t ON t.tenant_id = s.tenant_id AND t.session_id = s.id
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
