use chrono::TimeDelta;
use idempotency::claim;
use service::Clock as _;
use uuid::Uuid;

use crate::world::{Count, World, request, soon};

#[tokio::test]
async fn finished_keys_are_deleted_after_two_days() {
    let world = World::new().await;
    let process = world.process();
    let platform = world.database.platform();
    process
        .once(&request("finished", "input"), &Count::default(), soon())
        .await
        .unwrap();
    let running = request("running", "input");
    let mut tx = world
        .database
        .tenants()
        .write(running.tenant)
        .await
        .unwrap();
    claim(&mut tx, &[(&running, Uuid::nil())], world.clock.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();

    world.clock.advance(TimeDelta::hours(47));
    assert_eq!(process.delete_old_keys(&platform).await.unwrap(), 0);
    world.clock.advance(TimeDelta::hours(2));

    assert_eq!(process.delete_old_keys(&platform).await.unwrap(), 1);
    assert_eq!(world.keys().await, 1);
}
