//! SQL of products and variants.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use database::page::{Page, PageRequest};
use database::{Columns, Keyset, StoreError, TenantConnection, TenantTx};
use ids::{ProductId, TenantId, VariantId};
use serde_json::{Value, json};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, Postgres, QueryBuilder};

use super::model::{
    Locales, NewProduct, Product, ProductFilter, ProductKey, ProductSort, SortValue, Variant,
};
use super::price_variants::{PricedVariant, line_name};

/// A product with its position in the list.
pub struct ListedProduct {
    pub product: Arc<Product>,
    pub key: ProductKey,
}

impl FromRow<'_, PgRow> for Product {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let row = Columns::of(row, "products", "id");
        Ok(Self {
            id: row.get("id")?,
            slug: row.get("slug")?,
            name: row.get("name")?,
            description: row.get("description")?,
            min_price: row.money("min_price_minor")?,
            max_price: row.money("max_price_minor")?,
        })
    }
}

impl FromRow<'_, PgRow> for ListedProduct {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let product = Product::from_row(row)?;
        let row = Columns::of(row, "products", "id");
        let value = match row.get("sort_text")? {
            Some(text) => SortValue::Text(text),
            None => SortValue::Number(row.get("sort_number")?),
        };
        Ok(Self {
            key: ProductKey {
                value,
                id: product.id,
            },
            product: Arc::new(product),
        })
    }
}

impl FromRow<'_, PgRow> for Variant {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let row = Columns::of(row, "variants", "id");
        Ok(Self {
            id: row.get("id")?,
            product: row.get("product_id")?,
            sku: row.get("sku")?,
            name: row.get("name")?,
            price: row.money("price_minor")?,
            available: row.get("available")?,
        })
    }
}

impl FromRow<'_, PgRow> for PricedVariant {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let row = Columns::of(row, "variants", "id");
        Ok(Self {
            variant: row.get("id")?,
            product: row.get("product_id")?,
            sku: row.get("sku")?,
            name: line_name(row.get("product_name")?, row.get("variant_name")?),
            price: row.money("price_minor")?,
        })
    }
}

/// One page of the tenant's products.
pub(super) async fn list_products(
    db: &mut impl TenantConnection,
    filter: &ProductFilter,
    sort: ProductSort,
    page: &PageRequest<ProductKey>,
    locales: &Locales,
) -> Result<Page<ListedProduct>, StoreError> {
    let mut sql = QueryBuilder::<Postgres>::new("SELECT p.id, p.slug, COALESCE(p.name ->> ");
    sql.push_bind(&locales.caller);
    sql.push(", p.default_name) AS name, COALESCE(p.description ->> ");
    sql.push_bind(&locales.caller);
    sql.push(", p.description ->> ");
    sql.push_bind(&locales.default);
    sql.push(") AS description, p.min_price_minor, p.max_price_minor, p.currency, ");
    sql.push(sort_columns(sort));
    push_filter(&mut sql, db.tenant(), filter);
    let columns = [sort_column(sort), "p.id"];
    let keyset = if sort.is_ascending() {
        Keyset::ascending(&columns)
    } else {
        Keyset::descending(&columns)
    };
    keyset
        .fetch(db, sql, page, |values, key| {
            match (&key.value, sort) {
                (SortValue::Text(text), _) => values.push_bind(text.clone()),
                (SortValue::Number(micros), ProductSort::Newest) => {
                    values.push_bind(DateTime::<Utc>::from_timestamp_micros(*micros))
                }
                (SortValue::Number(number), _) => values.push_bind(*number),
            };
            values.push_bind(key.id);
        })
        .await
}

/// Number of products that match a filter.
pub(super) async fn count_products(
    db: &mut impl TenantConnection,
    filter: &ProductFilter,
) -> Result<i64, StoreError> {
    let mut sql = QueryBuilder::<Postgres>::new("SELECT COUNT(*)");
    push_filter(&mut sql, db.tenant(), filter);
    Ok(sql.build_query_scalar().fetch_one(db.connection()).await?)
}

