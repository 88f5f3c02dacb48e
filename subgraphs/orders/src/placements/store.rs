//! SQL of `placements`, and the statement that inserts idempotency keys and sagas together.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use database::{PlatformTx, StoreError, TenantTx};
use ids::{OrderId, TenantId};
use uuid::Uuid;

use super::model::{Claim, ClaimOutcome, DuePlacement, Placement, Step, StepMove, Undo};
use crate::idempotency::SavedKey;

#[derive(sqlx::FromRow)]
struct PlacementRow {
    order_id: Uuid,
    step: String,
    has_payment: bool,
    reason: Option<String>,
    principal: Option<String>,
    idempotency_key: Option<String>,
    attempts: i32,
    created_at: DateTime<Utc>,
}

impl TryFrom<PlacementRow> for Placement {
    type Error = StoreError;

    fn try_from(row: PlacementRow) -> Result<Self, StoreError> {
        let step = Step::parse(&row.step).ok_or_else(|| {
            let text = format!("placements.step of {}: {}", row.order_id, row.step);
            StoreError::from(sqlx::Error::Decode(text.into()))
        })?;
        Ok(Self {
            order: OrderId::from_uuid(row.order_id),
            step,
            has_payment: row.has_payment,
            reason: row.reason,
            key: row.principal.zip(row.idempotency_key),
            attempts: row.attempts,
            created_at: row.created_at,
        })
    }
}

#[derive(sqlx::FromRow)]
struct UsedKeyRow {
    principal: String,
    key: String,
    fingerprint: Vec<u8>,
    order_id: Uuid,
    reply: Option<serde_json::Value>,
}

