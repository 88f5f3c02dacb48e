//! SQL of `placements`, and the statement that inserts idempotency keys and sagas together.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use database::{Columns, PlatformTx, StoreError, TenantTx, column, text_column};
use ids::OrderId;
use sqlx::FromRow;
use sqlx::postgres::PgRow;

use super::model::{Claim, ClaimOutcome, DuePlacement, Placement, Step, StepMove, Undo};
use crate::idempotency::SavedKey;

text_column!(Step);

impl FromRow<'_, PgRow> for Placement {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let row = Columns::of(row, "placements", "order_id");
        let principal: Option<String> = row.get("principal")?;
        Ok(Self {
            order: row.get("order_id")?,
            step: row.get("step")?,
            has_payment: row.get("has_payment")?,
            reason: row.get("reason")?,
            key: principal.zip(row.get("idempotency_key")?),
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

#[derive(FromRow)]
struct UsedKeyRow {
    principal: String,
    key: String,
    #[sqlx(flatten)]
    saved: SavedKey,
}

/// Inserts the keys of the claims that are free, with their sagas. Returns one outcome per claim.
pub(crate) async fn insert_claims(
    tx: &mut TenantTx<'_>,
    mutation: &'static str,
    claims: &[Claim],
    now: DateTime<Utc>,
) -> Result<Vec<ClaimOutcome>, StoreError> {
    let principals = column(claims, |claim| claim.scope.principal.as_str());
    let keys = column(claims, |claim| claim.scope.key.as_str());
    // The statement sorts the keys, so that two processes with the same keys lock them in the same order and cannot
    // deadlock.
    let claimed: Vec<OrderId> = sqlx::query_scalar(
        "WITH asked AS (
             SELECT principal, key, fingerprint, order_id, has_payment, due_at
             FROM UNNEST($2::text[], $3::text[], $4::bytea[], $5::uuid[], $6::boolean[], $7::timestamptz[])
                 AS asked (principal, key, fingerprint, order_id, has_payment, due_at)
             ORDER BY principal, key),
         taken AS (
             INSERT INTO idempotency_keys
                 (tenant_id, principal, mutation, key, fingerprint, order_id, created_at)
             SELECT $1, principal, $8, key, fingerprint, order_id, $9
             FROM asked
             ON CONFLICT DO NOTHING
             RETURNING order_id)
         INSERT INTO placements
             (tenant_id, order_id, step, has_payment, principal, idempotency_key, due_at, created_at)
         SELECT $1, asked.order_id, 'STARTED', asked.has_payment, asked.principal, asked.key, asked.due_at, $9
         FROM asked
         JOIN taken ON taken.order_id = asked.order_id
         RETURNING order_id",
    )
    .bind(tx.tenant())
    .bind(&principals)
    .bind(&keys)
    .bind(column(claims, |claim| claim.fingerprint.0))
    .bind(column(claims, |claim| claim.order))
    .bind(column(claims, |claim| claim.has_payment))
    .bind(column(claims, |claim| claim.due_at))
    .bind(mutation)
    .bind(now)
    .fetch_all(tx.connection())
    .await?;
    let claimed: HashSet<OrderId> = claimed.into_iter().collect();

    let mut used = if claimed.len() == claims.len() {
        HashMap::new()
    } else {
        load_used_keys(tx, mutation, (&principals, &keys)).await?
    };
    Ok(claims
        .iter()
        .map(|claim| {
            if claimed.contains(&claim.order) {
                return ClaimOutcome::Claimed;
            }
            let key = (claim.scope.principal.clone(), claim.scope.key.clone());
            match used.remove(&key) {
                // An earlier attempt was committed although the database's answer was lost.
                Some(saved) if saved.order == claim.order => ClaimOutcome::Claimed,
                saved => ClaimOutcome::Used(saved),
            }
        })
        .collect())
}

async fn load_used_keys(
    tx: &mut TenantTx<'_>,
    mutation: &'static str,
    (principals, keys): (&[&str], &[&str]),
) -> Result<HashMap<(String, String), SavedKey>, StoreError> {
    let used: Vec<UsedKeyRow> = sqlx::query_as(
        "SELECT saved.principal, saved.key, saved.fingerprint, saved.order_id, saved.reply
         FROM idempotency_keys AS saved
         JOIN UNNEST($3::text[], $4::text[]) AS asked (principal, key)
             ON asked.principal = saved.principal AND asked.key = saved.key
         WHERE saved.tenant_id = $1 AND saved.mutation = $2",
    )
    .bind(tx.tenant())
    .bind(mutation)
    .bind(principals)
    .bind(keys)
    .fetch_all(tx.connection())
    .await?;
    Ok(used
        .into_iter()
        .map(|row| ((row.principal, row.key), row.saved))
        .collect())
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

/// Moves a saga that is in the step to `UNDOING`. `attempts` is the fence of a sweeper's claim. Returns false when the
/// saga has moved or the claim is no longer valid.
pub(crate) async fn update_to_undoing(
    tx: &mut TenantTx<'_>,
    undo: &Undo,
    step: Step,
    attempts: Option<i32>,
    due_at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let updated = sqlx::query(
        "UPDATE placements
         SET step = 'UNDOING', reason = $5, due_at = $6
         WHERE tenant_id = $1 AND order_id = $2 AND step = $3 AND attempts = COALESCE($4, attempts)",
    )
    .bind(tx.tenant())
    .bind(undo.order)
    .bind(step)
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
