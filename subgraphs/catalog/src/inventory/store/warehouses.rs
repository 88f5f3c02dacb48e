//! `warehouses`.

use std::collections::HashMap;
use std::sync::Arc;

use database::{StoreError, TenantConnection, TenantTx};
use ids::WarehouseId;
use sqlx::types::Json;
use uuid::Uuid;

use crate::inventory::model::Warehouse;
use crate::products::LocalizedText;

#[derive(sqlx::FromRow)]
struct WarehouseRow {
    id: Uuid,
    code: String,
    name: String,
}

/// A warehouse to insert, with its name in every language.
pub struct NewWarehouse {
    pub id: WarehouseId,
    pub code: String,
    pub name: LocalizedText,
    pub is_default: bool,
}

pub async fn load_warehouses_by_ids(
    db: &mut impl TenantConnection,
    ids: &[WarehouseId],
    locale: &str,
) -> Result<HashMap<WarehouseId, Arc<Warehouse>>, StoreError> {
    let rows: Vec<WarehouseRow> = sqlx::query_as(
        "SELECT id, code, COALESCE(name ->> $3, default_name) AS name
         FROM warehouses
         WHERE tenant_id = $1 AND id = ANY($2)",
    )
    .bind(db.tenant().uuid())
    .bind(ids.iter().map(|id| id.uuid()).collect::<Vec<_>>())
    .bind(locale)
    .fetch_all(db.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let id = WarehouseId::from_uuid(row.id);
            (
                id,
                Arc::new(Warehouse {
                    id,
                    code: row.code,
                    name: row.name,
                }),
            )
        })
        .collect())
}

/// The default warehouse, used when a command names none.
pub async fn find_default_warehouse(
    tx: &mut TenantTx<'_>,
) -> Result<Option<WarehouseId>, StoreError> {
    let id: Option<Uuid> =
        sqlx::query_scalar("SELECT id FROM warehouses WHERE tenant_id = $1 AND is_default")
            .bind(tx.tenant().uuid())
            .fetch_optional(tx.connection())
            .await?;
    Ok(id.map(WarehouseId::from_uuid))
}

pub async fn exists_warehouse(
    tx: &mut TenantTx<'_>,
    warehouse: WarehouseId,
) -> Result<bool, StoreError> {
    let found = sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM warehouses WHERE tenant_id = $1 AND id = $2)",
    )
    .bind(tx.tenant().uuid())
    .bind(warehouse.uuid())
    .fetch_one(tx.connection())
    .await?;
    Ok(found)
}

/// Inserts the warehouses that do not exist yet.
pub async fn insert_warehouses(
    tx: &mut TenantTx<'_>,
    warehouses: &[NewWarehouse],
    default_locale: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO warehouses (tenant_id, id, code, name, default_name, is_default)
         SELECT $1, id, code, name, default_name, is_default
         FROM UNNEST($2::uuid[], $3::text[], $4::jsonb[], $5::text[], $6::bool[])
              AS new (id, code, name, default_name, is_default)
         ON CONFLICT DO NOTHING",
    )
    .bind(tx.tenant().uuid())
    .bind(
        warehouses
            .iter()
            .map(|warehouse| warehouse.id.uuid())
            .collect::<Vec<_>>(),
    )
    .bind(
        warehouses
            .iter()
            .map(|warehouse| warehouse.code.as_str())
            .collect::<Vec<_>>(),
    )
    .bind(
        warehouses
            .iter()
            .map(|warehouse| Json(&warehouse.name))
            .collect::<Vec<_>>(),
    )
    .bind(
        warehouses
            .iter()
            .map(|warehouse| warehouse.name.in_locale_or_any(default_locale))
            .collect::<Vec<_>>(),
    )
    .bind(
        warehouses
            .iter()
            .map(|warehouse| warehouse.is_default)
            .collect::<Vec<_>>(),
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
