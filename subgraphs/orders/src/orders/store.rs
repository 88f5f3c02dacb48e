//! SQL of `orders`, `order_lines` and `order_counters`.

use std::collections::HashMap;

use database::page::{Page, PageRequest};
use database::{Columns, Keyset, StoreError, TenantConnection, TenantTx, column, text_column};
use ids::{CustomerId, OrderId, TenantId};
use serde_json::{Value, json};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, Postgres, QueryBuilder};

use super::model::{
    Address, FulfilmentStatus, Order, OrderFilter, OrderKey, OrderLine, OrderStatus, PaymentMethod,
    PaymentStatus,
};

text_column!(OrderStatus, PaymentStatus, FulfilmentStatus, PaymentMethod);

/// Newest first.
const LIST: Keyset<'_> = Keyset::descending(&["o.placed_at", "o.id"]);

/// Every column of an [`Order`], of the table alias `o`.
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

impl FromRow<'_, PgRow> for Order {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let row = Columns::of(row, "orders", "id");
        Ok(Self {
            id: row.get("id")?,
            number: row.get("number")?,
            customer: row.get("customer_id")?,
            email: row.get("email")?,
            status: row.get("status")?,
            payment_status: row.get("payment_status")?,
            fulfilment_status: row.get("fulfilment_status")?,
            payment_method: row.get("payment_method")?,
            shipping_address: Address {
                name: row.get("shipping_name")?,
                phone: row.get("shipping_phone")?,
                line1: row.get("shipping_line1")?,
                line2: row.get("shipping_line2")?,
                city: row.get("shipping_city")?,
                region: row.get("shipping_region")?,
                postal_code: row.get("shipping_postal_code")?,
                country_code: row.get("shipping_country_code")?,
            },
            subtotal: row.money("subtotal_minor")?,
            total: row.money("total_minor")?,
            placed_at: row.get("placed_at")?,
            confirmed_at: row.get("confirmed_at")?,
            cancelled_at: row.get("cancelled_at")?,
        })
    }
}

impl FromRow<'_, PgRow> for OrderLine {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let row = Columns::of(row, "order_lines", "id");
        Ok(Self {
            id: row.get("id")?,
            order: row.get("order_id")?,
            variant: row.get("variant_id")?,
            product: row.get("product_id")?,
            sku: row.get("sku")?,
            name: row.get("name")?,
            quantity: row.parse("quantity", |units: i32| u32::try_from(units).ok())?,
            unit_price: row.money("unit_price_minor")?,
            total: row.money("total_minor")?,
        })
    }
}

/// Reserves the next `count` order numbers of the tenant. Returns the last of them.
pub(crate) async fn upsert_counter(tx: &mut TenantTx<'_>, count: i64) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar(
        "INSERT INTO order_counters (tenant_id, last_number)
         VALUES ($1, 1000 + $2)
         ON CONFLICT (tenant_id) DO UPDATE
         SET last_number = order_counters.last_number + $2
         RETURNING last_number",
    )
    .bind(tx.tenant())
    .bind(count)
    .fetch_one(tx.connection())
    .await?)
}

/// Inserts any number of orders.
pub(crate) async fn insert_orders(
    tx: &mut TenantTx<'_>,
    orders: &[Order],
) -> Result<(), StoreError> {
    let rows: Vec<Value> = orders.iter().map(order_columns).collect();
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
         FROM jsonb_populate_recordset(NULL::orders, $2)",
    )
    .bind(tx.tenant())
    .bind(Json(rows))
    .execute(tx.connection())
    .await?;
    Ok(())
}

fn order_columns(order: &Order) -> Value {
    let address = &order.shipping_address;
    json!({
        "id": order.id.uuid(),
        "number": order.number,
        "customer_id": order.customer.map(CustomerId::uuid),
        "email": order.email,
        "status": <&str>::from(order.status),
        "payment_status": <&str>::from(order.payment_status),
        "fulfilment_status": <&str>::from(order.fulfilment_status),
        "payment_method": <&str>::from(order.payment_method),
        "currency": order.total.currency,
        "subtotal_minor": order.subtotal.amount_minor,
        "total_minor": order.total.amount_minor,
        "shipping_name": address.name,
        "shipping_phone": address.phone,
        "shipping_line1": address.line1,
        "shipping_line2": address.line2,
        "shipping_city": address.city,
        "shipping_region": address.region,
        "shipping_postal_code": address.postal_code,
        "shipping_country_code": address.country_code,
        "placed_at": order.placed_at,
        "confirmed_at": order.confirmed_at,
    })
}

