//! Tenant isolation on a real server, as the application role.
#![cfg(test)]

mod columns;
mod keyset;
mod snapshot;
mod statements;
mod tenancy;
mod tenant_isolation;

use database::TenantConnection;
use ids::TenantId;
use sqlx::Row;
use sqlx::migrate::Migrator;
use testkit::TestDatabase;
use uuid::Uuid;

/// The event log is in every database; its counters are the simplest isolated table.
static MIGRATOR: Migrator = sqlx::migrate!("../../migrations/orders");

async fn a_database() -> TestDatabase {
    TestDatabase::create("orders", &MIGRATOR).await
}

fn tenant(number: u128) -> TenantId {
    TenantId::from_uuid(Uuid::from_u128(number))
}

async fn write_head(
    tx: &mut impl TenantConnection,
    owner: TenantId,
    head: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO event_streams (tenant_id, stream, last_seq) VALUES ($1, 'orders', $2)")
        .bind(owner)
        .bind(head)
        .execute(tx.connection())
        .await
        .map(drop)
}

/// Every head that the transaction can see, of any tenant: the statement names no tenant.
async fn visible_heads(tx: &mut impl TenantConnection) -> Vec<i64> {
    sqlx::query("SELECT last_seq FROM event_streams ORDER BY last_seq")
        .fetch_all(tx.connection())
        .await
        .unwrap()
        .iter()
        .map(|row| row.get("last_seq"))
        .collect()
}
