//! `stock_levels` and `stock_movements`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use database::{StoreError, TenantTx};
use ids::{EventId, OrderId, VariantId, WarehouseId};
use uuid::Uuid;

use crate::inventory::ledger::{LedgerError, VariantStock};
use crate::inventory::model::{Cause, Movement, RecordedMovement, StockLevel};

#[derive(sqlx::FromRow)]
struct LevelRow {
    variant_id: Uuid,
    warehouse_id: Uuid,
    on_hand: i32,
    reserved: i32,
    committed: i32,
}

/// Locks the stock of variants, in the order of their ids, then reads every level of them, default warehouse first. An
/// unknown variant is absent. The lock is the variant's row, so no other transaction can add a level meanwhile.
pub async fn lock_levels(
    tx: &mut TenantTx<'_>,
    variants: &[VariantId],
) -> Result<BTreeMap<VariantId, VariantStock>, StoreError> {
    let variants: Vec<Uuid> = variants.iter().map(|id| id.uuid()).collect();
    let locked: Vec<(Uuid, i32)> = sqlx::query_as(
        "SELECT id, low_stock_threshold
         FROM variants
         WHERE tenant_id = $1 AND id = ANY($2)
         ORDER BY id
         FOR NO KEY UPDATE",
    )
    .bind(tx.tenant().uuid())
    .bind(&variants)
    .fetch_all(tx.connection())
    .await?;
    let mut stock: BTreeMap<VariantId, VariantStock> = locked
        .into_iter()
        .map(|(id, low_stock_threshold)| {
            (
                VariantId::from_uuid(id),
                VariantStock {
                    low_stock_threshold,
                    levels: Vec::new(),
                },
            )
        })
        .collect();
    let rows: Vec<LevelRow> = sqlx::query_as(
        "SELECT l.variant_id, l.warehouse_id, l.on_hand, l.reserved, l.committed
         FROM stock_levels l
         JOIN warehouses w ON w.tenant_id = l.tenant_id AND w.id = l.warehouse_id
         WHERE l.tenant_id = $1 AND l.variant_id = ANY($2)
         ORDER BY l.variant_id, w.is_default DESC, w.code",
    )
    .bind(tx.tenant().uuid())
    .bind(&variants)
    .fetch_all(tx.connection())
    .await?;
    for row in rows {
        if let Some(entry) = stock.get_mut(&VariantId::from_uuid(row.variant_id)) {
            entry.levels.push(StockLevel {
                warehouse: WarehouseId::from_uuid(row.warehouse_id),
                on_hand: row.on_hand,
                reserved: row.reserved,
                committed: row.committed,
            });
        }
    }
    Ok(stock)
}

/// Inserts an empty level. The caller holds the lock of the variant.
pub async fn insert_level(
    tx: &mut TenantTx<'_>,
    variant: VariantId,
    warehouse: WarehouseId,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO stock_levels (tenant_id, variant_id, warehouse_id)
         VALUES ($1, $2, $3)",
    )
    .bind(tx.tenant().uuid())
    .bind(variant.uuid())
    .bind(warehouse.uuid())
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Adds the movements to their levels. The condition checks the ledger's decision again, under the lock.
pub async fn update_levels(
    tx: &mut TenantTx<'_>,
    movements: &[Movement],
) -> Result<(), StoreError> {
    let mut totals: BTreeMap<(VariantId, WarehouseId), [i32; 3]> = BTreeMap::new();
    for movement in movements {
        let total = totals
            .entry((movement.variant, movement.warehouse))
            .or_default();
        let deltas = [
            movement.on_hand_delta,
            movement.reserved_delta,
            movement.committed_delta,
        ];
        for (sum, delta) in total.iter_mut().zip(deltas) {
            *sum = sum.saturating_add(delta);
        }
    }
    let updated = sqlx::query(
        "UPDATE stock_levels l
         SET on_hand = l.on_hand + d.on_hand,
             reserved = l.reserved + d.reserved,
             committed = l.committed + d.committed
         FROM UNNEST($2::uuid[], $3::uuid[], $4::int[], $5::int[], $6::int[])
              AS d (variant_id, warehouse_id, on_hand, reserved, committed)
         WHERE l.tenant_id = $1 AND l.variant_id = d.variant_id AND l.warehouse_id = d.warehouse_id
           AND l.on_hand - l.reserved - l.committed >= d.reserved + d.committed - d.on_hand",
    )
    .bind(tx.tenant().uuid())
    .bind(
        totals
            .keys()
            .map(|(variant, _)| variant.uuid())
            .collect::<Vec<_>>(),
    )
    .bind(
        totals
            .keys()
            .map(|(_, warehouse)| warehouse.uuid())
            .collect::<Vec<_>>(),
    )
    .bind(
        totals
            .values()
            .map(|[on_hand, _, _]| *on_hand)
            .collect::<Vec<_>>(),
    )
    .bind(
        totals
            .values()
            .map(|[_, reserved, _]| *reserved)
            .collect::<Vec<_>>(),
    )
    .bind(
        totals
            .values()
            .map(|[_, _, committed]| *committed)
            .collect::<Vec<_>>(),
    )
    .execute(tx.connection())
    .await?
    .rows_affected();
    if usize::try_from(updated).is_ok_and(|updated| updated == totals.len()) {
        Ok(())
    } else {
        Err(sqlx::Error::RowNotFound.into())
    }
}

