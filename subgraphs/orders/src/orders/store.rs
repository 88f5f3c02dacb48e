//! SQL of `orders`, `order_lines` and `order_counters`.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use database::page::{Direction, Page, PageRequest};
use database::{StoreError, TenantConnection, TenantTx};
use ids::{CustomerId, OrderId, OrderLineId, ProductId, VariantId};
use money::{Currency, Money};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use super::model::{
    Address, FulfilmentStatus, Order, OrderFilter, OrderKey, OrderLine, OrderStatus, PaymentMethod,
    PaymentStatus,
};

/// Every column of an [`OrderRow`], of the table alias `o`.
macro_rules! select_orders {
    ($rest:literal) => {
        concat!(
            "SELECT o.id, o.number, o.customer_id, o.email, o.status, o.payment_status, o.fulfilment_status,
                    o.payment_method, o.currency, o.subtotal_minor, o.total_minor, o.shipping_name,
                    o.shipping_phone, o.shipping_line1, o.shipping_line2, o.shipping_city, o.shipping_region,
                    o.shipping_postal_code, o.shipping_country_code, o.placed_at, o.confirmed_at, o.cancelled_at ",
            $rest
        )
    };
}

#[derive(sqlx::FromRow)]
struct OrderRow {
    id: Uuid,
    number: i64,
    customer_id: Option<Uuid>,
    email: String,
    status: String,
    payment_status: String,
    fulfilment_status: String,
    payment_method: String,
    currency: String,
    subtotal_minor: i64,
    total_minor: i64,
    shipping_name: String,
    shipping_phone: Option<String>,
    shipping_line1: String,
    shipping_line2: Option<String>,
    shipping_city: String,
    shipping_region: Option<String>,
    shipping_postal_code: Option<String>,
    shipping_country_code: String,
    placed_at: DateTime<Utc>,
    confirmed_at: Option<DateTime<Utc>>,
    cancelled_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct LineRow {
    order_id: Uuid,
    id: Uuid,
    variant_id: Uuid,
    product_id: Uuid,
    sku: String,
    name: String,
    quantity: i32,
    unit_price_minor: i64,
    total_minor: i64,
    currency: String,
}

/// The error for a stored value that the model does not know.
fn invalid_column(table: &str, id: Uuid, column: &str) -> StoreError {
    sqlx::Error::Decode(format!("{table} {id}: column {column} has an invalid value").into()).into()
}

impl TryFrom<OrderRow> for Order {
    type Error = StoreError;

    fn try_from(row: OrderRow) -> Result<Self, StoreError> {
        let id = row.id;
        let bad = |column: &'static str| invalid_column("orders", id, column);
        let currency = Currency::parse(&row.currency).map_err(|_unknown| bad("currency"))?;
        Ok(Self {
            id: OrderId::from_uuid(id),
            number: row.number,
            customer: row.customer_id.map(CustomerId::from_uuid),
            email: row.email,
            status: OrderStatus::parse(&row.status).ok_or_else(|| bad("status"))?,
            payment_status: PaymentStatus::parse(&row.payment_status)
                .ok_or_else(|| bad("payment_status"))?,
            fulfilment_status: FulfilmentStatus::parse(&row.fulfilment_status)
                .ok_or_else(|| bad("fulfilment_status"))?,
            payment_method: PaymentMethod::parse(&row.payment_method)
                .ok_or_else(|| bad("payment_method"))?,
            shipping_address: Address {
                name: row.shipping_name,
                phone: row.shipping_phone,
                line1: row.shipping_line1,
                line2: row.shipping_line2,
                city: row.shipping_city,
                region: row.shipping_region,
                postal_code: row.shipping_postal_code,
                country_code: row.shipping_country_code,
            },
            subtotal: Money::new(row.subtotal_minor, currency),
            total: Money::new(row.total_minor, currency),
            placed_at: row.placed_at,
            confirmed_at: row.confirmed_at,
            cancelled_at: row.cancelled_at,
        })
    }
}

impl TryFrom<LineRow> for OrderLine {
    type Error = StoreError;

