//! SQL of customers and their history.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use database::{StoreError, TenantConnection, TenantTx};
use ids::CustomerId;
use uuid::Uuid;

use super::model::{Customer, CustomerKind, EmailAddress, HistoryEntry};
use crate::corrupt_row::CorruptRow;

#[derive(sqlx::FromRow)]
struct CustomerRow {
    id: Uuid,
    kind: String,
    email: String,
    name: Option<String>,
}

impl TryFrom<CustomerRow> for Customer {
    type Error = StoreError;

    fn try_from(row: CustomerRow) -> Result<Self, StoreError> {
        let corrupt = |column| CorruptRow {
            table: "customers",
            column,
            id: row.id,
        };
        Ok(Self {
            id: CustomerId::from_uuid(row.id),
            kind: CustomerKind::parse(&row.kind).ok_or_else(|| corrupt("kind"))?,
            email: EmailAddress::normalise(&row.email).ok_or_else(|| corrupt("email"))?,
            name: row.name,
        })
    }
}

/// The customers of the transaction's tenant among `ids`; unknown ids are absent.
pub(super) async fn load_customers_by_ids(
    conn: &mut impl TenantConnection,
    ids: &[CustomerId],
) -> Result<HashMap<CustomerId, Customer>, StoreError> {
    let tenant = conn.tenant().uuid();
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let rows = sqlx::query_as::<_, CustomerRow>(
        "SELECT id, kind, email, name
         FROM customers
         WHERE tenant_id = $1
           AND id = ANY ($2)",
    )
    .bind(tenant)
    .bind(&ids)
    .fetch_all(conn.connection())
    .await?;
    rows.into_iter()
        .map(|row| Customer::try_from(row).map(|customer| (customer.id, customer)))
        .collect()
}

/// Whether the tenant has this customer, guest or registered.
pub(super) async fn exists_customer(
    conn: &mut impl TenantConnection,
    id: CustomerId,
) -> Result<bool, StoreError> {
    let tenant = conn.tenant().uuid();
    let exists = sqlx::query_scalar::<_, bool>(
        "SELECT EXISTS (
             SELECT 1
             FROM customers
             WHERE tenant_id = $1
               AND id = $2
         )",
    )
    .bind(tenant)
    .bind(id.uuid())
    .fetch_one(conn.connection())
    .await?;
    Ok(exists)
}

/// The guest with the e-mail of `guest`, inserted if there is none. Concurrent writers get the same
/// guest.
pub(super) async fn upsert_guest(
    tx: &mut TenantTx<'_>,
    guest: &Customer,
    now: DateTime<Utc>,
) -> Result<CustomerId, StoreError> {
    let tenant = tx.tenant().uuid();
    let id = sqlx::query_scalar::<_, Uuid>(
        "INSERT INTO customers (tenant_id, id, kind, email, name, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (tenant_id, kind, email) DO UPDATE
         SET email = EXCLUDED.email
         RETURNING id",
    )
    .bind(tenant)
    .bind(guest.id.uuid())
    .bind(guest.kind.as_str())
    .bind(guest.email.as_str())
    .bind(guest.name.as_deref())
    .bind(now)
    .fetch_one(tx.connection())
    .await?;
    Ok(CustomerId::from_uuid(id))
}

/// Inserts a registered customer; an existing one gets the new e-mail and name.
pub(crate) async fn upsert_registered_customer(
    tx: &mut TenantTx<'_>,
    customer: &Customer,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let tenant = tx.tenant().uuid();
    sqlx::query(
        "INSERT INTO customers (tenant_id, id, kind, email, name, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (tenant_id, id) DO UPDATE
         SET email = EXCLUDED.email, name = EXCLUDED.name",
    )
    .bind(tenant)
    .bind(customer.id.uuid())
    .bind(customer.kind.as_str())
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
    let tenant = tx.tenant().uuid();
    let done = sqlx::query(
        "INSERT INTO customer_orders (tenant_id, order_id, customer_id, number, total_minor, currency, placed_at, recorded_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (tenant_id, order_id) DO NOTHING",
    )
    .bind(tenant)
    .bind(entry.order.uuid())
    .bind(entry.customer.uuid())
    .bind(&entry.number)
    .bind(entry.total.amount_minor)
    .bind(entry.total.currency.code())
    .bind(entry.placed_at)
    .bind(entry.recorded_at)
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}
