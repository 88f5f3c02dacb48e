//! `tenancy.isolate`, the function that migrations call for every new table.

use database::{PlatformTx, TenantConnection, TenantDb, set_up_access};
use sqlx::Connection;
use testkit::assert_tenancy;

use crate::{a_database, tenant};

/// What the audit lets pass in the database of orders.
const PLATFORM_TABLES: [&str; 1] = ["event_log_epoch"];

#[tokio::test]
async fn an_isolated_table_passes_the_audit_and_keeps_tenants_apart() {
    let database = a_database().await;
    let mut owner = database.owner().await;
    sqlx::raw_sql(
        "CREATE TABLE carts (
             tenant_id uuid NOT NULL,
             id integer NOT NULL,
             due_at timestamptz,
             CONSTRAINT carts_pkey PRIMARY KEY (tenant_id, id)
         );
         SELECT tenancy.isolate('carts', app => 'SELECT, INSERT', platform => 'SELECT (tenant_id, due_at)');",
    )
    .execute(&mut owner)
    .await
    .unwrap();

    assert_tenancy(&database, "orders", &PLATFORM_TABLES).await;
    let db = database.tenants();
    insert_cart(&db, 1).await;
    insert_cart(&db, 2).await;
    let mut own = db.write(tenant(1)).await.unwrap();
    assert_eq!(count(&mut own).await, 1);
    let refused = sqlx::query("DELETE FROM carts")
        .execute(own.connection())
        .await;
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("permission denied")
    );
    let mut all = database.platform().transaction().await.unwrap();
    assert_eq!(count_due(&mut all).await, 2);
}

#[tokio::test]
async fn a_table_without_platform_privileges_is_closed_to_the_platform_role() {
    let database = a_database().await;
    let mut owner = database.owner().await;
    sqlx::raw_sql(
        "CREATE TABLE carts (tenant_id uuid PRIMARY KEY);
         SELECT tenancy.isolate('carts', app => 'SELECT');",
    )
    .execute(&mut owner)
    .await
    .unwrap();

    let mut all = database.platform().transaction().await.unwrap();
    let refused = sqlx::query("SELECT FROM carts")
        .execute(all.connection())
        .await;

    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("permission denied")
    );
}

#[tokio::test]
async fn provisioning_again_adds_the_function_to_an_old_database() {
    let database = a_database().await;
    let mut admin = database.superuser().await;
    sqlx::raw_sql("DROP SCHEMA tenancy CASCADE")
        .execute(&mut admin)
        .await
        .unwrap();

    set_up_access(&mut admin, "orders").await.unwrap();
    set_up_access(&mut admin, "orders").await.unwrap();
    admin.close().await.unwrap();

    let mut owner = database.owner().await;
    sqlx::raw_sql(
        "CREATE TABLE carts (tenant_id uuid PRIMARY KEY);
         SELECT tenancy.isolate('carts', app => 'SELECT');",
    )
    .execute(&mut owner)
    .await
    .unwrap();
    assert_tenancy(&database, "orders", &PLATFORM_TABLES).await;
}

async fn insert_cart(db: &TenantDb, number: u128) {
    let mut tx = db.write(tenant(number)).await.unwrap();
    sqlx::query("INSERT INTO carts (tenant_id, id) VALUES ($1, 1)")
        .bind(tenant(number))
        .execute(tx.connection())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn count(tx: &mut impl TenantConnection) -> i64 {
    sqlx::query_scalar("SELECT COUNT(*) FROM carts")
        .fetch_one(tx.connection())
        .await
        .unwrap()
}

async fn count_due(tx: &mut PlatformTx<'_>) -> i64 {
    sqlx::query_scalar("SELECT COUNT(tenant_id) FROM carts")
        .fetch_one(tx.connection())
        .await
        .unwrap()
}
