//! `warehouses`.

use std::collections::HashMap;
use std::sync::Arc;

use database::{Columns, StoreError, TenantConnection, TenantTx};
use ids::WarehouseId;
use serde_json::{Value, json};
use sqlx::FromRow;
use sqlx::postgres::PgRow;
use sqlx::types::Json;

use crate::inventory::model::Warehouse;
use crate::products::LocalizedText;

impl FromRow<'_, PgRow> for Warehouse {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let row = Columns::of(row, "warehouses", "id");
        Ok(Self {
            id: row.get("id")?,
            code: row.get("code")?,
            name: row.get("name")?,
        })
    }
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
    let warehouses: Vec<Warehouse> = sqlx::query_as(
        "SELECT id, code, COALESCE(name ->> $3, default_name) AS name
         FROM warehouses
         WHERE tenant_id = $1 AND id = ANY($2)",
    )
    .bind(db.tenant())
    .bind(ids)
    .bind(locale)
    .fetch_all(db.connection())
    .await?;
    Ok(warehouses
        .into_iter()
        .map(|warehouse| (warehouse.id, Arc::new(warehouse)))
        .collect())
}

/// The default warehouse, used when a command names none.
pub async fn find_default_warehouse(
    tx: &mut TenantTx<'_>,
) -> Result<Option<WarehouseId>, StoreError> {
    Ok(
        sqlx::query_scalar("SELECT id FROM warehouses WHERE tenant_id = $1 AND is_default")
            .bind(tx.tenant())
            .fetch_optional(tx.connection())
            .await?,
    )
}

pub async fn exists_warehouse(
    tx: &mut TenantTx<'_>,
    warehouse: WarehouseId,
) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM warehouses WHERE tenant_id = $1 AND id = $2)",
    )
    .bind(tx.tenant())
    .bind(warehouse)
    .fetch_one(tx.connection())
    .await?)
}

/// Inserts the warehouses that do not exist yet.
pub async fn insert_warehouses(
    tx: &mut TenantTx<'_>,
    warehouses: &[NewWarehouse],
    default_locale: &str,
) -> Result<(), StoreError> {
    let rows: Vec<Value> = warehouses
        .iter()
        .map(|warehouse| {
            json!({
                "id": warehouse.id.uuid(),
                "code": warehouse.code,
                "name": warehouse.name,
                "default_name": warehouse.name.in_locale_or_any(default_locale),
                "is_default": warehouse.is_default,
            })
        })
        .collect();
    sqlx::query(
        "INSERT INTO warehouses (tenant_id, id, code, name, default_name, is_default)
         SELECT $1, id, code, name, default_name, is_default
         FROM jsonb_populate_recordset(NULL::warehouses, $2)
         ON CONFLICT DO NOTHING",
    )
    .bind(tx.tenant())
    .bind(Json(rows))
    .execute(tx.connection())
    .await?;
    Ok(())
}