pub(super) async fn load_products_by_ids(
    db: &mut impl TenantConnection,
    ids: &[ProductId],
    locales: &Locales,
) -> Result<HashMap<ProductId, Arc<Product>>, StoreError> {
    let products: Vec<Product> = sqlx::query_as(
        "SELECT id, slug, COALESCE(name ->> $3, default_name) AS name,
                COALESCE(description ->> $3, description ->> $4) AS description,
                min_price_minor, max_price_minor, currency
         FROM products
         WHERE tenant_id = $1 AND id = ANY($2)",
    )
    .bind(db.tenant())
    .bind(ids)
    .bind(&locales.caller)
    .bind(&locales.default)
    .fetch_all(db.connection())
    .await?;
    Ok(products
        .into_iter()
        .map(|product| (product.id, Arc::new(product)))
        .collect())
}

pub(super) async fn load_products_by_slugs(
    db: &mut impl TenantConnection,
    slugs: &[String],
    locales: &Locales,
) -> Result<HashMap<String, Arc<Product>>, StoreError> {
    let products: Vec<Product> = sqlx::query_as(
        "SELECT id, slug, COALESCE(name ->> $3, default_name) AS name,
                COALESCE(description ->> $3, description ->> $4) AS description,
                min_price_minor, max_price_minor, currency
         FROM products
         WHERE tenant_id = $1 AND slug = ANY($2)",
    )
    .bind(db.tenant())
    .bind(slugs)
    .bind(&locales.caller)
    .bind(&locales.default)
    .fetch_all(db.connection())
    .await?;
    Ok(products
        .into_iter()
        .map(|product| (product.slug.clone(), Arc::new(product)))
        .collect())
}

/// Variants of products, each list in the tenant's order.
pub(super) async fn load_variants_by_product_ids(
    db: &mut impl TenantConnection,
    products: &[ProductId],
    locales: &Locales,
) -> Result<HashMap<ProductId, Arc<[Arc<Variant>]>>, StoreError> {
    let variants: Vec<Variant> = sqlx::query_as(
        "SELECT v.id, v.product_id, v.sku, COALESCE(v.name ->> $3, v.default_name) AS name,
                v.price_minor, v.currency, v.available
         FROM variants v
         WHERE v.tenant_id = $1 AND v.product_id = ANY($2)
         ORDER BY v.product_id, v.position",
    )
    .bind(db.tenant())
    .bind(products)
    .bind(&locales.caller)
    .fetch_all(db.connection())
    .await?;
    let mut by_product: HashMap<ProductId, Vec<Arc<Variant>>> =
        HashMap::with_capacity(products.len());
    for variant in variants {
        by_product
            .entry(variant.product)
            .or_default()
            .push(Arc::new(variant));
    }
    Ok(by_product
        .into_iter()
        .map(|(product, variants)| (product, variants.into()))
        .collect())
}

pub(super) async fn load_variants_by_ids(
    db: &mut impl TenantConnection,
    ids: &[VariantId],
    locales: &Locales,
) -> Result<HashMap<VariantId, Arc<Variant>>, StoreError> {
    let variants: Vec<Variant> = sqlx::query_as(
        "SELECT v.id, v.product_id, v.sku, COALESCE(v.name ->> $3, v.default_name) AS name,
                v.price_minor, v.currency, v.available
         FROM variants v
         WHERE v.tenant_id = $1 AND v.id = ANY($2)",
    )
    .bind(db.tenant())
    .bind(ids)
    .bind(&locales.caller)
    .fetch_all(db.connection())
    .await?;
    Ok(variants
        .into_iter()
        .map(|variant| (variant.id, Arc::new(variant)))
        .collect())
}

/// The data of variants that order lines store.
pub(super) async fn load_priced_variants_by_ids(
    db: &mut impl TenantConnection,
    ids: &[VariantId],
) -> Result<Vec<PricedVariant>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT v.id, v.product_id, v.sku, p.default_name AS product_name, v.default_name AS variant_name,
                v.price_minor, v.currency
         FROM variants v
         JOIN products p ON p.tenant_id = v.tenant_id AND p.id = v.product_id
         WHERE v.tenant_id = $1 AND v.id = ANY($2)",
    )
    .bind(db.tenant())
    .bind(ids)
    .fetch_all(db.connection())
    .await?)
}

