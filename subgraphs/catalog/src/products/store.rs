//! SQL of products and variants.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use database::page::{Direction, Page, PageRequest};
use database::{StoreError, TenantConnection, TenantTx};
use ids::{ProductId, TypedId, VariantId};
use money::{Currency, Money};
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use super::model::{
    Locales, NewProduct, Product, ProductFilter, ProductKey, ProductSort, SortValue, Variant,
};
use super::price_variants::{PricedVariant, line_name};

#[derive(sqlx::FromRow)]
struct ProductRow {
    id: Uuid,
    slug: String,
    name: String,
    description: Option<String>,
    min_price_minor: i64,
    max_price_minor: i64,
    currency: String,
}

#[derive(sqlx::FromRow)]
struct ListedProductRow {
    #[sqlx(flatten)]
    product: ProductRow,
    sort_text: Option<String>,
    sort_number: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct VariantRow {
    id: Uuid,
    product_id: Uuid,
    sku: String,
    name: String,
    price_minor: i64,
    currency: String,
    available: i32,
}

#[derive(sqlx::FromRow)]
struct PricedVariantRow {
    id: Uuid,
    product_id: Uuid,
    sku: String,
    product_name: String,
    variant_name: String,
    price_minor: i64,
    currency: String,
}

/// A product with its position in the list.
pub struct ListedProduct {
    pub product: Arc<Product>,
    pub key: ProductKey,
}

/// One page of the tenant's products.
pub(super) async fn list_products(
    db: &mut impl TenantConnection,
    filter: &ProductFilter,
    sort: ProductSort,
    page: &PageRequest<ProductKey>,
    locales: &Locales,
) -> Result<Page<ListedProduct>, StoreError> {
    let tenant = db.tenant().uuid();
    let mut sql = QueryBuilder::<Postgres>::new("SELECT p.id, p.slug, COALESCE(p.name ->> ");
    sql.push_bind(&locales.caller);
    sql.push(", p.default_name) AS name, COALESCE(p.description ->> ");
    sql.push_bind(&locales.caller);
    sql.push(", p.description ->> ");
    sql.push_bind(&locales.default);
    sql.push(") AS description, p.min_price_minor, p.max_price_minor, p.currency, ");
    sql.push(sort_columns(sort));
    push_filter(&mut sql, tenant, filter);
    push_page(&mut sql, sort, page);

    let rows: Vec<ListedProductRow> = sql.build_query_as().fetch_all(db.connection()).await?;
    let listed = rows
        .into_iter()
        .map(ListedProduct::try_from)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_fetched(listed, page))
}

/// Number of products that match a filter.
pub(super) async fn count_products(
    db: &mut impl TenantConnection,
    filter: &ProductFilter,
) -> Result<i64, StoreError> {
    let tenant = db.tenant().uuid();
    let mut sql = QueryBuilder::<Postgres>::new("SELECT COUNT(*)");
    push_filter(&mut sql, tenant, filter);
    Ok(sql.build_query_scalar().fetch_one(db.connection()).await?)
}

pub(super) async fn load_products_by_ids(
    db: &mut impl TenantConnection,
    ids: &[ProductId],
    locales: &Locales,
) -> Result<HashMap<ProductId, Arc<Product>>, StoreError> {
    let rows: Vec<ProductRow> = sqlx::query_as(
        "SELECT id, slug, COALESCE(name ->> $3, default_name) AS name,
                COALESCE(description ->> $3, description ->> $4) AS description,
                min_price_minor, max_price_minor, currency
         FROM products
         WHERE tenant_id = $1 AND id = ANY($2)",
    )
    .bind(db.tenant().uuid())
    .bind(uuids(ids))
    .bind(&locales.caller)
    .bind(&locales.default)
    .fetch_all(db.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            let product = Product::try_from(row)?;
            Ok((product.id, Arc::new(product)))
        })
        .collect()
}

pub(super) async fn load_products_by_slugs(
    db: &mut impl TenantConnection,
    slugs: &[String],
    locales: &Locales,
) -> Result<HashMap<String, Arc<Product>>, StoreError> {
    let rows: Vec<ProductRow> = sqlx::query_as(
        "SELECT id, slug, COALESCE(name ->> $3, default_name) AS name,
                COALESCE(description ->> $3, description ->> $4) AS description,
                min_price_minor, max_price_minor, currency
         FROM products
         WHERE tenant_id = $1 AND slug = ANY($2)",
    )
    .bind(db.tenant().uuid())
    .bind(slugs)
    .bind(&locales.caller)
    .bind(&locales.default)
    .fetch_all(db.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            let product = Product::try_from(row)?;
            Ok((product.slug.clone(), Arc::new(product)))
        })
        .collect()
}

