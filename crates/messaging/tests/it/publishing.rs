use messaging::{Message, PublishError, Publisher};

use crate::world::World;

#[tokio::test]
async fn a_confirmed_message_is_in_the_queue_with_its_trace() {
    let world = World::start().await;
    let publisher = Publisher::new(&world.broker);

    publisher.publish(world.message(1)).await.unwrap();

    let received = world.collect(&world.queue).wait_for(1).await;
    assert_eq!(received[0].body, b"body 1");
    assert_eq!(received[0].message_id.as_deref(), Some("message 1"));
    let trace = received[0].trace.unwrap();
    assert_eq!(trace.trace_id_hex(), "0af7651916cd43dd8448eb211c80319c");
    world.end().await;
}

#[tokio::test]
async fn many_messages_keep_their_order() {
    let world = World::start().await;
    let publisher = Publisher::new(&world.broker);
    let messages: Vec<Message> = (0..100).map(|n| world.message(n)).collect();

    let outcomes = publisher.publish_all(&messages).await;

    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let received = world.collect(&world.queue);
    received.wait_for(100).await;
    let expected: Vec<String> = (0..100).map(|n| format!("message {n}")).collect();
    assert_eq!(received.ids(), expected);
    world.end().await;
}

#[tokio::test]
async fn only_returned_messages_of_a_batch_fail() {
    let world = World::start().await;
    let publisher = Publisher::new(&world.broker);
    let mut messages: Vec<Message> = (0..60).map(|n| world.message(n)).collect();
    for message in messages.iter_mut().step_by(3) {
        message.routing_key = "test.unbound.v1".to_owned();
    }
    messages[1].routing_key = "test.unbound.v1".to_owned();
    messages[1].mandatory = false;

    for _ in 0..3 {
        let outcomes = publisher.publish_all(&messages).await;

        for (n, outcome) in outcomes.iter().enumerate() {
            match outcome {
                Err(PublishError::Returned { .. }) => assert_eq!(n % 3, 0, "message {n}"),
                Ok(()) => assert_ne!(n % 3, 0, "message {n}"),
                Err(error) => panic!("message {n}: {error}"),
            }
        }
    }
    world.end().await;
}

#[tokio::test]
async fn an_unknown_exchange_fails_without_affecting_later_messages() {
    let world = World::start().await;
    let publisher = Publisher::new(&world.broker);
    let lost = Message {
        exchange: "test.no_such_exchange".to_owned(),
        ..world.message(1)
    };

    let failed = publisher.publish(lost).await;
    let after = publisher.publish(world.message(2)).await;

    assert!(
        matches!(failed, Err(PublishError::Unavailable(_))),
        "{failed:?}"
    );
    after.unwrap();
    world.end().await;
}