    fn try_from(row: LineRow) -> Result<Self, StoreError> {
        let bad = |column: &'static str| invalid_column("order_lines", row.id, column);
        let currency = Currency::parse(&row.currency).map_err(|_unknown| bad("currency"))?;
        Ok(Self {
            id: OrderLineId::from_uuid(row.id),
            order: OrderId::from_uuid(row.order_id),
            variant: VariantId::from_uuid(row.variant_id),
            product: ProductId::from_uuid(row.product_id),
            quantity: u32::try_from(row.quantity).map_err(|_negative| bad("quantity"))?,
            unit_price: Money::new(row.unit_price_minor, currency),
            total: Money::new(row.total_minor, currency),
            sku: row.sku,
            name: row.name,
        })
    }
}

/// Reserves the next `count` order numbers of the tenant. Returns the last of them.
pub(crate) async fn upsert_counter(tx: &mut TenantTx<'_>, count: i64) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar::<_, i64>(
        "INSERT INTO order_counters (tenant_id, last_number)
         VALUES ($1, 1000 + $2)
         ON CONFLICT (tenant_id) DO UPDATE
         SET last_number = order_counters.last_number + $2
         RETURNING last_number",
    )
    .bind(tx.tenant().uuid())
    .bind(count)
    .fetch_one(tx.connection())
    .await?)
}