/// Variants of products, each list in the tenant's order.
pub(super) async fn load_variants_by_product_ids(
    db: &mut impl TenantConnection,
    products: &[ProductId],
    locales: &Locales,
) -> Result<HashMap<ProductId, Arc<[Arc<Variant>]>>, StoreError> {
    let rows: Vec<VariantRow> = sqlx::query_as(
        "SELECT v.id, v.product_id, v.sku, COALESCE(v.name ->> $3, v.default_name) AS name,
                v.price_minor, v.currency, v.available
         FROM variants v
         WHERE v.tenant_id = $1 AND v.product_id = ANY($2)
         ORDER BY v.product_id, v.position",
    )
    .bind(db.tenant().uuid())
    .bind(uuids(products))
    .bind(&locales.caller)
    .fetch_all(db.connection())
    .await?;
    let variants = rows
        .into_iter()
        .map(Variant::try_from)
        .collect::<Result<Vec<_>, _>>()?;
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
    let rows: Vec<VariantRow> = sqlx::query_as(
        "SELECT v.id, v.product_id, v.sku, COALESCE(v.name ->> $3, v.default_name) AS name,
                v.price_minor, v.currency, v.available
         FROM variants v
         WHERE v.tenant_id = $1 AND v.id = ANY($2)",
    )
    .bind(db.tenant().uuid())
    .bind(uuids(ids))
    .bind(&locales.caller)
    .fetch_all(db.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            let variant = Variant::try_from(row)?;
            Ok((variant.id, Arc::new(variant)))
        })
        .collect()
}

/// The data of variants that order lines store.
pub(super) async fn load_priced_variants_by_ids(
    db: &mut impl TenantConnection,
    ids: &[VariantId],
) -> Result<Vec<PricedVariant>, StoreError> {
    let rows: Vec<PricedVariantRow> = sqlx::query_as(
        "SELECT v.id, v.product_id, v.sku, p.default_name AS product_name, v.default_name AS variant_name,
                v.price_minor, v.currency
         FROM variants v
         JOIN products p ON p.tenant_id = v.tenant_id AND p.id = v.product_id
         WHERE v.tenant_id = $1 AND v.id = ANY($2)",
    )
    .bind(db.tenant().uuid())
    .bind(uuids(ids))
    .fetch_all(db.connection())
    .await?;
    rows.into_iter().map(PricedVariant::try_from).collect()
}

/// Inserts the products that do not exist yet; existing ones stay unchanged. Returns how many were inserted.
pub(crate) async fn insert_products(
    tx: &mut TenantTx<'_>,
    products: &[NewProduct],
    default_locale: &str,
) -> Result<u64, StoreError> {
    let priced: Vec<(&NewProduct, (i64, i64))> = products
        .iter()
        .filter_map(|product| product.price_range_minor().map(|range| (product, range)))
        .collect();
    let column = |value: fn(&NewProduct) -> String| -> Vec<String> {
        priced.iter().map(|(product, _)| value(product)).collect()
    };
    let default_names: Vec<&str> = priced
        .iter()
        .map(|(product, _)| product.name.in_locale_or_any(default_locale))
        .collect();
    let inserted = sqlx::query(
        "INSERT INTO products (tenant_id, id, slug, name, default_name, description,
                               min_price_minor, max_price_minor, currency, created_at)
         SELECT $1, id, slug, name, default_name, description, min_price, max_price, currency, created_at
         FROM UNNEST($2::uuid[], $3::text[], $4::jsonb[], $5::text[], $6::jsonb[], $7::bigint[], $8::bigint[],
                     $9::text[], $10::timestamptz[])
              AS new (id, slug, name, default_name, description, min_price, max_price, currency, created_at)
         ON CONFLICT DO NOTHING",
    )
    .bind(tx.tenant().uuid())
    .bind(priced.iter().map(|(product, _)| product.id.uuid()).collect::<Vec<_>>())
    .bind(column(|product| product.slug.clone()))
    .bind(priced.iter().map(|(product, _)| Json(&product.name)).collect::<Vec<_>>())
    .bind(default_names)
    .bind(priced.iter().map(|(product, _)| Json(&product.description)).collect::<Vec<_>>())
    .bind(priced.iter().map(|(_, (min, _))| *min).collect::<Vec<_>>())
    .bind(priced.iter().map(|(_, (_, max))| *max).collect::<Vec<_>>())
    .bind(column(|product| product.currency.code().to_owned()))
    .bind(priced.iter().map(|(product, _)| product.created_at).collect::<Vec<DateTime<Utc>>>())
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
    let mut ids = Vec::new();
    let mut product_ids = Vec::new();
    let mut positions = Vec::new();
    let mut skus = Vec::new();
    let mut names = Vec::new();
    let mut default_names = Vec::new();
    let mut prices = Vec::new();
    let mut currencies = Vec::new();
    for product in products {
        for (position, variant) in (0_i32..).zip(&product.variants) {
            ids.push(variant.id.uuid());
            product_ids.push(product.id.uuid());
            positions.push(position);
            skus.push(variant.sku.as_str());
            names.push(Json(&variant.name));
            default_names.push(variant.name.in_locale_or_any(default_locale));
            prices.push(variant.price_minor);
            currencies.push(product.currency.code().to_owned());
        }
    }
    sqlx::query(
        "INSERT INTO variants (tenant_id, id, product_id, position, sku, name, default_name, price_minor, currency)
         SELECT $1, id, product_id, position, sku, name, default_name, price_minor, currency
         FROM UNNEST($2::uuid[], $3::uuid[], $4::int[], $5::text[], $6::jsonb[], $7::text[], $8::bigint[], $9::text[])
              AS new (id, product_id, position, sku, name, default_name, price_minor, currency)
         ON CONFLICT DO NOTHING",
    )
    .bind(tx.tenant().uuid())
    .bind(ids)
    .bind(product_ids)
    .bind(positions)
    .bind(skus)
    .bind(names)
    .bind(default_names)
    .bind(prices)
    .bind(currencies)
    .execute(tx.connection())
    .await?;
    Ok(())
}

