//! SQL of the log itself.

use chrono::{DateTime, Utc};
use database::{PlatformTx, StoreError, TenantConnection, TenantTx};
use event_cursor::Position;
use ids::{EventId, TenantId};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use crate::recorded::NewRows;
use crate::{EventFilter, StoredEvent};

/// Channel of the notifications that the log has grown.
pub(crate) const CHANNEL: &str = "event_log";

/// Notifies all listeners of [`CHANNEL`].
pub(crate) async fn notify(connection: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query("NOTIFY event_log").execute(connection).await?;
    Ok(())
}

/// Increments the counter and writes the rows. The row lock on the counter makes the seqs dense and
/// visible in order.
pub(crate) async fn insert_events(
    tx: &mut TenantTx<'_>,
    stream: &'static str,
    rows: NewRows,
) -> Result<Vec<i64>, StoreError> {
    let seqs: Vec<i64> = sqlx::query_scalar(
        "WITH counter AS (
             INSERT INTO event_streams AS s (tenant_id, stream, last_seq)
             VALUES ($1, $2, $3)
             ON CONFLICT (tenant_id, stream)
             DO UPDATE SET last_seq = s.last_seq + excluded.last_seq
             RETURNING s.last_seq
         ), written AS (
             INSERT INTO events
                 (tenant_id, stream, seq, id, type, version, subjects, payload, trace, occurred_at)
             SELECT $1, $2, counter.last_seq - $3 + e.place, e.id, e.type, e.version,
                    string_to_array(e.subjects, E'\\x1f'), e.payload, e.trace, e.occurred_at
             FROM counter,
                  unnest($4::uuid[], $5::text[], $6::smallint[], $7::text[], $8::jsonb[],
                         $9::text[], $10::timestamptz[])
                  WITH ORDINALITY
                  AS e (id, type, version, subjects, payload, trace, occurred_at, place)
             RETURNING seq
         )
         SELECT seq
         FROM written
         ORDER BY seq",
    )
    .bind(tx.tenant())
    .bind(stream)
    .bind(i64::try_from(rows.ids.len()).unwrap_or(i64::MAX))
    .bind(rows.ids)
    .bind(rows.types)
    .bind(rows.versions)
    .bind(rows.subjects)
    .bind(rows.payloads)
    .bind(rows.traces)
    .bind(rows.times)
    .fetch_all(tx.connection())
    .await?;
    Ok(seqs)
}

/// Parameters of a page.
pub(crate) struct PageQuery<'a> {
    pub(crate) stream: &'a str,
    pub(crate) after: Option<i64>,
    pub(crate) scan: i64,
    pub(crate) limit: i64,
    pub(crate) filter: &'a EventFilter,
}

pub(crate) struct FoundPage {
    pub(crate) epoch: Uuid,
    pub(crate) last_seq: i64,
    pub(crate) min_seq: i64,
    pub(crate) events: Vec<StoredEvent>,
}

#[derive(FromRow)]
struct PageRow {
    epoch: Uuid,
    last_seq: i64,
    min_seq: i64,
    seq: Option<i64>,
    id: Option<EventId>,
    #[sqlx(rename = "type")]
    event_type: Option<String>,
    subjects: Option<Vec<String>>,
    payload: Option<serde_json::Value>,
    trace: Option<String>,
    occurred_at: Option<DateTime<Utc>>,
}

impl PageRow {
    fn into_event(self) -> Option<StoredEvent> {
        Some(StoredEvent {
            seq: self.seq?,
            id: self.id?,
            event_type: self.event_type?,
            subjects: self.subjects?,
            payload: self.payload?,
            trace: self.trace,
            occurred_at: self.occurred_at?,
        })
    }
}

