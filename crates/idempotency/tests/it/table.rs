//! The table of a new subgraph and those of the subgraphs that exist have one shape.

use sqlx::Row as _;
use sqlx::migrate::Migrator;
use testkit::{TestDatabase, assert_tenancy};

use crate::world::World;

static CATALOG: Migrator = sqlx::migrate!("../../migrations/catalog");
static ORDERS: Migrator = sqlx::migrate!("../../migrations/orders");

#[tokio::test]
async fn the_table_is_isolated() {
    let world = World::new().await;

    assert_tenancy(&world.database, "orders", &["event_log_epoch"]).await;
}

#[tokio::test]
async fn every_subgraph_has_the_same_table() {
    let new = shape(&World::new().await.database, "orders").await;

    for (name, migrator) in [("catalog", &CATALOG), ("orders", &ORDERS)] {
        let database = TestDatabase::create(name, migrator).await;
        assert_eq!(shape(&database, name).await, new, "{name}");
    }
}

/// Columns, constraints, indexes and privileges, sorted.
async fn shape(database: &TestDatabase, service: &str) -> Vec<String> {
    let rows = sqlx::query(
        "SELECT format('column %s %s %s null: %s', attname, format_type(atttypid, atttypmod), attcollation::regcollation,
                       NOT attnotnull)
         FROM pg_attribute
         WHERE attrelid = 'idempotency_keys'::regclass AND attnum > 0 AND NOT attisdropped
         UNION ALL
         SELECT format('constraint %s %s', conname, pg_get_constraintdef(oid))
         FROM pg_constraint
         WHERE conrelid = 'idempotency_keys'::regclass AND contype <> 'n'
         UNION ALL
         SELECT indexdef FROM pg_indexes WHERE tablename = 'idempotency_keys'
         UNION ALL
         SELECT format('%s may %s %s', role, privilege, attname)
         FROM UNNEST(ARRAY['app', 'platform']) AS role,
              UNNEST(ARRAY['SELECT', 'INSERT', 'UPDATE']) AS privilege,
              pg_attribute
         WHERE attrelid = 'idempotency_keys'::regclass AND attnum > 0 AND NOT attisdropped
           AND has_column_privilege($1 || '_' || role, attrelid, attnum, privilege)
         UNION ALL
         SELECT format('%s may DELETE', role)
         FROM UNNEST(ARRAY['app', 'platform']) AS role
         WHERE has_table_privilege($1 || '_' || role, 'idempotency_keys', 'DELETE')
         ORDER BY 1",
    )
    .bind(service)
    .fetch_all(&mut database.superuser().await)
    .await
    .unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}
