//! `stock_holds` and `stock_hold_lines`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use database::{PlatformTx, StoreError, TenantTx};
use ids::{OrderId, TenantId, VariantId, WarehouseId};
use uuid::Uuid;

use crate::inventory::model::{Allocation, Hold, HoldState};

#[derive(sqlx::FromRow)]
struct HoldRow {
    order_id: Uuid,
    state: String,
}

#[derive(sqlx::FromRow)]
struct HoldLineRow {
    order_id: Uuid,
    variant_id: Uuid,
    warehouse_id: Uuid,
    quantity: i32,
}

/// Inserts holds for the orders that have none yet and returns those orders. Waits for a concurrent transaction that inserts
/// a hold for the same order. The caller passes each order once, in ascending order.
pub async fn insert_holds(
    tx: &mut TenantTx<'_>,
    holds: &[(OrderId, DateTime<Utc>)],
    now: DateTime<Utc>,
) -> Result<Vec<OrderId>, StoreError> {
    let inserted: Vec<Uuid> = sqlx::query_scalar(
        "INSERT INTO stock_holds (tenant_id, order_id, state, expires_at, created_at, updated_at)
         SELECT $1, order_id, 'held', expires_at, $4, $4
         FROM UNNEST($2::uuid[], $3::timestamptz[]) AS new (order_id, expires_at)
         ON CONFLICT DO NOTHING
         RETURNING order_id",
    )
    .bind(tx.tenant().uuid())
    .bind(
        holds
            .iter()
            .map(|(order, _)| order.uuid())
            .collect::<Vec<_>>(),
    )
    .bind(
        holds
            .iter()
            .map(|(_, expires_at)| *expires_at)
            .collect::<Vec<_>>(),
    )
    .bind(now)
    .fetch_all(tx.connection())
    .await?;
    Ok(inserted.into_iter().map(OrderId::from_uuid).collect())
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
    .bind(tx.tenant().uuid())
    .bind(order.uuid())
    .bind(now)
    .execute(tx.connection())
    .await?;
    Ok(())
}

pub async fn load_hold_states_by_ids(
    tx: &mut TenantTx<'_>,
    orders: &[OrderId],
) -> Result<BTreeMap<OrderId, HoldState>, StoreError> {
    let rows: Vec<HoldRow> = sqlx::query_as(
        "SELECT order_id, state
         FROM stock_holds
         WHERE tenant_id = $1 AND order_id = ANY($2)",
    )
    .bind(tx.tenant().uuid())
    .bind(uuids(orders))
    .fetch_all(tx.connection())
    .await?;
    states(rows)
}

