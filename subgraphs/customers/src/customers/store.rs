//! SQL of customers and their history.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use database::{Columns, StoreError, TenantConnection, TenantTx, text_column};
use ids::CustomerId;
use sqlx::FromRow;
use sqlx::postgres::PgRow;

use super::model::{Customer, CustomerKind, EmailAddress, HistoryEntry};

text_column!(CustomerKind);

impl FromRow<'_, PgRow> for Customer {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let row = Columns::of(row, "customers", "id");
        Ok(Self {
            id: row.get("id")?,
            kind: row.get("kind")?,
            email: row.parse("email", EmailAddress::normalise)?,
            name: row.get("name")?,
        })
    }
}

/// The customers of the transaction's tenant among `ids`; unknown ids are absent.
pub(super) async fn load_customers_by_ids(
    conn: &mut impl TenantConnection,
    ids: &[CustomerId],
) -> Result<HashMap<CustomerId, Customer>, StoreError> {
    let customers: Vec<Customer> = sqlx::query_as(
        "SELECT id, kind, email, name
         FROM customers
         WHERE tenant_id = $1
           AND id = ANY ($2)",
    )
    .bind(conn.tenant())
    .bind(ids)
    .fetch_all(conn.connection())
    .await?;
    Ok(customers
        .into_iter()
        .map(|customer| (customer.id, customer))
        .collect())
}

/// Whether the tenant has this customer, guest or registered.
pub(super) async fn exists_customer(
    conn: &mut impl TenantConnection,
    id: CustomerId,
) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT EXISTS (
             SELECT 1
             FROM customers
             WHERE tenant_id = $1
               AND id = $2
         )",
    )
    .bind(conn.tenant())
    .bind(id.uuid())
    .fetch_one(conn.connection())
    .await?)
}

/// The guest with the e-mail of `guest`, inserted if there is none. Concurrent writers get the same
/// guest.
pub(super) async fn upsert_guest(
    tx: &mut TenantTx<'_>,
    guest: &Customer,
    now: DateTime<Utc>,
) -> Result<CustomerId, StoreError> {
    Ok(sqlx::query_scalar(
        "INSERT INTO customers (tenant_id, id, kind, email, name, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (tenant_id, kind, email) DO UPDATE
         SET email = EXCLUDED.email
         RETURNING id",
    )
    .bind(tx.tenant())
    .bind(guest.id)
    .bind(guest.kind)
    .bind(guest.email.as_str())
    .bind(guest.name.as_deref())
    .bind(now)
    .fetch_one(tx.connection())
    .await?)
}

/// Inserts a registered customer; an existing one gets the new e-mail and name.
pub(crate) async fn upsert_registered_customer(
    tx: &mut TenantTx<'_>,
    customer: &Customer,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO customers (tenant_id, id, kind, email, name, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (tenant_id, id) DO UPDATE
         SET email = EXCLUDED.email, name = EXCLUDED.name",
    )
    .bind(tx.tenant())
    .bind(customer.id)
    .bind(customer.kind)
    .bind(customer.email.as_str())
    .bind(customer.name.as_deref())
    .bind(now)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Adds an order to its customer's history; `false` when it was recorded before.
pub(super) async fn insert_history_entry(
    tx: &mut TenantTx<'_>,
    entry: &HistoryEntry,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO customer_orders (tenant_id, order_id, customer_id, number, total_minor, currency, placed_at, recorded_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (tenant_id, order_id) DO NOTHING",
    )
    .bind(tx.tenant())
    .bind(entry.order)
    .bind(entry.customer)
    .bind(&entry.number)
    .bind(entry.total.amount_minor)
    .bind(entry.total.currency)
    .bind(entry.placed_at)
    .bind(entry.recorded_at)
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}
