//! Tenant isolation: the rows that a transaction of one tenant can see and change.

use std::time::Duration;

use database::{PlatformDb, TenantDb};

use crate::{a_database, tenant, visible_heads, write_head};

async fn with_two_tenants() -> (TenantDb, PlatformDb) {
    let database = a_database().await;
    let db = database.tenants();
    for number in [1, 2] {
        let mut tx = db.write(tenant(number)).await.unwrap();
        write_head(&mut tx, tenant(number), i64::try_from(number).unwrap() * 10)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
    (db, database.platform())
}

#[tokio::test]
async fn a_statement_without_a_tenant_filter_sees_its_own_tenants_rows_only() {
    let (db, _) = with_two_tenants().await;

    let mut first = db.write(tenant(1)).await.unwrap();
    let mut second = db.write(tenant(2)).await.unwrap();

    assert_eq!(visible_heads(&mut first).await, [10]);
    assert_eq!(visible_heads(&mut second).await, [20]);
}

#[tokio::test]
async fn a_transaction_cannot_write_a_row_of_another_tenant() {
    let (db, _) = with_two_tenants().await;
    let mut tx = db.write(tenant(1)).await.unwrap();

    let refused = write_head(&mut tx, tenant(3), 1).await;

    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("row-level security")
    );
}

#[tokio::test]
async fn the_tenant_does_not_outlive_its_transaction() {
    let (db, _) = with_two_tenants().await;

    // Every pooled connection serves both tenants, and transactions end in every possible way.
    for round in 0..300_u32 {
        let number = u128::from(round % 2 + 1);
        let mut tx = db.write(tenant(number)).await.unwrap();
        let seen = visible_heads(&mut tx).await;
        assert_eq!(seen, [i64::try_from(number).unwrap() * 10]);
        match round % 3 {
            0 => tx.commit().await.unwrap(),
            1 => tx.rollback().await.unwrap(),
            _ => drop(tx),
        }
    }
}

#[tokio::test]
async fn interleaved_and_cancelled_transactions_never_mix_tenants() {
    let (db, _) = with_two_tenants().await;
    let workers = (0..8).map(|worker| read_repeatedly(db.clone(), worker));

    futures_util::future::join_all(workers).await;
}

async fn read_repeatedly(db: TenantDb, worker: u128) {
    for round in 0..60 {
        let number = (worker + round) % 2 + 1;
        // Some are dropped during a statement.
        let time_out = if round % 5 == 0 { 1 } else { 5_000 };
        drop(tokio::time::timeout(Duration::from_millis(time_out), read(&db, number)).await);
    }
}

async fn read(db: &TenantDb, number: u128) {
    let mut tx = db.write(tenant(number)).await.unwrap();
    assert_eq!(
        visible_heads(&mut tx).await,
        [i64::try_from(number).unwrap() * 10]
    );
}

#[tokio::test]
async fn the_platform_role_sees_all_tenants_where_a_policy_allows_it() {
    let (_, platform) = with_two_tenants().await;
    let mut tx = platform.transaction().await.unwrap();

    let heads: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM event_streams")
        .fetch_one(tx.connection())
        .await
        .unwrap();

    assert_eq!(heads, 2);
}
