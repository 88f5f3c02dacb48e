//! SQL of `placements`.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use database::{Columns, PlatformTx, StoreError, TenantTx, column, text_column};
use idempotency::Key;
use ids::OrderId;
use sqlx::FromRow;
use sqlx::postgres::PgRow;

use super::model::{Claim, DuePlacement, OPERATION, Placement, Step, StepMove, Undo};

text_column!(Step);

impl FromRow<'_, PgRow> for Placement {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let row = Columns::of(row, "placements", "order_id");
        let principal: Option<String> = row.get("principal")?;
        let key: Option<String> = row.get("idempotency_key")?;
        Ok(Self {
            order: row.get("order_id")?,
            step: row.get("step")?,
            has_payment: row.get("has_payment")?,
            reason: row.get("reason")?,
            key: principal.zip(key).map(|(principal, text)| Key {
                principal,
                operation: OPERATION,
                text,
            }),
            attempts: row.get("attempts")?,
            created_at: row.get("created_at")?,
        })
    }
}

impl FromRow<'_, PgRow> for DuePlacement {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let row = Columns::of(row, "placements", "order_id");
        Ok(Self {
            tenant: row.get("tenant_id")?,
            order: row.get("order_id")?,
        })
    }
}

/// Inserts the `STARTED` sagas of claims.
pub(crate) async fn insert_placements(
    tx: &mut TenantTx<'_>,
    claims: &[&Claim],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO placements
             (tenant_id, order_id, step, has_payment, principal, idempotency_key, due_at, created_at)
         SELECT $1, order_id, 'STARTED', has_payment, principal, key, due_at, $7
         FROM UNNEST($2::uuid[], $3::boolean[], $4::text[], $5::text[], $6::timestamptz[])
             AS claim (order_id, has_payment, principal, key, due_at)",
    )
    .bind(tx.tenant())
    .bind(column(claims, |claim| claim.order))
    .bind(column(claims, |claim| claim.has_payment))
    .bind(column(claims, |claim| claim.request.key.principal.as_str()))
    .bind(column(claims, |claim| claim.request.key.text.as_str()))
    .bind(column(claims, |claim| claim.due_at))
    .bind(now)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Moves sagas that are still `STARTED` to their next step. Returns the orders whose sagas were moved.
pub(crate) async fn update_started_steps(
    tx: &mut TenantTx<'_>,
    moves: &[StepMove],
) -> Result<HashSet<OrderId>, StoreError> {
    let orders: Vec<OrderId> = sqlx::query_scalar(
        "UPDATE placements
         SET step = moved.step, due_at = moved.due_at, reason = moved.reason
         FROM UNNEST($2::uuid[], $3::text[], $4::timestamptz[], $5::text[])
             AS moved (order_id, step, due_at, reason)
         WHERE placements.tenant_id = $1 AND placements.order_id = moved.order_id
           AND placements.step = 'STARTED'
         RETURNING placements.order_id",
    )
    .bind(tx.tenant())
    .bind(column(moves, |moved| moved.order))
    .bind(column(moves, |moved| moved.step))
    .bind(column(moves, |moved| moved.due_at))
    .bind(column(moves, |moved| moved.reason))
    .fetch_all(tx.connection())
    .await?;
    Ok(orders.into_iter().collect())
}

/// Deletes sagas that are in the step. Returns the orders whose sagas were deleted.
pub(crate) async fn delete_placements(
    tx: &mut TenantTx<'_>,
    orders: &[OrderId],
    step: Step,
) -> Result<HashSet<OrderId>, StoreError> {
    let deleted: Vec<OrderId> = sqlx::query_scalar(
        "DELETE FROM placements
         WHERE tenant_id = $1 AND order_id = ANY($2) AND step = $3
         RETURNING order_id",
    )
    .bind(tx.tenant())
    .bind(orders)
    .bind(step)
    .fetch_all(tx.connection())
    .await?;
    Ok(deleted.into_iter().collect())
}

