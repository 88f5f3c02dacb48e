use chrono::TimeDelta;
use event_log::{EventFilter, ReadError};
use messaging::Publisher;

use crate::relay::options;
use crate::world::{STREAM, World, an_event, now};

const TYPE: &str = "product.trimmed.v1";

#[tokio::test]
async fn old_events_are_removed_and_their_positions_expire() {
    let world = World::start().await;
    let mut events: Vec<_> = (0..10).map(|_| an_event(TYPE)).collect();
    for old in &mut events[..7] {
        old.occurred_at = now() - TimeDelta::days(31);
    }
    world.append_events(world.tenant, STREAM, &events).await;
    let epoch = world.head().await.epoch;
    let position = |seq| event_cursor::Position { epoch, seq };
    publish_everything(&world, 10).await;

    let removed = event_log::trim(&world.platform, now() - TimeDelta::days(30), 3)
        .await
        .unwrap();

    assert_eq!(removed, 7);
    let rest = world.everything().await;
    assert_eq!(rest.min_seq, 8);
    assert_eq!(
        rest.events.iter().map(|e| e.seq).collect::<Vec<_>>(),
        [8, 9, 10]
    );
    let expired = world
        .page(Some(position(6)), 10, &EventFilter::default())
        .await;
    assert!(matches!(expired, Err(ReadError::Expired)), "{expired:?}");
    let kept = world
        .page(Some(position(7)), 10, &EventFilter::default())
        .await
        .unwrap();
    assert_eq!(kept.events.len(), 3);
    let again = event_log::trim(&world.platform, now() - TimeDelta::days(30), 3)
        .await
        .unwrap();
    assert_eq!(again, 0);
    world.append(TYPE, 1).await;
    assert_eq!(world.head().await.seq, 11);
    world.end().await;
}

#[tokio::test]
async fn unpublished_events_are_kept_whatever_their_age() {
    let world = World::start().await;
    let mut old = an_event(TYPE);
    old.occurred_at = now() - TimeDelta::days(400);
    world.append_events(world.tenant, STREAM, &[old]).await;

    let removed = event_log::trim(&world.platform, now(), 100).await.unwrap();

    assert_eq!(removed, 0);
    assert_eq!(world.everything().await.events.len(), 1);
}

async fn publish_everything(world: &World, seq: i64) {
    let publisher = Publisher::new(&world.broker());
    event_log::relay::run(
        world.platform.clone(),
        publisher,
        options(&[]),
        &world.tasks,
    );
    crate::relay::wait_until_published(world, seq).await;
}
