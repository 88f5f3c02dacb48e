//! SQL of the inbox.

use std::time::Duration;

use chrono::{DateTime, Utc};
use database::{PlatformTx, StoreError, TenantTx, column};
use event_contracts::Envelope;
use ids::{EventId, TenantId};
use sqlx::types::Json;
use sqlx::{FromRow, Postgres, QueryBuilder};

/// A message that is not retried any more.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct ParkedMessage {
    /// Tenant of the event.
    #[sqlx(rename = "tenant_id")]
    pub tenant: TenantId,
    /// Consumer that failed to handle it.
    pub consumer: String,
    /// Id of the event.
    #[sqlx(rename = "event_id")]
    pub event: EventId,
    /// Type of the event.
    pub event_type: String,
    /// Number of attempts.
    pub attempts: i32,
    /// Reason for parking.
    pub reason: String,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// When it was parked.
    pub parked_at: Option<DateTime<Utc>>,
}

/// A message that this worker has claimed.
#[derive(FromRow)]
pub(super) struct Claimed {
    #[sqlx(rename = "tenant_id")]
    pub(super) tenant: TenantId,
    #[sqlx(json)]
    pub(super) envelope: Envelope,
    /// Fence: the next worker that claims the message gets a higher number.
    pub(super) attempts: i32,
}

/// Inserts new messages; messages that are already stored stay unchanged.
pub(super) async fn insert_messages(
    tx: &mut TenantTx<'_>,
    consumer: &'static str,
    envelopes: &[Envelope],
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO inbox (tenant_id, consumer, event_id, event_type, envelope)
         SELECT $1, $2, m.event_id, m.event_type, m.envelope
         FROM unnest($3::uuid[], $4::text[], $5::jsonb[]) AS m (event_id, event_type, envelope)
         ORDER BY m.event_id
         ON CONFLICT (tenant_id, consumer, event_id) DO NOTHING",
    )
    .bind(tx.tenant())
    .bind(consumer)
    .bind(column(envelopes, |envelope| envelope.id))
    .bind(column(envelopes, |envelope| envelope.event_type.as_str()))
    .bind(column(envelopes, Json))
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Claims due messages, oldest first, for the length of the lease.
pub(super) async fn lock_due(
    tx: &mut PlatformTx<'_>,
    consumer: &'static str,
    lease: Duration,
    limit: usize,
) -> Result<Vec<Claimed>, StoreError> {
    Ok(sqlx::query_as(
        "WITH due AS (
             SELECT tenant_id, event_id
             FROM inbox
             WHERE consumer = $1 AND state = 'waiting' AND next_at <= now()
             ORDER BY next_at
             LIMIT $2
             FOR UPDATE SKIP LOCKED
         )
         UPDATE inbox i
         SET attempts = i.attempts + 1, next_at = now() + make_interval(secs => $3)
         FROM due
         WHERE i.tenant_id = due.tenant_id AND i.consumer = $1 AND i.event_id = due.event_id
         RETURNING i.tenant_id, i.envelope, i.attempts",
    )
    .bind(consumer)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .bind(lease.as_secs_f64())
    .fetch_all(tx.connection())
    .await?)
}

/// Marks the message as done and deletes its content, unless another worker has claimed it since.
/// Returns whether it was marked.
pub(super) async fn update_to_done(
    tx: &mut TenantTx<'_>,
    consumer: &'static str,
    message: &Claimed,
) -> Result<bool, StoreError> {
    let updated = sqlx::query(
        "UPDATE inbox
         SET state = 'done', envelope = NULL, last_error = NULL, settled_at = now()
         WHERE tenant_id = $1 AND consumer = $2 AND event_id = $3
           AND state = 'waiting' AND attempts = $4",
    )
    .bind(message.tenant)
    .bind(consumer)
    .bind(message.envelope.id)
    .bind(message.attempts)
    .execute(tx.connection())
    .await?;
    Ok(updated.rows_affected() == 1)
}