/// Deletes holds that got no units.
pub async fn delete_holds(tx: &mut TenantTx<'_>, orders: &[OrderId]) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM stock_holds WHERE tenant_id = $1 AND order_id = ANY($2)")
        .bind(tx.tenant().uuid())
        .bind(uuids(orders))
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Locks the holds that exist, then reads their lines.
pub async fn lock_holds(
    tx: &mut TenantTx<'_>,
    orders: &[OrderId],
) -> Result<BTreeMap<OrderId, Hold>, StoreError> {
    let rows: Vec<HoldRow> = sqlx::query_as(
        "SELECT order_id, state
         FROM stock_holds
         WHERE tenant_id = $1 AND order_id = ANY($2)
         ORDER BY order_id
         FOR UPDATE",
    )
    .bind(tx.tenant().uuid())
    .bind(uuids(orders))
    .fetch_all(tx.connection())
    .await?;
    with_lines(tx, rows).await
}

/// Locks those of the holds that are still due; skips holds that another transaction has locked.
pub async fn lock_due_holds(
    tx: &mut TenantTx<'_>,
    orders: &[OrderId],
    now: DateTime<Utc>,
) -> Result<BTreeMap<OrderId, Hold>, StoreError> {
    let rows: Vec<HoldRow> = sqlx::query_as(
        "SELECT order_id, state
         FROM stock_holds
         WHERE tenant_id = $1 AND order_id = ANY($2) AND state = 'held' AND expires_at <= $3
         ORDER BY order_id
         FOR UPDATE SKIP LOCKED",
    )
    .bind(tx.tenant().uuid())
    .bind(uuids(orders))
    .bind(now)
    .fetch_all(tx.connection())
    .await?;
    with_lines(tx, rows).await
}

/// Finds overdue holds of all tenants, the earliest expiry first.
pub async fn list_due_holds(
    tx: &mut PlatformTx<'_>,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(TenantId, OrderId)>, StoreError> {
    let rows: Vec<(Uuid, Uuid)> = sqlx::query_as(
        "SELECT tenant_id, order_id
         FROM stock_holds
         WHERE state = 'held' AND expires_at <= $1
         ORDER BY expires_at
         LIMIT $2",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|(tenant, order)| (TenantId::from_uuid(tenant), OrderId::from_uuid(order)))
        .collect())
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
    .bind(tx.tenant().uuid())
    .bind(uuids(orders))
    .bind(state.as_str())
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
    .bind(tx.tenant().uuid())
    .bind(
        lines
            .iter()
            .map(|(order, _)| order.uuid())
            .collect::<Vec<_>>(),
    )
    .bind(
        lines
            .iter()
            .map(|(_, line)| line.variant.uuid())
            .collect::<Vec<_>>(),
    )
    .bind(
        lines
            .iter()
            .map(|(_, line)| line.warehouse.uuid())
            .collect::<Vec<_>>(),
    )
    .bind(
        lines
            .iter()
            .map(|(_, line)| line.quantity)
            .collect::<Vec<_>>(),
    )
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
        .bind(tx.tenant().uuid())
        .bind(uuids(orders))
        .execute(tx.connection())
        .await?;
    Ok(())
}

async fn with_lines(
    tx: &mut TenantTx<'_>,
    rows: Vec<HoldRow>,
) -> Result<BTreeMap<OrderId, Hold>, StoreError> {
    let mut holds: BTreeMap<OrderId, Hold> = states(rows)?
        .into_iter()
        .map(|(order, state)| {
            (
                order,
                Hold {
                    order,
                    state,
                    lines: Vec::new(),
                },
            )
        })
        .collect();
    if holds.is_empty() {
        return Ok(holds);
    }
    let lines: Vec<HoldLineRow> = sqlx::query_as(
        "SELECT order_id, variant_id, warehouse_id, quantity
         FROM stock_hold_lines
         WHERE tenant_id = $1 AND order_id = ANY($2)
         ORDER BY order_id, variant_id, warehouse_id",
    )
    .bind(tx.tenant().uuid())
    .bind(holds.keys().map(|order| order.uuid()).collect::<Vec<_>>())
    .fetch_all(tx.connection())
    .await?;
    for line in lines {
        if let Some(hold) = holds.get_mut(&OrderId::from_uuid(line.order_id)) {
            hold.lines.push(Allocation {
                variant: VariantId::from_uuid(line.variant_id),
                warehouse: WarehouseId::from_uuid(line.warehouse_id),
                quantity: line.quantity,
            });
        }
    }
    Ok(holds)
}

fn states(rows: Vec<HoldRow>) -> Result<BTreeMap<OrderId, HoldState>, StoreError> {
    rows.into_iter()
        .map(|row| {
            let order = OrderId::from_uuid(row.order_id);
            let state = HoldState::parse(&row.state).ok_or_else(|| sqlx::Error::ColumnDecode {
                index: "stock_holds.state".to_owned(),
                source: format!("unknown state of the hold of {order}").into(),
            })?;
            Ok((order, state))
        })
        .collect()
}

fn uuids(orders: &[OrderId]) -> Vec<Uuid> {
    orders.iter().map(|order| order.uuid()).collect()
}