/// Reads the saga of an order and locks its row.
pub(crate) async fn lock_placement(
    tx: &mut TenantTx<'_>,
    order: OrderId,
) -> Result<Option<Placement>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT order_id, step, has_payment, reason, principal, idempotency_key, attempts, created_at
         FROM placements
         WHERE tenant_id = $1 AND order_id = $2
         FOR UPDATE",
    )
    .bind(tx.tenant())
    .bind(order)
    .fetch_optional(tx.connection())
    .await?)
}

/// Moves a `STARTED` saga to `UNDOING`. `attempts` is the fence of a sweeper's claim. Returns false when the saga has moved
/// or the claim is no longer valid.
pub(super) async fn update_to_undoing(
    tx: &mut TenantTx<'_>,
    undo: &Undo,
    attempts: Option<i32>,
    due_at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let updated = sqlx::query(
        "UPDATE placements
         SET step = 'UNDOING', reason = $4, due_at = $5
         WHERE tenant_id = $1 AND order_id = $2 AND step = 'STARTED' AND attempts = COALESCE($3, attempts)",
    )
    .bind(tx.tenant())
    .bind(undo.order)
    .bind(attempts)
    .bind(&undo.reason)
    .bind(due_at)
    .execute(tx.connection())
    .await?;
    Ok(updated.rows_affected() == 1)
}

/// Inserts the `UNDOING` saga of a cancellation, or moves the order's running saga to `UNDOING`. Invalidates the claim
/// of a sweeper.
pub(crate) async fn upsert_undoing(
    tx: &mut TenantTx<'_>,
    undo: &Undo,
    now: DateTime<Utc>,
    due_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO placements (tenant_id, order_id, step, has_payment, reason, due_at, created_at)
         VALUES ($1, $2, 'UNDOING', $3, $4, $5, $6)
         ON CONFLICT (tenant_id, order_id) DO UPDATE
         SET step = 'UNDOING', reason = EXCLUDED.reason, due_at = EXCLUDED.due_at,
             attempts = placements.attempts + 1",
    )
    .bind(tx.tenant())
    .bind(undo.order)
    .bind(undo.has_payment)
    .bind(&undo.reason)
    .bind(due_at)
    .bind(now)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Sagas past their deadline, of all tenants, the earliest deadline first.
pub(crate) async fn list_due_placements(
    tx: &mut PlatformTx<'_>,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<DuePlacement>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT tenant_id, order_id
         FROM placements
         WHERE due_at <= $1
         ORDER BY due_at
         LIMIT $2",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(tx.connection())
    .await?)
}

/// Claims, with a lease, the sagas that are still due and that no other sweeper is claiming.
pub(crate) async fn claim_due_placements(
    tx: &mut TenantTx<'_>,
    orders: &[OrderId],
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
) -> Result<Vec<Placement>, StoreError> {
    Ok(sqlx::query_as(
        "UPDATE placements
         SET due_at = $4, attempts = attempts + 1
         WHERE tenant_id = $1 AND order_id IN (
             SELECT order_id
             FROM placements
             WHERE tenant_id = $1 AND order_id = ANY($2) AND due_at <= $3
             FOR UPDATE SKIP LOCKED)
         RETURNING order_id, step, has_payment, reason, principal, idempotency_key, attempts, created_at",
    )
    .bind(tx.tenant())
    .bind(orders)
    .bind(now)
    .bind(lease_until)
    .fetch_all(tx.connection())
    .await?)
}

/// Releases the claim of a saga and schedules its retry.
pub(crate) async fn update_due(
    tx: &mut TenantTx<'_>,
    order: OrderId,
    attempts: i32,
    due_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE placements
         SET due_at = $4
         WHERE tenant_id = $1 AND order_id = $2 AND attempts = $3",
    )
    .bind(tx.tenant())
    .bind(order)
    .bind(attempts)
    .bind(due_at)
    .execute(tx.connection())
    .await?;
    Ok(())
}
