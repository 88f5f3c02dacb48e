use std::time::Duration;

use futures_util::StreamExt as _;
use ids::{IdGenerator as _, TenantId, UuidV7Generator};
use messaging::{Hint, Publisher};

use crate::world::World;

#[tokio::test]
async fn hints_reach_the_subscribers_of_their_stream() {
    let world = World::start().await;
    let publisher = Publisher::new(&world.broker);
    let stream = format!("test_{}", UuidV7Generator.next_uuid().simple());
    let tenant = TenantId::from_uuid(UuidV7Generator.next_uuid());
    let mut hints = world.broker.subscribe_hints([stream.as_str()]);
    let other = Hint {
        tenant,
        stream: "test_other".to_owned(),
        seq: 1,
    };
    let wanted = Hint {
        tenant,
        stream,
        seq: 7,
    };

    // A hint sent before the subscription exists is lost: repeat until one arrives.
    let mut received = None;
    for _ in 0..100 {
        publisher.publish_hint(&other).await;
        publisher.publish_hint(&wanted).await;
        let next = tokio::time::timeout(Duration::from_millis(100), hints.next()).await;
        if let Ok(hint) = next {
            received = hint;
            break;
        }
    }

    assert_eq!(received, Some(wanted));
    world.end().await;
}