fn push_filter(sql: &mut QueryBuilder<Postgres>, tenant: Uuid, filter: &ProductFilter) {
    sql.push(" FROM products p WHERE p.tenant_id = ");
    sql.push_bind(tenant);
    if let Some(ids) = &filter.ids {
        sql.push(" AND p.id = ANY(");
        sql.push_bind(uuids(ids));
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

fn push_page(sql: &mut QueryBuilder<Postgres>, sort: ProductSort, page: &PageRequest<ProductKey>) {
    let column = sort_column(sort);
    let ascending = sort.is_ascending() == (page.direction == Direction::Forward);
    let (comparison, order) = if ascending {
        (">", "ASC")
    } else {
        ("<", "DESC")
    };
    if let Some(key) = &page.cursor {
        sql.push(format!(" AND ({column}, p.id) {comparison} ("));
        match (&key.value, sort) {
            (SortValue::Text(text), _) => sql.push_bind(text.clone()),
            (SortValue::Number(micros), ProductSort::Newest) => {
                sql.push_bind(DateTime::<Utc>::from_timestamp_micros(*micros))
            }
            (SortValue::Number(number), _) => sql.push_bind(*number),
        };
        sql.push(", ");
        sql.push_bind(key.id.uuid());
        sql.push(")");
    }
    sql.push(format!(" ORDER BY {column} {order}, p.id {order} LIMIT "));
    sql.push_bind(page.fetch_limit());
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

fn uuids<Id: TypedId>(ids: &[Id]) -> Vec<Uuid> {
    ids.iter().map(|id| id.uuid()).collect()
}

fn price(amount_minor: i64, currency: &str, column: &str) -> Result<Money, StoreError> {
    let currency = Currency::parse(currency).map_err(|error| sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: error.into(),
    })?;
    Ok(Money::new(amount_minor, currency))
}

impl TryFrom<ProductRow> for Product {
    type Error = StoreError;

    fn try_from(row: ProductRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: ProductId::from_uuid(row.id),
            min_price: price(row.min_price_minor, &row.currency, "products.currency")?,
            max_price: price(row.max_price_minor, &row.currency, "products.currency")?,
            slug: row.slug,
            name: row.name,
            description: row.description,
        })
    }
}

impl TryFrom<ListedProductRow> for ListedProduct {
    type Error = StoreError;

    fn try_from(row: ListedProductRow) -> Result<Self, StoreError> {
        let product = Product::try_from(row.product)?;
        let value = match row.sort_text {
            Some(text) => SortValue::Text(text),
            None => SortValue::Number(row.sort_number.unwrap_or_default()),
        };
        let key = ProductKey {
            value,
            id: product.id,
        };
        Ok(Self {
            product: Arc::new(product),
            key,
        })
    }
}

impl TryFrom<VariantRow> for Variant {
    type Error = StoreError;

    fn try_from(row: VariantRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: VariantId::from_uuid(row.id),
            product: ProductId::from_uuid(row.product_id),
            price: price(row.price_minor, &row.currency, "variants.currency")?,
            sku: row.sku,
            name: row.name,
            available: row.available,
        })
    }
}

impl TryFrom<PricedVariantRow> for PricedVariant {
    type Error = StoreError;

    fn try_from(row: PricedVariantRow) -> Result<Self, StoreError> {
        Ok(Self {
            variant: VariantId::from_uuid(row.id),
            product: ProductId::from_uuid(row.product_id),
            name: line_name(&row.product_name, &row.variant_name),
            price: price(row.price_minor, &row.currency, "variants.currency")?,
            sku: row.sku,
        })
    }
}