/// Inserts the lines of any number of orders; within an order they keep their places.
pub(crate) async fn insert_lines(
    tx: &mut TenantTx<'_>,
    lines: &[OrderLine],
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO order_lines
             (tenant_id, order_id, id, position, variant_id, product_id, sku, name, quantity,
              unit_price_minor, total_minor)
         SELECT $1, order_id, id, ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY place),
                variant_id, product_id, sku, name, quantity, unit_price_minor, total_minor
         FROM UNNEST($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::integer[],
                     $9::bigint[], $10::bigint[])
             WITH ORDINALITY
             AS line (order_id, id, variant_id, product_id, sku, name, quantity, unit_price_minor,
                      total_minor, place)",
    )
    .bind(tx.tenant())
    .bind(column(lines, |line| line.order))
    .bind(column(lines, |line| line.id))
    .bind(column(lines, |line| line.variant))
    .bind(column(lines, |line| line.product))
    .bind(column(lines, |line| line.sku.as_str()))
    .bind(column(lines, |line| line.name.as_str()))
    .bind(column(lines, |line| i32::try_from(line.quantity).unwrap_or(i32::MAX)))
    .bind(column(lines, |line| line.unit_price.amount_minor))
    .bind(column(lines, |line| line.total.amount_minor))
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Reads an order and locks its row.
pub(crate) async fn lock_order(
    tx: &mut TenantTx<'_>,
    id: OrderId,
) -> Result<Option<Order>, StoreError> {
    Ok(sqlx::query_as(select_orders!(
        "FROM orders AS o
         WHERE o.tenant_id = $1 AND o.id = $2
         FOR UPDATE"
    ))
    .bind(tx.tenant())
    .bind(id)
    .fetch_optional(tx.connection())
    .await?)
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
    .bind(tx.tenant())
    .bind(order.id)
    .bind(order.status)
    .bind(order.payment_status)
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
    .bind(tx.tenant())
    .bind(order)
    .bind(customer)
    .execute(tx.connection())
    .await?;
    Ok(updated.rows_affected() == 1)
}

/// Orders by id. Unknown ids are absent.
pub(crate) async fn load_orders_by_ids(
    connection: &mut impl TenantConnection,
    ids: &[OrderId],
) -> Result<HashMap<OrderId, Order>, StoreError> {
    let orders: Vec<Order> = sqlx::query_as(select_orders!(
        "FROM orders AS o
         WHERE o.tenant_id = $1 AND o.id = ANY($2)"
    ))
    .bind(connection.tenant())
    .bind(ids)
    .fetch_all(connection.connection())
    .await?;
    Ok(orders.into_iter().map(|order| (order.id, order)).collect())
}

/// Order lines by order.
pub(crate) async fn load_lines_by_orders(
    connection: &mut impl TenantConnection,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, Vec<OrderLine>>, StoreError> {
    let rows: Vec<OrderLine> = sqlx::query_as(
        "SELECT l.order_id, l.id, l.variant_id, l.product_id, l.sku, l.name, l.quantity, l.unit_price_minor,
                l.total_minor, o.currency
         FROM order_lines AS l
         JOIN orders AS o ON o.tenant_id = l.tenant_id AND o.id = l.order_id
         WHERE l.tenant_id = $1 AND l.order_id = ANY($2)
         ORDER BY l.order_id, l.position",
    )
    .bind(connection.tenant())
    .bind(orders)
    .fetch_all(connection.connection())
    .await?;
    let mut lines: HashMap<OrderId, Vec<OrderLine>> = HashMap::new();
    for line in rows {
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
    push_filter(&mut query, connection.tenant(), filter);
    LIST.fetch(connection, query, page, |values, key| {
        values.push_bind(key.placed_at).push_bind(key.id);
    })
    .await
}

/// Counts the orders that the filter matches.
pub(super) async fn count_orders(
    connection: &mut impl TenantConnection,
    filter: &OrderFilter,
) -> Result<i64, StoreError> {
    let mut query = QueryBuilder::<Postgres>::new("SELECT COUNT(*) FROM orders AS o");
    push_filter(&mut query, connection.tenant(), filter);
    Ok(query
        .build_query_scalar()
        .fetch_one(connection.connection())
        .await?)
}

fn push_filter(query: &mut QueryBuilder<Postgres>, tenant: TenantId, filter: &OrderFilter) {
    query.push(" WHERE o.tenant_id = ").push_bind(tenant);
    if let Some(customer) = filter.customer {
        query.push(" AND o.customer_id = ").push_bind(customer);
    }
    if let Some(statuses) = &filter.statuses {
        query
            .push(" AND o.status = ANY(")
            .push_bind(statuses.clone())
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
    let rows: Vec<Order> = sqlx::query_as(select_orders!(
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
    .bind(connection.tenant())
    .bind(customers)
    .bind(after.map(|key| key.placed_at))
    .bind(after.map(|key| key.id))
    .bind(limit)
    .fetch_all(connection.connection())
    .await?;
    let mut orders: HashMap<CustomerId, Vec<Order>> = HashMap::new();
    for order in rows {
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
    let counts: Vec<(CustomerId, i64)> = sqlx::query_as(
        "SELECT customer_id, COUNT(*)
         FROM orders
         WHERE tenant_id = $1 AND customer_id = ANY($2)
         GROUP BY customer_id",
    )
    .bind(connection.tenant())
    .bind(customers)
    .fetch_all(connection.connection())
    .await?;
    Ok(counts.into_iter().collect())
}