/// Copies the availability after the movements to the variants.
pub async fn update_availability(
    tx: &mut TenantTx<'_>,
    movements: &[Movement],
) -> Result<(), StoreError> {
    let available: BTreeMap<VariantId, i32> = movements
        .iter()
        .filter(|movement| movement.changes_availability())
        .map(|movement| (movement.variant, movement.available))
        .collect();
    if available.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "UPDATE variants v
         SET available = d.available
         FROM UNNEST($2::uuid[], $3::int[]) AS d (id, available)
         WHERE v.tenant_id = $1 AND v.id = d.id",
    )
    .bind(tx.tenant().uuid())
    .bind(
        available
            .keys()
            .map(|variant| variant.uuid())
            .collect::<Vec<_>>(),
    )
    .bind(available.values().copied().collect::<Vec<_>>())
    .execute(tx.connection())
    .await?;
    Ok(())
}

pub async fn insert_movements(
    tx: &mut TenantTx<'_>,
    movements: &[RecordedMovement],
    cause: Cause<'_>,
) -> Result<(), StoreError> {
    let of = |value: fn(&Movement) -> i32| -> Vec<i32> {
        movements
            .iter()
            .map(|recorded| value(&recorded.movement))
            .collect()
    };
    sqlx::query(
        "INSERT INTO stock_movements (tenant_id, id, variant_id, warehouse_id, kind, on_hand_delta, reserved_delta,
                                      committed_delta, order_id, actor, reason, created_at)
         SELECT $1, id, variant_id, warehouse_id, kind, on_hand, reserved, committed, order_id, $10, $11, created_at
         FROM UNNEST($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::int[], $7::int[], $8::int[], $9::uuid[],
                     $12::timestamptz[])
              AS new (id, variant_id, warehouse_id, kind, on_hand, reserved, committed, order_id, created_at)",
    )
    .bind(tx.tenant().uuid())
    .bind(movements.iter().map(|recorded| recorded.id.uuid()).collect::<Vec<_>>())
    .bind(movements.iter().map(|recorded| recorded.movement.variant.uuid()).collect::<Vec<_>>())
    .bind(movements.iter().map(|recorded| recorded.movement.warehouse.uuid()).collect::<Vec<_>>())
    .bind(movements.iter().map(|recorded| recorded.movement.kind.as_str()).collect::<Vec<_>>())
    .bind(of(|movement| movement.on_hand_delta))
    .bind(of(|movement| movement.reserved_delta))
    .bind(of(|movement| movement.committed_delta))
    .bind(
        movements
            .iter()
            .map(|recorded| recorded.movement.order.map(OrderId::uuid))
            .collect::<Vec<Option<Uuid>>>(),
    )
    .bind(cause.actor)
    .bind(cause.reason)
    .bind(movements.iter().map(|recorded| recorded.occurred_at).collect::<Vec<DateTime<Utc>>>())
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Units that a variant starts with at one warehouse.
pub struct OpeningStock {
    pub movement: EventId,
    pub variant: VariantId,
    pub warehouse: WarehouseId,
    pub quantity: i32,
}

/// Inserts the levels that do not exist yet, each with its first movement. Existing levels keep their units. Returns how
/// many levels were inserted.
pub async fn insert_opening_stock(
    tx: &mut TenantTx<'_>,
    stock: &[OpeningStock],
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let opened = sqlx::query(
        "WITH new AS (
             SELECT id, variant_id, warehouse_id, quantity
             FROM UNNEST($2::uuid[], $3::uuid[], $4::uuid[], $5::int[]) AS n (id, variant_id, warehouse_id, quantity)
         ), opened AS (
             INSERT INTO stock_levels (tenant_id, variant_id, warehouse_id, on_hand)
             SELECT $1, variant_id, warehouse_id, quantity FROM new
             ON CONFLICT DO NOTHING
             RETURNING variant_id, warehouse_id
         )
         INSERT INTO stock_movements (tenant_id, id, variant_id, warehouse_id, kind, on_hand_delta, reserved_delta,
                                      committed_delta, order_id, actor, reason, created_at)
         SELECT $1, new.id, variant_id, warehouse_id, 'adjusted', new.quantity, 0, 0, NULL, 'seed', 'opening stock', $6
         FROM opened
         JOIN new USING (variant_id, warehouse_id)",
    )
    .bind(tx.tenant().uuid())
    .bind(stock.iter().map(|opening| opening.movement.uuid()).collect::<Vec<_>>())
    .bind(stock.iter().map(|opening| opening.variant.uuid()).collect::<Vec<_>>())
    .bind(stock.iter().map(|opening| opening.warehouse.uuid()).collect::<Vec<_>>())
    .bind(stock.iter().map(|opening| opening.quantity).collect::<Vec<_>>())
    .bind(now)
    .execute(tx.connection())
    .await?;
    sqlx::query(
        "UPDATE variants v
         SET available = l.available
         FROM (SELECT variant_id, SUM(on_hand - reserved - committed)::int AS available
               FROM stock_levels
               WHERE tenant_id = $1
               GROUP BY variant_id) l
         WHERE v.tenant_id = $1 AND v.id = l.variant_id AND v.available <> l.available",
    )
    .bind(tx.tenant().uuid())
    .execute(tx.connection())
    .await?;
    Ok(opened.rows_affected())
}

/// Error for rows that contradict each other in a way that the constraints should prevent.
pub fn inconsistent_ledger(error: LedgerError) -> StoreError {
    sqlx::Error::Decode(Box::new(error)).into()
}
