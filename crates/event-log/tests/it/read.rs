use chrono::TimeDelta;
use event_cursor::{CursorKeys, Position};
use event_log::{EventFilter, ReadError};
use ids::{IdGenerator as _, UuidV7Generator};

use crate::world::{STREAM, World, a_tenant, an_event, now};

const PLACED: &str = "order.placed.v1";
const CANCELLED: &str = "order.cancelled.v1";

fn only(event_type: &str) -> EventFilter {
    EventFilter {
        types: Some(vec![event_type.to_owned()]),
        subject_any: None,
    }
}

#[tokio::test]
async fn an_empty_stream_has_head_zero() {
    let world = World::start().await;

    let page = world.everything().await;

    assert!(page.events.is_empty());
    assert_eq!((page.head, page.min_seq, page.scanned_to), (0, 1, 0));
    assert!(!page.has_more);
    assert_eq!(world.head().await, page.end());
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition() {
    let world = World::start().await;
    world.append(PLACED, 25).await;
    let mut after = None;
    let mut seen = Vec::new();

    loop {
        let page = world
            .page(after, 10, &EventFilter::default())
            .await
            .unwrap();
        seen.extend(page.events.iter().map(|event| event.seq));
        after = Some(page.end());
        if !page.has_more {
            break;
        }
    }

    assert_eq!(seen, (1..=25).collect::<Vec<i64>>());
}

#[tokio::test]
async fn the_scanned_position_advances_even_when_nothing_matches() {
    let world = World::start().await;
    world.append(PLACED, 7).await;

    let page = world.page(None, 10, &only(CANCELLED)).await.unwrap();

    assert!(page.events.is_empty());
    assert_eq!(page.scanned_to, 7);
    assert!(!page.has_more);
}

#[tokio::test]
async fn a_full_page_ends_at_its_last_event() {
    let world = World::start().await;
    world.append(PLACED, 3).await;
    world.append(CANCELLED, 3).await;
    world.append(PLACED, 3).await;

    let page = world.page(None, 2, &only(CANCELLED)).await.unwrap();

    assert_eq!(
        page.events.iter().map(|e| e.seq).collect::<Vec<_>>(),
        [4, 5]
    );
    assert_eq!(page.scanned_to, 5);
    assert!(page.has_more);
}

#[tokio::test]
async fn a_read_scans_a_bounded_part_of_the_stream() {
    let world = World::start().await;
    world.append(PLACED, 2_500).await;
    world.append(CANCELLED, 1).await;

    let first = world.page(None, 10, &only(CANCELLED)).await.unwrap();
    let second = world
        .page(Some(first.end()), 10, &only(CANCELLED))
        .await
        .unwrap();

    assert!(first.events.is_empty());
    assert_eq!(first.scanned_to, 2_000);
    assert!(first.has_more);
    assert_eq!(second.events[0].seq, 2_501);
    assert!(!second.has_more);
}

#[tokio::test]
async fn events_are_filtered_by_subject() {
    let world = World::start().await;
    let mut mine = an_event(PLACED);
    mine.subjects = vec!["order_1".to_owned(), "customer_9".to_owned()];
    let events = [an_event(PLACED), mine.clone(), an_event(PLACED)];
    world.append_events(world.tenant, STREAM, &events).await;
    let filter = |subject: &str| EventFilter {
        types: None,
        subject_any: Some(vec![subject.to_owned(), "customer_0".to_owned()]),
    };

    let by_customer = world.page(None, 10, &filter("customer_9")).await.unwrap();
    let by_unknown = world.page(None, 10, &filter("customer_8")).await.unwrap();

    assert_eq!(
        by_customer.events.iter().map(|e| e.id).collect::<Vec<_>>(),
        [mine.id]
    );
    assert!(by_unknown.events.is_empty());
}

#[tokio::test]
async fn positions_of_another_epoch_or_of_the_future_have_expired() {
    let world = World::start().await;
    world.append(PLACED, 3).await;
    let head = world.head().await;
    let other_log = Position {
        epoch: UuidV7Generator.next_uuid(),
        ..head
    };
    let future = Position { seq: 4, ..head };

    for position in [other_log, future] {
        let outcome = world
            .page(Some(position), 10, &EventFilter::default())
            .await;
        assert!(matches!(outcome, Err(ReadError::Expired)), "{outcome:?}");
    }
    assert!(
        world
            .page(Some(head), 10, &EventFilter::default())
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_cursor_restores_its_position_in_its_stream_only() {
    let world = World::start().await;
    world.append(PLACED, 3).await;
    let keys = CursorKeys::parse("k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap();
    let page = world.page(None, 2, &EventFilter::default()).await.unwrap();
    let text = event_cursor::encode(&keys, world.tenant, STREAM, page.position_of(2));

    let position = event_cursor::decode(&keys, world.tenant, STREAM, &text).unwrap();
    let rest = world.page(Some(position), 10, &only(PLACED)).await.unwrap();

    assert_eq!(rest.events.iter().map(|e| e.seq).collect::<Vec<_>>(), [3]);
    assert!(event_cursor::decode(&keys, a_tenant(), STREAM, &text).is_err());
    assert!(event_cursor::decode(&keys, world.tenant, "stock", &text).is_err());
}

#[tokio::test]
async fn the_position_before_a_time_precedes_all_newer_events() {
    let world = World::start().await;
    let mut events: Vec<_> = (0..6).map(|_| an_event(PLACED)).collect();
    for (event, minutes) in events.iter_mut().zip([60, 40, 20, 15, 10, 5]) {
        event.occurred_at = now() - TimeDelta::minutes(minutes);
    }
    world.append_events(world.tenant, STREAM, &events).await;

    for (minutes, seq) in [(90, 0), (30, 2), (12, 4), (0, 6)] {
        let since = now() - TimeDelta::minutes(minutes);
        let position = world.position_before(since).await;
        assert_eq!(position.seq, seq, "{minutes} minutes ago");
        let page = world
            .page(Some(position), 10, &EventFilter::default())
            .await
            .unwrap();
        assert_eq!(page.events.len(), 6 - usize::try_from(seq).unwrap());
    }
}

#[tokio::test]
async fn the_position_before_a_time_is_within_the_kept_events() {
    let world = World::start().await;
    let empty = world.position_before(now()).await;
    world.append(PLACED, 6).await;
    let mut superuser = world.database.superuser().await;
    sqlx::query("UPDATE event_streams SET min_seq = 4")
        .execute(&mut superuser)
        .await
        .unwrap();

    let position = world.position_before(now() - TimeDelta::days(1)).await;

    assert_eq!((empty.seq, position.seq), (0, 3));
}
