//! `stock_holds` and `stock_hold_lines`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use database::{Columns, PlatformTx, StoreError, TenantTx, column, text_column};
use ids::{OrderId, TenantId, VariantId, WarehouseId};
use sqlx::FromRow;
use sqlx::postgres::PgRow;

use crate::inventory::model::{Allocation, Hold, HoldState};

text_column!(HoldState);

/// A hold without its lines.
impl FromRow<'_, PgRow> for Hold {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let row = Columns::of(row, "stock_holds", "order_id");
        Ok(Self {
            order: row.get("order_id")?,
            state: row.get("state")?,
            lines: Vec::new(),
        })
    }
}

/// Inserts holds for the orders that have none yet and returns those orders. Waits for a concurrent transaction that inserts
/// a hold for the same order. The caller passes each order once, in ascending order.
pub async fn insert_holds(
    tx: &mut TenantTx<'_>,
    holds: &[(OrderId, DateTime<Utc>)],
    now: DateTime<Utc>,
) -> Result<Vec<OrderId>, StoreError> {
    Ok(sqlx::query_scalar(
        "INSERT INTO stock_holds (tenant_id, order_id, state, expires_at, created_at, updated_at)
         SELECT $1, order_id, 'held', expires_at, $4, $4
         FROM UNNEST($2::uuid[], $3::timestamptz[]) AS new (order_id, expires_at)
         ON CONFLICT DO NOTHING
         RETURNING order_id",
    )
    .bind(tx.tenant())
    .bind(column(holds, |(order, _)| *order))
    .bind(column(holds, |(_, expires_at)| *expires_at))
    .bind(now)
    .fetch_all(tx.connection())
    .await?)
}

/// Marks an order without a hold as released, so that a hold that arrives later is refused.
pub async fn insert_tombstone(
    tx: &mut TenantTx<'_>,
    order: OrderId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO stock_holds (tenant_id, order_id, state, expires_at, created_at, updated_at)
         VALUES ($1, $2, 'released', $3, $3, $3)
         ON CONFLICT DO NOTHING",
    )
    .bind(tx.tenant())
    .bind(order)
    .bind(now)
    .execute(tx.connection())
    .await?;
    Ok(())
}

pub async fn load_hold_states_by_ids(
    tx: &mut TenantTx<'_>,
    orders: &[OrderId],
) -> Result<BTreeMap<OrderId, HoldState>, StoreError> {
    let states: Vec<(OrderId, HoldState)> = sqlx::query_as(
        "SELECT order_id, state
         FROM stock_holds
         WHERE tenant_id = $1 AND order_id = ANY($2)",
    )
    .bind(tx.tenant())
    .bind(orders)
    .fetch_all(tx.connection())
    .await?;
    Ok(states.into_iter().collect())
}

/// Deletes holds that got no units.
pub async fn delete_holds(tx: &mut TenantTx<'_>, orders: &[OrderId]) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM stock_holds WHERE tenant_id = $1 AND order_id = ANY($2)")
        .bind(tx.tenant())
        .bind(orders)
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Locks the holds that exist, then reads their lines.
pub async fn lock_holds(
    tx: &mut TenantTx<'_>,
    orders: &[OrderId],
) -> Result<BTreeMap<OrderId, Hold>, StoreError> {
    let holds: Vec<Hold> = sqlx::query_as(
        "SELECT order_id, state
         FROM stock_holds
         WHERE tenant_id = $1 AND order_id = ANY($2)
         ORDER BY order_id
         FOR UPDATE",
    )
    .bind(tx.tenant())
    .bind(orders)
    .fetch_all(tx.connection())
    .await?;
    with_lines(tx, holds).await
}

/// Locks those of the holds that are still due; skips holds that another transaction has locked.
pub async fn lock_due_holds(
    tx: &mut TenantTx<'_>,
    orders: &[OrderId],
    now: DateTime<Utc>,
) -> Result<BTreeMap<OrderId, Hold>, StoreError> {
    let holds: Vec<Hold> = sqlx::query_as(
        "SELECT order_id, state
         FROM stock_holds
         WHERE tenant_id = $1 AND order_id = ANY($2) AND state = 'held' AND expires_at <= $3
         ORDER BY order_id
         FOR UPDATE SKIP LOCKED",
    )
    .bind(tx.tenant())
    .bind(orders)
    .bind(now)
    .fetch_all(tx.connection())
    .await?;
    with_lines(tx, holds).await
}

/// Finds overdue holds of all tenants, the earliest expiry first.
pub async fn list_due_holds(
    tx: &mut PlatformTx<'_>,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(TenantId, OrderId)>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT tenant_id, order_id
         FROM stock_holds
         WHERE state = 'held' AND expires_at <= $1
         ORDER BY expires_at
         LIMIT $2",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(tx.connection())
    .await?)
}

pub async fn update_hold_states(
    tx: &mut TenantTx<'_>,
    orders: &[OrderId],
    state: HoldState,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE stock_holds
         SET state = $3, updated_at = $4
         WHERE tenant_id = $1 AND order_id = ANY($2)",
    )
    .bind(tx.tenant())
    .bind(orders)
    .bind(state)
    .bind(now)
    .execute(tx.connection())
    .await?;
    Ok(())
}

pub async fn insert_hold_lines(
    tx: &mut TenantTx<'_>,
    lines: &[(OrderId, Allocation)],
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO stock_hold_lines (tenant_id, order_id, variant_id, warehouse_id, quantity)
         SELECT $1, order_id, variant_id, warehouse_id, quantity
         FROM UNNEST($2::uuid[], $3::uuid[], $4::uuid[], $5::int[])
              AS new (order_id, variant_id, warehouse_id, quantity)",
    )
    .bind(tx.tenant())
    .bind(column(lines, |(order, _)| *order))
    .bind(column(lines, |(_, line)| line.variant))
    .bind(column(lines, |(_, line)| line.warehouse))
    .bind(column(lines, |(_, line)| line.quantity))
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Deletes the lines of expired holds, before these reserve units again.
pub async fn delete_hold_lines(
    tx: &mut TenantTx<'_>,
    orders: &[OrderId],
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM stock_hold_lines WHERE tenant_id = $1 AND order_id = ANY($2)")
        .bind(tx.tenant())
        .bind(orders)
        .execute(tx.connection())
        .await?;
    Ok(())
}

async fn with_lines(
    tx: &mut TenantTx<'_>,
    holds: Vec<Hold>,
) -> Result<BTreeMap<OrderId, Hold>, StoreError> {
    let mut holds: BTreeMap<OrderId, Hold> =
        holds.into_iter().map(|hold| (hold.order, hold)).collect();
    if holds.is_empty() {
        return Ok(holds);
    }
    let lines: Vec<(OrderId, VariantId, WarehouseId, i32)> = sqlx::query_as(
        "SELECT order_id, variant_id, warehouse_id, quantity
         FROM stock_hold_lines
         WHERE tenant_id = $1 AND order_id = ANY($2)
         ORDER BY order_id, variant_id, warehouse_id",
    )
    .bind(tx.tenant())
    .bind(column(holds.keys(), |order| *order))
    .fetch_all(tx.connection())
    .await?;
    for (order, variant, warehouse, quantity) in lines {
        if let Some(hold) = holds.get_mut(&order) {
            hold.lines.push(Allocation {
                variant,
                warehouse,
                quantity,
            });
        }
    }
    Ok(holds)
}