/// Loads counter and events as of one instant, in one round trip. The query returns at least one
/// row: a stream without events has no counter row and counts as empty.
pub(crate) async fn load_page(
    conn: &mut impl TenantConnection,
    query: &PageQuery<'_>,
) -> Result<FoundPage, StoreError> {
    let tenant = conn.tenant();
    let mut sql: QueryBuilder<Postgres> = QueryBuilder::new(
        "SELECT l.epoch, COALESCE(s.last_seq, 0) AS last_seq, COALESCE(s.min_seq, 1) AS min_seq,
                e.seq, e.id, e.type, e.subjects, e.payload, e.trace, e.occurred_at
         FROM event_log_epoch l
         LEFT JOIN event_streams s ON s.tenant_id = ",
    );
    sql.push_bind(tenant)
        .push(" AND s.stream = ")
        .push_bind(query.stream.to_owned());
    sql.push(
        " LEFT JOIN LATERAL (
             SELECT seq, id, type, subjects, payload, trace, occurred_at
             FROM events
             WHERE tenant_id = ",
    );
    sql.push_bind(tenant)
        .push(" AND stream = ")
        .push_bind(query.stream.to_owned());
    if let Some(after) = query.after {
        sql.push(" AND seq > ").push_bind(after);
        sql.push(" AND seq <= ")
            .push_bind(after.saturating_add(query.scan));
    } else {
        sql.push(" AND seq >= s.min_seq AND seq < s.min_seq + ")
            .push_bind(query.scan);
    }
    if let Some(types) = &query.filter.types {
        sql.push(" AND type = ANY (")
            .push_bind(types.clone())
            .push(")");
    }
    if let Some(subjects) = &query.filter.subject_any {
        sql.push(" AND subjects && ").push_bind(subjects.clone());
    }
    sql.push(" ORDER BY seq LIMIT ").push_bind(query.limit);
    sql.push(") e ON true ORDER BY e.seq");
    let rows: Vec<PageRow> = sql.build_query_as().fetch_all(conn.connection()).await?;
    let Some(first) = rows.first() else {
        return Err(sqlx::Error::RowNotFound.into());
    };
    Ok(FoundPage {
        epoch: first.epoch,
        last_seq: first.last_seq,
        min_seq: first.min_seq,
        events: rows.into_iter().filter_map(PageRow::into_event).collect(),
    })
}

pub(crate) async fn find_head(
    conn: &mut impl TenantConnection,
    stream: &str,
) -> Result<Position, StoreError> {
    let (epoch, seq): (Uuid, i64) = sqlx::query_as(
        "SELECT l.epoch, COALESCE(s.last_seq, 0)
         FROM event_log_epoch l
         LEFT JOIN event_streams s ON s.tenant_id = $1 AND s.stream = $2",
    )
    .bind(conn.tenant())
    .bind(stream.to_owned())
    .fetch_one(conn.connection())
    .await?;
    Ok(Position { epoch, seq })
}

/// Scans backwards from the head, so the cost grows with the number of newer events.
pub(crate) async fn find_position_before(
    conn: &mut impl TenantConnection,
    stream: &str,
    since: DateTime<Utc>,
) -> Result<Position, StoreError> {
    let (epoch, seq): (Uuid, i64) = sqlx::query_as(
        "SELECT l.epoch, COALESCE(older.seq, s.min_seq - 1, 0)
         FROM event_log_epoch l
         LEFT JOIN event_streams s ON s.tenant_id = $1 AND s.stream = $2
         LEFT JOIN LATERAL (
             SELECT e.seq
             FROM events e
             WHERE e.tenant_id = $1 AND e.stream = $2 AND e.seq >= s.min_seq
               AND e.occurred_at < $3
             ORDER BY e.seq DESC
             LIMIT 1
         ) older ON true",
    )
    .bind(conn.tenant())
    .bind(stream.to_owned())
    .bind(since)
    .fetch_one(conn.connection())
    .await?;
    Ok(Position { epoch, seq })
}

/// Loads epoch, head, oldest seq and the compact entries after a position.
pub(crate) async fn load_feed(
    tx: &mut PlatformTx<'_>,
    (tenant, stream): (TenantId, &str),
    after: i64,
    limit: i64,
) -> Result<(Uuid, i64, i64, Vec<FeedRow>), StoreError> {
    #[derive(FromRow)]
    struct Row {
        epoch: Uuid,
        last_seq: i64,
        min_seq: i64,
        seq: Option<i64>,
        #[sqlx(rename = "type")]
        event_type: Option<String>,
        subjects: Option<Vec<String>>,
    }
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT l.epoch, COALESCE(s.last_seq, 0) AS last_seq, COALESCE(s.min_seq, 1) AS min_seq,
                e.seq, e.type, e.subjects
         FROM event_log_epoch l
         LEFT JOIN event_streams s ON s.tenant_id = $1 AND s.stream = $2
         LEFT JOIN LATERAL (
             SELECT seq, type, subjects
             FROM events
             WHERE tenant_id = $1 AND stream = $2 AND seq > $3
             ORDER BY seq
             LIMIT $4
         ) e ON true
         ORDER BY e.seq",
    )
    .bind(tenant)
    .bind(stream.to_owned())
    .bind(after)
    .bind(limit)
    .fetch_all(tx.connection())
    .await?;
    let Some(first) = rows.first() else {
        return Err(sqlx::Error::RowNotFound.into());
    };
    let (epoch, head, min_seq) = (first.epoch, first.last_seq, first.min_seq);
    let entries = rows
        .into_iter()
        .filter_map(|row| {
            Some(FeedRow {
                seq: row.seq?,
                event_type: row.event_type?,
                subjects: row.subjects?,
            })
        })
        .collect();
    Ok((epoch, head, min_seq, entries))
}

