use crate::world::{STREAM, World, a_tenant, an_event};

#[tokio::test]
async fn every_table_is_isolated() {
    let world = World::start().await;

    testkit::assert_tenancy(&world.database, "orders", &["event_log_epoch"]).await;
}

#[tokio::test]
async fn another_tenants_stream_is_empty() {
    let world = World::start().await;
    let other_tenant = a_tenant();
    world
        .append_events(other_tenant, STREAM, &[an_event("order.placed.v1")])
        .await;

    let page = world.everything().await;

    assert_eq!((page.events.len(), page.head), (0, 0));
}

#[test]
fn the_three_services_have_the_same_log() {
    let read = |service: &str| {
        let root = env!("CARGO_MANIFEST_DIR");
        let path = format!("{root}/../../migrations/{service}/20261122110000_create_event_log.sql");
        std::fs::read_to_string(path)
            .unwrap()
            .replace(&format!("{service}_app"), "app")
            .replace(&format!("{service}_platform"), "platform")
    };

    assert_eq!(read("catalog"), read("orders"));
    assert_eq!(read("customers"), read("orders"));
}
