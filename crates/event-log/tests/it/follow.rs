use std::pin::{Pin, pin};
use std::time::Duration;

use event_cursor::Position;
use event_log::{EventFilter, EventPage, Follow, Followers, ReadError};
use futures_util::{Stream, StreamExt as _};
use tokio::time::timeout;

use crate::world::{STREAM, World, a_tenant, an_event};

const TYPE: &str = "order.placed.v1";
const OTHER_TYPE: &str = "order.cancelled.v1";

type Pages = Pin<Box<dyn Stream<Item = Result<EventPage, ReadError>> + Send>>;

async fn follow(world: &World, followers: &Followers, after: Option<Position>) -> Pages {
    follow_filtered(world, followers, after, EventFilter::default()).await
}

async fn follow_filtered(
    world: &World,
    followers: &Followers,
    after: Option<Position>,
    filter: EventFilter,
) -> Pages {
    let wanted = Follow {
        tenant: world.tenant,
        stream: STREAM,
        filter,
        after,
    };
    let pages = event_log::follow(followers, world.db.clone(), wanted).await;
    Box::pin(pages.unwrap())
}

/// Seqs of the next page.
async fn next(pages: &mut Pages) -> Vec<i64> {
    let page = timeout(Duration::from_secs(20), pages.next()).await;
    let page = page.expect("a page comes").expect("nothing ends").unwrap();
    page.events.iter().map(|event| event.seq).collect()
}

async fn is_quiet(pages: &mut Pages) -> bool {
    timeout(Duration::from_millis(1_500), pages.next())
        .await
        .is_err()
}

/// Number of database connections that listen for commits.
async fn listeners(world: &World) -> i64 {
    sqlx::query_scalar(
        "SELECT COUNT(*) FROM pg_stat_activity
         WHERE datname = current_database() AND query LIKE 'LISTEN%'",
    )
    .fetch_one(&mut world.database.superuser().await)
    .await
    .unwrap()
}

#[tokio::test]
async fn a_follower_catches_up_from_its_position_and_then_tails() {
    let world = World::start().await;
    let followers = Followers::start(&world.platform, &world.tasks);
    world.append(TYPE, 3).await;
    let second = Position {
        seq: 2,
        ..world.head().await
    };
    let mut resumed = follow(&world, &followers, Some(second)).await;
    let mut fresh = follow(&world, &followers, None).await;

    assert_eq!(next(&mut resumed).await, [3]);
    assert!(is_quiet(&mut fresh).await);
    world.append(TYPE, 2).await;
    world.log.wake();

    assert_eq!(next(&mut resumed).await, [4, 5]);
    assert_eq!(next(&mut fresh).await, [4, 5]);
}

#[tokio::test]
async fn an_unannounced_commit_is_found_by_polling() {
    let world = World::start().await;
    let followers = Followers::start(&world.platform, &world.tasks);
    let mut pages = follow(&world, &followers, None).await;
    assert!(is_quiet(&mut pages).await);

    world.append(TYPE, 1).await;

    assert_eq!(next(&mut pages).await, [1]);
}

#[tokio::test]
async fn long_backlogs_are_read_in_pages_without_gaps_and_filters_apply() {
    let world = World::start().await;
    let followers = Followers::start(&world.platform, &world.tasks);
    let start = world.head().await;
    for _ in 0..5 {
        world.append(TYPE, 50).await;
        world.append(OTHER_TYPE, 1).await;
    }
    let of_type = EventFilter {
        types: Some(vec![OTHER_TYPE.to_owned()]),
        ..EventFilter::default()
    };
    let mut all = follow(&world, &followers, Some(start)).await;
    let mut some = follow_filtered(&world, &followers, Some(start), of_type).await;

    let mut seen = Vec::new();
    while seen.len() < 255 {
        seen.extend(next(&mut all).await);
    }

    assert_eq!(seen, (1..=255).collect::<Vec<i64>>());
    assert_eq!(next(&mut some).await, [51, 102, 153, 204, 255]);
}

#[tokio::test]
async fn events_of_another_tenant_wake_no_follower() {
    let world = World::start().await;
    let followers = Followers::start(&world.platform, &world.tasks);
    let mut pages = follow(&world, &followers, None).await;

    world
        .append_events(a_tenant(), STREAM, &[an_event(TYPE)])
        .await;

    assert!(is_quiet(&mut pages).await);
}

#[tokio::test]
async fn following_ends_with_expired_when_the_log_is_replaced() {
    let world = World::start().await;
    let followers = Followers::start(&world.platform, &world.tasks);
    let mut pages = pin!(follow(&world, &followers, None).await);
    assert!(is_quiet(&mut pages).await);

    let statement = sqlx::query("UPDATE event_log_epoch SET epoch = gen_random_uuid()");
    world.database.execute(statement).await;

    let ended = timeout(Duration::from_secs(20), pages.next()).await;
    assert!(matches!(
        ended.expect("it ends"),
        Some(Err(ReadError::Expired))
    ));
}

#[tokio::test]
async fn no_connection_listens_after_the_last_follower_leaves() {
    let world = World::start().await;
    let followers = Followers::start(&world.platform, &world.tasks);
    assert_eq!(listeners(&world).await, 0);
    let pages = follow(&world, &followers, None).await;
    testkit::eventually("a listener", async || {
        (listeners(&world).await == 1).then_some(())
    })
    .await;

    drop(pages);

    testkit::eventually("no listener", async || {
        (listeners(&world).await == 0).then_some(())
    })
    .await;
    let mut again = follow(&world, &followers, None).await;
    world.append(TYPE, 1).await;
    assert_eq!(next(&mut again).await, [1]);
    world.end().await;
}