/// Inserts the keys of the claims that are free, with their sagas. Returns one outcome per claim.
pub(crate) async fn insert_claims(
    tx: &mut TenantTx<'_>,
    mutation: &'static str,
    claims: &[Claim],
    now: DateTime<Utc>,
) -> Result<Vec<ClaimOutcome>, StoreError> {
    let principals: Vec<&str> = claims
        .iter()
        .map(|claim| claim.scope.principal.as_str())
        .collect();
    let keys: Vec<&str> = claims
        .iter()
        .map(|claim| claim.scope.key.as_str())
        .collect();
    // The statement sorts the keys, so that two processes with the same keys lock them in the same order and cannot
    // deadlock.
    let claimed: HashSet<Uuid> = sqlx::query_scalar::<_, Uuid>(
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
    .bind(tx.tenant().uuid())
    .bind(&principals)
    .bind(&keys)
    .bind(claims.iter().map(|claim| claim.fingerprint.0.to_vec()).collect::<Vec<_>>())
    .bind(claims.iter().map(|claim| claim.order.uuid()).collect::<Vec<_>>())
    .bind(claims.iter().map(|claim| claim.has_payment).collect::<Vec<_>>())
    .bind(claims.iter().map(|claim| claim.due_at).collect::<Vec<_>>())
    .bind(mutation)
    .bind(now)
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .collect();

    let mut used = if claimed.len() == claims.len() {
        HashMap::new()
    } else {
        load_used_keys(tx, mutation, (&principals, &keys)).await?
    };
    Ok(claims
        .iter()
        .map(|claim| {
            if claimed.contains(&claim.order.uuid()) {
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
    let rows = sqlx::query_as::<_, UsedKeyRow>(
        "SELECT saved.principal, saved.key, saved.fingerprint, saved.order_id, saved.reply
         FROM idempotency_keys AS saved
         JOIN UNNEST($3::text[], $4::text[]) AS asked (principal, key)
             ON asked.principal = saved.principal AND asked.key = saved.key
         WHERE saved.tenant_id = $1 AND saved.mutation = $2",
    )
    .bind(tx.tenant().uuid())
    .bind(mutation)
    .bind(principals)
    .bind(keys)
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let saved = SavedKey {
                fingerprint: row.fingerprint,
                order: OrderId::from_uuid(row.order_id),
                reply: row.reply,
            };
            ((row.principal, row.key), saved)
        })
        .collect())
}

/// Moves sagas that are still `STARTED` to their next step. Returns the orders whose sagas were moved.
pub(crate) async fn update_started_steps(
    tx: &mut TenantTx<'_>,
    moves: &[StepMove],
) -> Result<HashSet<OrderId>, StoreError> {
    let orders = sqlx::query_scalar::<_, Uuid>(
        "UPDATE placements
         SET step = moved.step, due_at = moved.due_at, reason = moved.reason
         FROM UNNEST($2::uuid[], $3::text[], $4::timestamptz[], $5::text[])
             AS moved (order_id, step, due_at, reason)
         WHERE placements.tenant_id = $1 AND placements.order_id = moved.order_id
           AND placements.step = 'STARTED'
         RETURNING placements.order_id",
    )
    .bind(tx.tenant().uuid())
    .bind(
        moves
            .iter()
            .map(|moved| moved.order.uuid())
            .collect::<Vec<_>>(),
    )
    .bind(
        moves
            .iter()
            .map(|moved| moved.step.as_str())
            .collect::<Vec<_>>(),
    )
    .bind(moves.iter().map(|moved| moved.due_at).collect::<Vec<_>>())
    .bind(moves.iter().map(|moved| moved.reason).collect::<Vec<_>>())
    .fetch_all(tx.connection())
    .await?;
    Ok(orders.into_iter().map(OrderId::from_uuid).collect())
}

/// Deletes sagas that are in the step. Returns the orders whose sagas were deleted.
pub(crate) async fn delete_placements(
    tx: &mut TenantTx<'_>,
    orders: &[OrderId],
    step: Step,
) -> Result<HashSet<OrderId>, StoreError> {
    let deleted = sqlx::query_scalar::<_, Uuid>(
        "DELETE FROM placements
         WHERE tenant_id = $1 AND order_id = ANY($2) AND step = $3
         RETURNING order_id",
    )
    .bind(tx.tenant().uuid())
    .bind(orders.iter().map(|order| order.uuid()).collect::<Vec<_>>())
    .bind(step.as_str())
    .fetch_all(tx.connection())
    .await?;
    Ok(deleted.into_iter().map(OrderId::from_uuid).collect())
}

/// Reads the saga of an order and locks its row.
pub(crate) async fn lock_placement(
    tx: &mut TenantTx<'_>,
    order: OrderId,
) -> Result<Option<Placement>, StoreError> {
    sqlx::query_as::<_, PlacementRow>(
        "SELECT order_id, step, has_payment, reason, principal, idempotency_key, attempts, created_at
         FROM placements
         WHERE tenant_id = $1 AND order_id = $2
         FOR UPDATE",
    )
    .bind(tx.tenant().uuid())
    .bind(order.uuid())
    .fetch_optional(tx.connection())
    .await?
    .map(Placement::try_from)
    .transpose()
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
    .bind(tx.tenant().uuid())
    .bind(undo.order.uuid())
    .bind(step.as_str())
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
    .bind(tx.tenant().uuid())
    .bind(undo.order.uuid())
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
    let rows = sqlx::query_as::<_, (Uuid, Uuid)>(
        "SELECT tenant_id, order_id
         FROM placements
         WHERE due_at <= $1
         ORDER BY due_at
         LIMIT $2",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|(tenant, order)| DuePlacement {
            tenant: TenantId::from_uuid(tenant),
            order: OrderId::from_uuid(order),
        })
        .collect())
}

/// Claims, with a lease, the sagas that are still due and that no other sweeper is claiming.
pub(crate) async fn claim_due_placements(
    tx: &mut TenantTx<'_>,
    orders: &[OrderId],
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
) -> Result<Vec<Placement>, StoreError> {
    sqlx::query_as::<_, PlacementRow>(
        "UPDATE placements
         SET due_at = $4, attempts = attempts + 1
         WHERE tenant_id = $1 AND order_id IN (
             SELECT order_id
             FROM placements
             WHERE tenant_id = $1 AND order_id = ANY($2) AND due_at <= $3
             FOR UPDATE SKIP LOCKED)
         RETURNING order_id, step, has_payment, reason, principal, idempotency_key, attempts, created_at",
    )
    .bind(tx.tenant().uuid())
    .bind(orders.iter().map(|order| order.uuid()).collect::<Vec<_>>())
    .bind(now)
    .bind(lease_until)
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(Placement::try_from)
    .collect()
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
    .bind(tx.tenant().uuid())
    .bind(order.uuid())
    .bind(attempts)
    .bind(due_at)
    .execute(tx.connection())
    .await?;
    Ok(())
}