pub(crate) struct FeedRow {
    pub(crate) seq: i64,
    pub(crate) event_type: String,
    pub(crate) subjects: Vec<String>,
}

/// Loads epoch, and head and oldest seq of those requested streams that exist.
pub(crate) async fn load_heads(
    tx: &mut PlatformTx<'_>,
    tenants: Vec<TenantId>,
    streams: Vec<String>,
) -> Result<(Uuid, Vec<(TenantId, String, i64, i64)>), StoreError> {
    let epoch: Uuid = sqlx::query_scalar("SELECT epoch FROM event_log_epoch")
        .fetch_one(tx.connection())
        .await?;
    let heads = sqlx::query_as(
        "SELECT s.tenant_id, s.stream, s.last_seq, s.min_seq
         FROM unnest($1::uuid[], $2::text[]) AS w (tenant_id, stream)
         JOIN event_streams s ON s.tenant_id = w.tenant_id AND s.stream = w.stream",
    )
    .bind(tenants)
    .bind(streams)
    .fetch_all(tx.connection())
    .await?;
    Ok((epoch, heads))
}

/// Lists streams with published events: unpublished events are never removed.
pub(crate) async fn list_published_streams(
    tx: &mut PlatformTx<'_>,
) -> Result<Vec<(TenantId, String)>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT s.tenant_id, s.stream
         FROM event_streams s
         JOIN relay_positions p ON p.tenant_id = s.tenant_id AND p.stream = s.stream",
    )
    .fetch_all(tx.connection())
    .await?)
}

/// Advances `min_seq` past the leading events that are old and published, at most `batch` of them.
/// Returns how many it has passed.
pub(crate) async fn update_min_seq(
    tx: &mut PlatformTx<'_>,
    (tenant, stream): (TenantId, &str),
    older_than: DateTime<Utc>,
    batch: i64,
) -> Result<i64, StoreError> {
    let passed: Option<i64> = sqlx::query_scalar(
        "WITH s AS (
             SELECT s.min_seq, LEAST(p.seq, s.min_seq + $4 - 1) AS limit_seq
             FROM event_streams s
             JOIN relay_positions p ON p.tenant_id = s.tenant_id AND p.stream = s.stream
             WHERE s.tenant_id = $1 AND s.stream = $2
         ), kept AS (
             SELECT MIN(e.seq) AS seq
             FROM s
             JOIN events e ON e.tenant_id = $1 AND e.stream = $2
                          AND e.seq BETWEEN s.min_seq AND s.limit_seq
             WHERE e.occurred_at >= $3
         )
         UPDATE event_streams t
         SET min_seq = COALESCE(kept.seq, s.limit_seq + 1)
         FROM s, kept
         WHERE t.tenant_id = $1 AND t.stream = $2
           AND COALESCE(kept.seq, s.limit_seq + 1) > t.min_seq
         RETURNING t.min_seq - s.min_seq",
    )
    .bind(tenant)
    .bind(stream.to_owned())
    .bind(older_than)
    .bind(batch)
    .fetch_optional(tx.connection())
    .await?;
    Ok(passed.unwrap_or(0))
}

/// Deletes events before `min_seq`, which no reader can request any more, at most `batch` of them.
pub(crate) async fn delete_passed_events(
    tx: &mut PlatformTx<'_>,
    (tenant, stream): (TenantId, &str),
    batch: i64,
) -> Result<u64, StoreError> {
    let deleted = sqlx::query(
        "DELETE FROM events e
         USING (
             SELECT e.seq
             FROM events e
             JOIN event_streams s ON s.tenant_id = e.tenant_id AND s.stream = e.stream
             WHERE e.tenant_id = $1 AND e.stream = $2 AND e.seq < s.min_seq
             ORDER BY e.seq
             LIMIT $3
         ) passed
         WHERE e.tenant_id = $1 AND e.stream = $2 AND e.seq = passed.seq",
    )
    .bind(tenant)
    .bind(stream.to_owned())
    .bind(batch)
    .execute(tx.connection())
    .await?;
    Ok(deleted.rows_affected())
}