/// Schedules the next attempt of the message.
pub(super) async fn update_to_retry(
    tx: &mut TenantTx<'_>,
    consumer: &'static str,
    message: &Claimed,
    (wait, reason): (Duration, &str),
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE inbox
         SET next_at = now() + make_interval(secs => $5), last_error = $6
         WHERE tenant_id = $1 AND consumer = $2 AND event_id = $3
           AND state = 'waiting' AND attempts = $4",
    )
    .bind(message.tenant)
    .bind(consumer)
    .bind(message.envelope.id)
    .bind(message.attempts)
    .bind(wait.as_secs_f64())
    .bind(reason.to_owned())
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Parks the message until an operator replays it.
pub(super) async fn update_to_parked(
    tx: &mut TenantTx<'_>,
    consumer: &'static str,
    message: &Claimed,
    reason: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE inbox
         SET state = 'parked', last_error = $5, settled_at = now()
         WHERE tenant_id = $1 AND consumer = $2 AND event_id = $3
           AND state = 'waiting' AND attempts = $4",
    )
    .bind(message.tenant)
    .bind(consumer)
    .bind(message.envelope.id)
    .bind(message.attempts)
    .bind(reason.to_owned())
    .execute(tx.connection())
    .await?;
    Ok(())
}

pub(super) async fn list_parked(
    tx: &mut PlatformTx<'_>,
    consumer: Option<&str>,
    limit: u32,
) -> Result<Vec<ParkedMessage>, StoreError> {
    let mut sql: QueryBuilder<Postgres> = QueryBuilder::new(
        "SELECT tenant_id, consumer, event_id, event_type, attempts,
                COALESCE(last_error, '') AS reason, received_at, settled_at AS parked_at
         FROM inbox
         WHERE state = 'parked'",
    );
    if let Some(consumer) = consumer {
        sql.push(" AND consumer = ").push_bind(consumer.to_owned());
    }
    sql.push(" ORDER BY settled_at LIMIT ")
        .push_bind(i64::from(limit));
    Ok(sql.build_query_as().fetch_all(tx.connection()).await?)
}

pub(super) async fn update_parked_to_waiting(
    tx: &mut PlatformTx<'_>,
    event: EventId,
    consumer: Option<&str>,
) -> Result<u64, StoreError> {
    let mut sql: QueryBuilder<Postgres> = QueryBuilder::new(
        "UPDATE inbox
         SET state = 'waiting', attempts = 0, next_at = now(), settled_at = NULL
         WHERE state = 'parked' AND event_id = ",
    );
    sql.push_bind(event);
    if let Some(consumer) = consumer {
        sql.push(" AND consumer = ").push_bind(consumer.to_owned());
    }
    Ok(sql.build().execute(tx.connection()).await?.rows_affected())
}

/// Counts the waiting and the parked messages of a consumer.
pub(super) async fn count_open(
    tx: &mut PlatformTx<'_>,
    consumer: &'static str,
) -> Result<(f64, f64), StoreError> {
    Ok(sqlx::query_as(
        "SELECT (COUNT(*) FILTER (WHERE state = 'waiting'))::float8,
                (COUNT(*) FILTER (WHERE state = 'parked'))::float8
         FROM inbox
         WHERE consumer = $1 AND state IN ('waiting', 'parked')",
    )
    .bind(consumer)
    .fetch_one(tx.connection())
    .await?)
}

pub(super) async fn delete_done(
    tx: &mut PlatformTx<'_>,
    older_than: DateTime<Utc>,
    batch: i64,
) -> Result<u64, StoreError> {
    let deleted = sqlx::query(
        "DELETE FROM inbox i
         USING (
             SELECT tenant_id, consumer, event_id
             FROM inbox
             WHERE state = 'done' AND settled_at < $1
             ORDER BY settled_at
             LIMIT $2
         ) old
         WHERE i.tenant_id = old.tenant_id AND i.consumer = old.consumer
           AND i.event_id = old.event_id",
    )
    .bind(older_than)
    .bind(batch)
    .execute(tx.connection())
    .await?;
    Ok(deleted.rows_affected())
}