/// Inserts the products that do not exist yet; existing ones stay unchanged. Returns how many were inserted.
pub(crate) async fn insert_products(
    tx: &mut TenantTx<'_>,
    products: &[NewProduct],
    default_locale: &str,
) -> Result<u64, StoreError> {
    let rows: Vec<Value> = products
        .iter()
        .filter_map(|product| {
            let (min_price, max_price) = product.price_range_minor()?;
            Some(json!({
                "id": product.id.uuid(),
                "slug": product.slug,
                "name": product.name,
                "default_name": product.name.in_locale_or_any(default_locale),
                "description": product.description,
                "min_price_minor": min_price,
                "max_price_minor": max_price,
                "currency": product.currency,
                "created_at": product.created_at,
            }))
        })
        .collect();
    let inserted = sqlx::query(
        "INSERT INTO products (tenant_id, id, slug, name, default_name, description,
                               min_price_minor, max_price_minor, currency, created_at)
         SELECT $1, id, slug, name, default_name, description,
                min_price_minor, max_price_minor, currency, created_at
         FROM jsonb_populate_recordset(NULL::products, $2)
         ON CONFLICT DO NOTHING",
    )
    .bind(tx.tenant())
    .bind(Json(rows))
    .execute(tx.connection())
    .await?;
    insert_variants(tx, products, default_locale).await?;
    Ok(inserted.rows_affected())
}

async fn insert_variants(
    tx: &mut TenantTx<'_>,
    products: &[NewProduct],
    default_locale: &str,
) -> Result<(), StoreError> {
    let rows: Vec<Value> = products
        .iter()
        .flat_map(|product| {
            (0..)
                .zip(&product.variants)
                .map(move |place| (product, place))
        })
        .map(|(product, (position, variant)): (_, (i32, _))| {
            json!({
                "id": variant.id.uuid(),
                "product_id": product.id.uuid(),
                "position": position,
                "sku": variant.sku,
                "name": variant.name,
                "default_name": variant.name.in_locale_or_any(default_locale),
                "price_minor": variant.price_minor,
                "currency": product.currency,
            })
        })
        .collect();
    sqlx::query(
        "INSERT INTO variants (tenant_id, id, product_id, position, sku, name, default_name, price_minor, currency)
         SELECT $1, id, product_id, position, sku, name, default_name, price_minor, currency
         FROM jsonb_populate_recordset(NULL::variants, $2)
         ON CONFLICT DO NOTHING",
    )
    .bind(tx.tenant())
    .bind(Json(rows))
    .execute(tx.connection())
    .await?;
    Ok(())
}

fn push_filter(sql: &mut QueryBuilder<Postgres>, tenant: TenantId, filter: &ProductFilter) {
    sql.push(" FROM products p WHERE p.tenant_id = ");
    sql.push_bind(tenant);
    if let Some(ids) = &filter.ids {
        sql.push(" AND p.id = ANY(");
        sql.push_bind(ids.clone());
        sql.push(")");
    }
    if let Some(slugs) = &filter.slugs {
        sql.push(" AND p.slug = ANY(");
        sql.push_bind(slugs.clone());
        sql.push(")");
    }
    if let Some(available) = filter.available {
        sql.push(if available {
            " AND EXISTS ("
        } else {
            " AND NOT EXISTS ("
        });
        sql.push(
            "SELECT FROM variants v
             WHERE v.tenant_id = p.tenant_id AND v.product_id = p.id AND v.available > 0)",
        );
    }
}

const fn sort_column(sort: ProductSort) -> &'static str {
    match sort {
        ProductSort::Name => "p.default_name",
        ProductSort::PriceAsc | ProductSort::PriceDesc => "p.min_price_minor",
        ProductSort::Newest => "p.created_at",
    }
}

/// The name may be long, so it is selected a second time only if the cursor needs it.
const fn sort_columns(sort: ProductSort) -> &'static str {
    match sort {
        ProductSort::Name => "p.default_name AS sort_text, NULL::bigint AS sort_number",
        ProductSort::PriceAsc | ProductSort::PriceDesc => {
            "NULL::text AS sort_text, p.min_price_minor AS sort_number"
        }
        ProductSort::Newest => {
            "NULL::text AS sort_text, (EXTRACT(EPOCH FROM p.created_at) * 1000000)::bigint AS sort_number"
        }
    }
}
