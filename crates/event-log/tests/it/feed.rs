use event_log::feed;
use internal_api::events::{FeedRequest, HeadsRequest, StreamKey};

use crate::world::{STREAM, World, a_tenant, an_event};

const TYPE: &str = "order.placed.v1";

#[tokio::test]
async fn a_feed_lists_types_and_subjects_after_a_position() {
    let world = World::start().await;
    world.append(TYPE, 5).await;
    let request = FeedRequest {
        tenant: world.tenant,
        stream: STREAM.to_owned(),
        after: 2,
        limit: 2,
    };

    let feed = feed::feed(&world.platform, &request).await.unwrap();

    assert_eq!((feed.head, feed.min_seq), (5, 1));
    assert_eq!(
        feed.entries.iter().map(|e| e.seq).collect::<Vec<_>>(),
        [3, 4]
    );
    assert_eq!(feed.entries[0].event_type, TYPE);
    assert_eq!(feed.entries[0].subjects[1], "customer_1");
    assert_eq!(feed.epoch, world.head().await.epoch);
}

#[tokio::test]
async fn one_call_returns_the_heads_of_many_streams() {
    let world = World::start().await;
    let other = a_tenant();
    world.append(TYPE, 3).await;
    world
        .append_events(other, "stock", &[an_event("stock.sold.v1")])
        .await;
    let key = |tenant, stream: &str| StreamKey {
        tenant,
        stream: stream.to_owned(),
    };
    let streams = vec![
        key(world.tenant, STREAM),
        key(other, "stock"),
        key(other, STREAM),
    ];

    let answer = feed::heads(&world.platform, &HeadsRequest { streams })
        .await
        .unwrap();

    let heads: Vec<i64> = answer.heads.iter().map(|head| head.head).collect();
    assert_eq!(heads, [3, 1, 0]);
}