/// Inserts any number of orders.
pub(crate) async fn insert_orders(
    tx: &mut TenantTx<'_>,
    orders: &[Order],
) -> Result<(), StoreError> {
    let address = |field: fn(&Address) -> &str| -> Vec<&str> {
        orders
            .iter()
            .map(|order| field(&order.shipping_address))
            .collect()
    };
    let optional = |field: fn(&Address) -> Option<&str>| -> Vec<Option<&str>> {
        orders
            .iter()
            .map(|order| field(&order.shipping_address))
            .collect()
    };
    sqlx::query(
        "INSERT INTO orders
             (tenant_id, id, number, customer_id, email, status, payment_status, fulfilment_status,
              payment_method, currency, subtotal_minor, total_minor, shipping_name, shipping_phone,
              shipping_line1, shipping_line2, shipping_city, shipping_region, shipping_postal_code,
              shipping_country_code, placed_at, confirmed_at)
         SELECT $1, id, number, customer_id, email, status, payment_status, fulfilment_status,
                payment_method, currency, subtotal_minor, total_minor, shipping_name, shipping_phone,
                shipping_line1, shipping_line2, shipping_city, shipping_region, shipping_postal_code,
                shipping_country_code, placed_at, confirmed_at
         FROM UNNEST($2::uuid[], $3::bigint[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
                     $9::text[], $10::text[], $11::bigint[], $12::bigint[], $13::text[], $14::text[],
                     $15::text[], $16::text[], $17::text[], $18::text[], $19::text[],
                     $20::text[], $21::timestamptz[], $22::timestamptz[])
             AS placed (id, number, customer_id, email, status, payment_status, fulfilment_status,
                        payment_method, currency, subtotal_minor, total_minor, shipping_name,
                        shipping_phone, shipping_line1, shipping_line2, shipping_city, shipping_region,
                        shipping_postal_code, shipping_country_code, placed_at, confirmed_at)",
    )
    .bind(tx.tenant().uuid())
    .bind(orders.iter().map(|order| order.id.uuid()).collect::<Vec<_>>())
    .bind(orders.iter().map(|order| order.number).collect::<Vec<_>>())
    .bind(orders.iter().map(|order| order.customer.map(CustomerId::uuid)).collect::<Vec<_>>())
    .bind(orders.iter().map(|order| order.email.as_str()).collect::<Vec<_>>())
    .bind(orders.iter().map(|order| order.status.as_str()).collect::<Vec<_>>())
    .bind(orders.iter().map(|order| order.payment_status.as_str()).collect::<Vec<_>>())
    .bind(orders.iter().map(|order| order.fulfilment_status.as_str()).collect::<Vec<_>>())
    .bind(orders.iter().map(|order| order.payment_method.as_str()).collect::<Vec<_>>())
    .bind(orders.iter().map(|order| order.total.currency.code().to_owned()).collect::<Vec<_>>())
    .bind(orders.iter().map(|order| order.subtotal.amount_minor).collect::<Vec<_>>())
    .bind(orders.iter().map(|order| order.total.amount_minor).collect::<Vec<_>>())
    .bind(address(|address| &address.name))
    .bind(optional(|address| address.phone.as_deref()))
    .bind(address(|address| &address.line1))
    .bind(optional(|address| address.line2.as_deref()))
    .bind(address(|address| &address.city))
    .bind(optional(|address| address.region.as_deref()))
    .bind(optional(|address| address.postal_code.as_deref()))
    .bind(address(|address| &address.country_code))
    .bind(orders.iter().map(|order| order.placed_at).collect::<Vec<_>>())
    .bind(orders.iter().map(|order| order.confirmed_at).collect::<Vec<_>>())
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Inserts the lines of any number of orders; within an order they keep their places.
pub(crate) async fn insert_lines(
    tx: &mut TenantTx<'_>,
    lines: &[OrderLine],
) -> Result<(), StoreError> {
    let quantities: Vec<i32> = lines
        .iter()
        .map(|line| i32::try_from(line.quantity).unwrap_or(i32::MAX))
        .collect();
    sqlx::query(
        "INSERT INTO order_lines
             (tenant_id, order_id, id, position, variant_id, product_id, sku, name, quantity,
              unit_price_minor, total_minor)
         SELECT $1, line.order_id, line.id,
                ROW_NUMBER() OVER (PARTITION BY line.order_id ORDER BY line.place),
                line.variant_id, line.product_id, line.sku, line.name, line.quantity,
                line.unit_price_minor, line.total_minor
         FROM UNNEST($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::integer[],
                     $9::bigint[], $10::bigint[])
             WITH ORDINALITY
             AS line (order_id, id, variant_id, product_id, sku, name, quantity, unit_price_minor,
                      total_minor, place)",
    )
    .bind(tx.tenant().uuid())
    .bind(lines.iter().map(|line| line.order.uuid()).collect::<Vec<_>>())
    .bind(lines.iter().map(|line| line.id.uuid()).collect::<Vec<_>>())
    .bind(lines.iter().map(|line| line.variant.uuid()).collect::<Vec<_>>())
    .bind(lines.iter().map(|line| line.product.uuid()).collect::<Vec<_>>())
    .bind(lines.iter().map(|line| line.sku.as_str()).collect::<Vec<_>>())
    .bind(lines.iter().map(|line| line.name.as_str()).collect::<Vec<_>>())
    .bind(quantities)
    .bind(lines.iter().map(|line| line.unit_price.amount_minor).collect::<Vec<_>>())
    .bind(lines.iter().map(|line| line.total.amount_minor).collect::<Vec<_>>())
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Reads an order and locks its row.
pub(crate) async fn lock_order(
    tx: &mut TenantTx<'_>,
    id: OrderId,
) -> Result<Option<Order>, StoreError> {
    sqlx::query_as::<_, OrderRow>(select_orders!(
        "FROM orders AS o
         WHERE o.tenant_id = $1 AND o.id = $2
         FOR UPDATE"
    ))
    .bind(tx.tenant().uuid())
    .bind(id.uuid())
    .fetch_optional(tx.connection())
    .await?
    .map(Order::try_from)
    .transpose()
}

/// Saves the states of an order whose row is locked.
pub(crate) async fn update_status(
    tx: &mut TenantTx<'_>,
    order: &Order,
    cancel_reason: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE orders
         SET status = $3, payment_status = $4, confirmed_at = $5, cancelled_at = $6, cancel_reason = $7
         WHERE tenant_id = $1 AND id = $2",
    )
    .bind(tx.tenant().uuid())
    .bind(order.id.uuid())
    .bind(order.status.as_str())
    .bind(order.payment_status.as_str())
    .bind(order.confirmed_at)
    .bind(order.cancelled_at)
    .bind(cancel_reason)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Sets the customer of a guest's order. Returns false when the order does not exist or has a customer.
pub(super) async fn update_customer(
    tx: &mut TenantTx<'_>,
    order: OrderId,
    customer: CustomerId,
) -> Result<bool, StoreError> {
    let updated = sqlx::query(
        "UPDATE orders
         SET customer_id = $3
         WHERE tenant_id = $1 AND id = $2 AND customer_id IS NULL",
    )
    .bind(tx.tenant().uuid())
    .bind(order.uuid())
    .bind(customer.uuid())
    .execute(tx.connection())
    .await?;
    Ok(updated.rows_affected() == 1)
}

/// Orders by id. Unknown ids are absent.
pub(crate) async fn load_orders_by_ids(
    connection: &mut impl TenantConnection,
    ids: &[OrderId],
) -> Result<HashMap<OrderId, Order>, StoreError> {
    sqlx::query_as::<_, OrderRow>(select_orders!(
        "FROM orders AS o
         WHERE o.tenant_id = $1 AND o.id = ANY($2)"
    ))
    .bind(connection.tenant().uuid())
    .bind(ids.iter().map(|id| id.uuid()).collect::<Vec<_>>())
    .fetch_all(connection.connection())
    .await?
    .into_iter()
    .map(|row| Order::try_from(row).map(|order| (order.id, order)))
    .collect()
}

/// Order lines by order.
pub(crate) async fn load_lines_by_orders(
    connection: &mut impl TenantConnection,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, Vec<OrderLine>>, StoreError> {
    let rows = sqlx::query_as::<_, LineRow>(
        "SELECT l.order_id, l.id, l.variant_id, l.product_id, l.sku, l.name, l.quantity, l.unit_price_minor,
                l.total_minor, o.currency
         FROM order_lines AS l
         JOIN orders AS o ON o.tenant_id = l.tenant_id AND o.id = l.order_id
         WHERE l.tenant_id = $1 AND l.order_id = ANY($2)
         ORDER BY l.order_id, l.position",
    )
    .bind(connection.tenant().uuid())
    .bind(orders.iter().map(|order| order.uuid()).collect::<Vec<_>>())
    .fetch_all(connection.connection())
    .await?;
    let mut lines: HashMap<OrderId, Vec<OrderLine>> = HashMap::new();
    for row in rows {
        let line = OrderLine::try_from(row)?;
        lines.entry(line.order).or_default().push(line);
    }
    Ok(lines)
}

/// A page of the list, newest first.
pub(super) async fn list_orders(
    connection: &mut impl TenantConnection,
    filter: &OrderFilter,
    page: &PageRequest<OrderKey>,
) -> Result<Page<Order>, StoreError> {
    let mut query = QueryBuilder::<Postgres>::new(select_orders!("FROM orders AS o"));
    push_filter(&mut query, connection.tenant().uuid(), filter);
    let (comparison, order) = match page.direction {
        Direction::Forward => (
            " AND (o.placed_at, o.id) < (",
            " ORDER BY o.placed_at DESC, o.id DESC",
        ),
        Direction::Backward => (
            " AND (o.placed_at, o.id) > (",
            " ORDER BY o.placed_at, o.id",
        ),
    };
    if let Some(key) = page.cursor {
        query.push(comparison).push_bind(key.placed_at).push(", ");
        query.push_bind(key.id.uuid()).push(")");
    }
    query
        .push(order)
        .push(" LIMIT ")
        .push_bind(page.fetch_limit());
    let rows: Vec<OrderRow> = query
        .build_query_as()
        .fetch_all(connection.connection())
        .await?;
    let orders = rows
        .into_iter()
        .map(Order::try_from)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_fetched(orders, page))
}

/// Counts the orders that the filter matches.
pub(super) async fn count_orders(
    connection: &mut impl TenantConnection,
    filter: &OrderFilter,
) -> Result<i64, StoreError> {
    let mut query = QueryBuilder::<Postgres>::new("SELECT COUNT(*) FROM orders AS o");
    push_filter(&mut query, connection.tenant().uuid(), filter);
    Ok(query
        .build_query_scalar::<i64>()
        .fetch_one(connection.connection())
        .await?)
}

fn push_filter(query: &mut QueryBuilder<Postgres>, tenant: Uuid, filter: &OrderFilter) {
    query.push(" WHERE o.tenant_id = ").push_bind(tenant);
    if let Some(customer) = filter.customer {
        query
            .push(" AND o.customer_id = ")
            .push_bind(customer.uuid());
    }
    if let Some(statuses) = &filter.statuses {
        let texts: Vec<&'static str> = statuses.iter().map(|status| status.as_str()).collect();
        query
            .push(" AND o.status = ANY(")
            .push_bind(texts)
            .push(")");
    }
    if let Some(number) = filter.number {
        query.push(" AND o.number = ").push_bind(number);
    }
    if let Some(instant) = filter.placed_after {
        query.push(" AND o.placed_at > ").push_bind(instant);
    }
    if let Some(instant) = filter.placed_before {
        query.push(" AND o.placed_at < ").push_bind(instant);
    }
}

/// For each customer, at most `limit` orders after a sort key, newest first. The caller passes the page size plus one
/// to learn whether there is a next page.
pub(super) async fn load_orders_of_customers(
    connection: &mut impl TenantConnection,
    customers: &[CustomerId],
    after: Option<OrderKey>,
    limit: i64,
) -> Result<HashMap<CustomerId, Vec<Order>>, StoreError> {
    let rows = sqlx::query_as::<_, OrderRow>(select_orders!(
        "FROM UNNEST($2::uuid[]) AS asked (customer_id)
         CROSS JOIN LATERAL (
             SELECT listed.id
             FROM orders AS listed
             WHERE listed.tenant_id = $1 AND listed.customer_id = asked.customer_id
               AND ($3::timestamptz IS NULL OR (listed.placed_at, listed.id) < ($3, $4))
             ORDER BY listed.placed_at DESC, listed.id DESC
             LIMIT $5) AS page
         JOIN orders AS o ON o.tenant_id = $1 AND o.id = page.id
         ORDER BY o.placed_at DESC, o.id DESC"
    ))
    .bind(connection.tenant().uuid())
    .bind(
        customers
            .iter()
            .map(|customer| customer.uuid())
            .collect::<Vec<_>>(),
    )
    .bind(after.map(|key| key.placed_at))
    .bind(after.map(|key| key.id.uuid()))
    .bind(limit)
    .fetch_all(connection.connection())
    .await?;
    let mut orders: HashMap<CustomerId, Vec<Order>> = HashMap::new();
    for row in rows {
        let order = Order::try_from(row)?;
        if let Some(customer) = order.customer {
            orders.entry(customer).or_default().push(order);
        }
    }
    Ok(orders)
}

/// Number of orders by customer. Customers without orders are absent.
pub(super) async fn load_counts_of_customers(
    connection: &mut impl TenantConnection,
    customers: &[CustomerId],
) -> Result<HashMap<CustomerId, i64>, StoreError> {
    let rows = sqlx::query_as::<_, (Uuid, i64)>(
        "SELECT customer_id, COUNT(*)
         FROM orders
         WHERE tenant_id = $1 AND customer_id = ANY($2)
         GROUP BY customer_id",
    )
    .bind(connection.tenant().uuid())
    .bind(
        customers
            .iter()
            .map(|customer| customer.uuid())
            .collect::<Vec<_>>(),
    )
    .fetch_all(connection.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|(id, count)| (CustomerId::from_uuid(id), count))
        .collect())
}
