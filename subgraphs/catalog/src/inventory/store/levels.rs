//! `stock_levels` and `stock_movements`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use database::{Columns, StoreError, TenantTx, column, text_column};
use ids::{EventId, VariantId, WarehouseId};
use sqlx::FromRow;
use sqlx::postgres::PgRow;

use crate::inventory::ledger::{LedgerError, VariantStock};
use crate::inventory::model::{Cause, Movement, MovementKind, RecordedMovement, StockLevel};

text_column!(MovementKind);

impl FromRow<'_, PgRow> for StockLevel {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let row = Columns::of(row, "stock_levels", "variant_id");
        Ok(Self {
            warehouse: row.get("warehouse_id")?,
            on_hand: row.get("on_hand")?,
            reserved: row.get("reserved")?,
            committed: row.get("committed")?,
        })
    }
}

#[derive(FromRow)]
struct LevelRow {
    variant_id: VariantId,
    #[sqlx(flatten)]
    level: StockLevel,
}

/// Locks the stock of variants, in the order of their ids, then reads every level of them, default warehouse first. An
/// unknown variant is absent. The lock is the variant's row, so no other transaction can add a level meanwhile.
pub async fn lock_levels(
    tx: &mut TenantTx<'_>,
    variants: &[VariantId],
) -> Result<BTreeMap<VariantId, VariantStock>, StoreError> {
    let locked: Vec<(VariantId, i32)> = sqlx::query_as(
        "SELECT id, low_stock_threshold
         FROM variants
         WHERE tenant_id = $1 AND id = ANY($2)
         ORDER BY id
         FOR NO KEY UPDATE",
    )
    .bind(tx.tenant())
    .bind(variants)
    .fetch_all(tx.connection())
    .await?;
    let mut stock: BTreeMap<VariantId, VariantStock> = locked
        .into_iter()
        .map(|(id, low_stock_threshold)| {
            (
                id,
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
    .bind(tx.tenant())
    .bind(variants)
    .fetch_all(tx.connection())
    .await?;
    for row in rows {
        if let Some(entry) = stock.get_mut(&row.variant_id) {
            entry.levels.push(row.level);
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
    .bind(tx.tenant())
    .bind(variant)
    .bind(warehouse)
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
    .bind(tx.tenant())
    .bind(column(totals.keys(), |(variant, _)| *variant))
    .bind(column(totals.keys(), |(_, warehouse)| *warehouse))
    .bind(column(totals.values(), |[on_hand, _, _]| *on_hand))
    .bind(column(totals.values(), |[_, reserved, _]| *reserved))
    .bind(column(totals.values(), |[_, _, committed]| *committed))
    .execute(tx.connection())
    .await?
    .rows_affected();
    if usize::try_from(updated).is_ok_and(|updated| updated == totals.len()) {
        Ok(())
    } else {
        Err(StoreError::inconsistent(LedgerError::WouldGoNegative))
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
    .bind(tx.tenant())
    .bind(column(available.keys(), |variant| *variant))
    .bind(column(available.values(), |units| *units))
    .execute(tx.connection())
    .await?;
    Ok(())
}

pub async fn insert_movements(
    tx: &mut TenantTx<'_>,
    movements: &[RecordedMovement],
    cause: Cause<'_>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO stock_movements (tenant_id, id, variant_id, warehouse_id, kind, on_hand_delta, reserved_delta,
                                      committed_delta, order_id, actor, reason, created_at)
         SELECT $1, id, variant_id, warehouse_id, kind, on_hand, reserved, committed, order_id, $2, $3, created_at
         FROM UNNEST($4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::int[], $9::int[], $10::int[], $11::uuid[],
                     $12::timestamptz[])
              AS new (id, variant_id, warehouse_id, kind, on_hand, reserved, committed, order_id, created_at)",
    )
    .bind(tx.tenant())
    .bind(cause.actor)
    .bind(cause.reason)
    .bind(column(movements, |recorded| recorded.id))
    .bind(column(movements, |recorded| recorded.movement.variant))
    .bind(column(movements, |recorded| recorded.movement.warehouse))
    .bind(column(movements, |recorded| recorded.movement.kind))
    .bind(column(movements, |recorded| recorded.movement.on_hand_delta))
    .bind(column(movements, |recorded| recorded.movement.reserved_delta))
    .bind(column(movements, |recorded| recorded.movement.committed_delta))
    .bind(column(movements, |recorded| recorded.movement.order))
    .bind(column(movements, |recorded| recorded.occurred_at))
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
    .bind(tx.tenant())
    .bind(column(stock, |opening| opening.movement))
    .bind(column(stock, |opening| opening.variant))
    .bind(column(stock, |opening| opening.warehouse))
    .bind(column(stock, |opening| opening.quantity))
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
    .bind(tx.tenant())
    .execute(tx.connection())
    .await?;
    Ok(opened.rows_affected())
}
