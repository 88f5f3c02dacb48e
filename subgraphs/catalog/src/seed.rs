//! Loads the demo shops: one folder per shop with `shop.json`, `warehouses.json` and `products.json`.
//!
//! Idempotent: a second run changes nothing. Stock that was sold or adjusted meanwhile stays as it is.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use chrono::{DateTime, Utc};
use ids::{ProductId, TenantId, VariantId, WarehouseId};
use money::Currency;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::app::App;
use crate::inventory::{self, NewWarehouse, OpeningStock};
use crate::products::{self, LocalizedText, NewProduct, NewVariant};

#[derive(Deserialize)]
struct ShopFile {
    id: Uuid,
    slug: String,
    default_currency: Currency,
    default_locale: String,
}

#[derive(Deserialize)]
struct WarehouseEntry {
    id: Uuid,
    code: String,
    name: LocalizedText,
    #[serde(default)]
    default: bool,
}

#[derive(Deserialize)]
struct ProductEntry {
    id: Uuid,
    slug: String,
    name: LocalizedText,
    #[serde(default)]
    description: LocalizedText,
    created_at: DateTime<Utc>,
    variants: Vec<VariantEntry>,
}

#[derive(Deserialize)]
struct VariantEntry {
    id: Uuid,
    sku: String,
    name: LocalizedText,
    price_minor: i64,
    /// Units by warehouse code.
    #[serde(default)]
    stock: BTreeMap<String, i32>,
}

/// Loads every shop of the folder. Returns the report for the operator, one line per shop.
pub async fn seed(app: &App, folder: &Path) -> anyhow::Result<String> {
    let mut report = Vec::new();
    for shop_folder in shop_folders(folder)? {
        let loaded = seed_shop(app, &shop_folder).await;
        report.push(
            loaded
                .with_context(|| format!("shop {} could not be loaded", shop_folder.display()))?,
        );
    }
    Ok(report.join("\n"))
}

/// Loads one shop in one transaction.
async fn seed_shop(app: &App, folder: &Path) -> anyhow::Result<String> {
    let shop: ShopFile = read(&folder.join("shop.json"))?;
    let warehouses: Vec<WarehouseEntry> = read(&folder.join("warehouses.json"))?;
    let products: Vec<ProductEntry> = read(&folder.join("products.json"))?;
    let stock = opening_stock(app, &warehouses, &products)?;
    let warehouses: Vec<NewWarehouse> = warehouses.into_iter().map(new_warehouse).collect();
    let products: Vec<NewProduct> = products
        .into_iter()
        .map(|entry| new_product(entry, shop.default_currency))
        .collect();

    let mut tx = app.db.write(TenantId::from_uuid(shop.id)).await?;
    inventory::insert_warehouses(&mut tx, &warehouses, &shop.default_locale).await?;
    let added = products::insert_products(&mut tx, &products, &shop.default_locale).await?;
    let opened = inventory::insert_opening_stock(&mut tx, &stock, app.clock.now()).await?;
    tx.commit().await?;
    Ok(format!(
        "shop {}: {added} products and {opened} stock levels added",
        shop.slug
    ))
}

fn shop_folders(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)
        .with_context(|| format!("folder {} cannot be read", folder.display()))?;
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.join("shop.json").is_file() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

fn read<T: DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    serde_json::from_slice(&bytes)
        .with_context(|| format!("{} does not have the expected shape", path.display()))
}

fn opening_stock(
    app: &App,
    warehouses: &[WarehouseEntry],
    products: &[ProductEntry],
) -> anyhow::Result<Vec<OpeningStock>> {
    let by_code: HashMap<&str, WarehouseId> = warehouses
        .iter()
        .map(|warehouse| {
            (
                warehouse.code.as_str(),
                WarehouseId::from_uuid(warehouse.id),
            )
        })
        .collect();
    let mut stock = Vec::new();
    for variant in products.iter().flat_map(|product| &product.variants) {
        for (code, quantity) in &variant.stock {
            let warehouse = by_code
                .get(code.as_str())
                .ok_or_else(|| anyhow!("{} has stock at unknown warehouse {code}", variant.sku))?;
            stock.push(OpeningStock {
                movement: ids::next(&*app.ids),
                variant: VariantId::from_uuid(variant.id),
                warehouse: *warehouse,
                quantity: *quantity,
            });
        }
    }
    Ok(stock)
}

fn new_warehouse(entry: WarehouseEntry) -> NewWarehouse {
    NewWarehouse {
        id: WarehouseId::from_uuid(entry.id),
        code: entry.code,
        name: entry.name,
        is_default: entry.default,
    }
}

fn new_product(entry: ProductEntry, currency: Currency) -> NewProduct {
    NewProduct {
        id: ProductId::from_uuid(entry.id),
        slug: entry.slug,
        name: entry.name,
        description: entry.description,
        created_at: entry.created_at,
        currency,
        variants: entry
            .variants
            .into_iter()
            .map(|variant| NewVariant {
                id: VariantId::from_uuid(variant.id),
                sku: variant.sku,
                name: variant.name,
                price_minor: variant.price_minor,
            })
            .collect(),
    }
}
