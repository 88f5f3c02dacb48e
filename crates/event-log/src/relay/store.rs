//! SQL of the relay. All statements run under the platform role.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use database::{PlatformTx, StoreError, column};
use ids::{EventId, TenantId};
use sqlx::{FromRow, PgConnection};

/// Session lock of the active relay; advisory locks are scoped to one database.
const LOCK: i64 = 0x7265_6c61_7900;

/// A stream of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, FromRow)]
pub(super) struct StreamId {
    #[sqlx(rename = "tenant_id")]
    pub(super) tenant: TenantId,
    #[sqlx(rename = "stream")]
    pub(super) name: String,
}

/// A stream with unpublished events.
#[derive(FromRow)]
pub(super) struct Lagging {
    #[sqlx(flatten)]
    pub(super) stream: StreamId,
    pub(super) published: i64,
    pub(super) head: i64,
}

/// An event to be published.
#[derive(FromRow)]
pub(super) struct OutgoingEvent {
    #[sqlx(flatten)]
    pub(super) stream: StreamId,
    pub(super) seq: i64,
    pub(super) id: EventId,
    #[sqlx(rename = "type")]
    pub(super) event_type: String,
    pub(super) subjects: Vec<String>,
    pub(super) payload: serde_json::Value,
    pub(super) trace: Option<String>,
    pub(super) occurred_at: DateTime<Utc>,
}

pub(super) async fn try_lock(connection: &mut PgConnection) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
        .bind(LOCK)
        .fetch_one(connection)
        .await?)
}

pub(super) async fn ping(connection: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query("SELECT 1").execute(connection).await?;
    Ok(())
}

pub(super) async fn list_heads(
    tx: &mut PlatformTx<'_>,
) -> Result<Vec<(StreamId, i64)>, StoreError> {
    let rows: Vec<(TenantId, String, i64)> =
        sqlx::query_as("SELECT tenant_id, stream, last_seq FROM event_streams")
            .fetch_all(tx.connection())
            .await?;
    Ok(rows
        .into_iter()
        .map(|(tenant, name, head)| (StreamId { tenant, name }, head))
        .collect())
}

/// Lists streams with unpublished events, the least recently served first.
pub(super) async fn list_lagging(tx: &mut PlatformTx<'_>) -> Result<Vec<Lagging>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT s.tenant_id, s.stream, GREATEST(COALESCE(p.seq, 0), s.min_seq - 1) AS published,
                s.last_seq AS head
         FROM event_streams s
         LEFT JOIN relay_positions p ON p.tenant_id = s.tenant_id AND p.stream = s.stream
         WHERE s.last_seq > COALESCE(p.seq, 0)
         ORDER BY p.published_at NULLS FIRST
         LIMIT 10000",
    )
    .fetch_all(tx.connection())
    .await?)
}

/// Loads the next events of each stream, at most `share` per stream, in the order of their seqs.
pub(super) async fn load_outgoing(
    tx: &mut PlatformTx<'_>,
    streams: &[Lagging],
    share: usize,
) -> Result<Vec<OutgoingEvent>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT e.tenant_id, e.stream, e.seq, e.id, e.type, e.subjects, e.payload, e.trace,
                e.occurred_at
         FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS w (tenant_id, stream, after)
         CROSS JOIN LATERAL (
             SELECT tenant_id, stream, seq, id, type, subjects, payload, trace, occurred_at
             FROM events
             WHERE tenant_id = w.tenant_id AND stream = w.stream AND seq > w.after
             ORDER BY seq
             LIMIT $4
         ) e
         ORDER BY e.tenant_id, e.stream, e.seq",
    )
    .bind(column(streams, |lagging| lagging.stream.tenant))
    .bind(column(streams, |lagging| lagging.stream.name.as_str()))
    .bind(column(streams, |lagging| lagging.published))
    .bind(i64::try_from(share).unwrap_or(i64::MAX))
    .fetch_all(tx.connection())
    .await?)
}

/// Advances positions, never moves them back.
pub(super) async fn upsert_positions(
    tx: &mut PlatformTx<'_>,
    positions: &HashMap<StreamId, i64>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO relay_positions AS p (tenant_id, stream, seq)
         SELECT tenant_id, stream, seq
         FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS w (tenant_id, stream, seq)
         ORDER BY tenant_id, stream
         ON CONFLICT (tenant_id, stream)
         DO UPDATE SET seq = excluded.seq, published_at = clock_timestamp()
         WHERE p.seq < excluded.seq",
    )
    .bind(column(positions, |(stream, _)| stream.tenant))
    .bind(column(positions, |(stream, _)| stream.name.as_str()))
    .bind(column(positions, |(_, seq)| *seq))
    .execute(tx.connection())
    .await?;
    Ok(())
}
