//! The table of a new subgraph.

use testkit::assert_tenancy;

use crate::world::World;

#[tokio::test]
async fn the_table_is_isolated() {
    let world = World::new().await;

    assert_tenancy(&world.database, "orders", &["event_log_epoch"]).await;
}
