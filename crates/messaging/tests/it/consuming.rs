use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use messaging::{Publisher, Verdict, dead_letter_queue};

use crate::world::World;

#[tokio::test]
async fn an_unreadable_message_goes_to_the_dead_letter_queue() {
    let world = World::start().await;
    let publisher = Publisher::new(&world.broker);
    world
        .broker
        .consume(&world.queue, 8, |deliveries| async move {
            deliveries
                .iter()
                .map(|d| {
                    if d.body == b"body 1" {
                        Verdict::DeadLetter
                    } else {
                        Verdict::Ack
                    }
                })
                .collect()
        });

    for n in 0..3 {
        publisher.publish(world.message(n)).await.unwrap();
    }

    let dead = world
        .collect(&dead_letter_queue(&world.queue))
        .wait_for(1)
        .await;
    assert_eq!(dead[0].message_id.as_deref(), Some("message 1"));
    world.end().await;
}

#[tokio::test]
async fn a_requeued_message_is_redelivered() {
    let world = World::start().await;
    let publisher = Publisher::new(&world.broker);
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    world.broker.consume(&world.queue, 1, move |deliveries| {
        let call = counted.fetch_add(1, Ordering::SeqCst);
        async move {
            assert_eq!(deliveries[0].redelivered, call > 0);
            vec![if call < 2 {
                Verdict::Requeue
            } else {
                Verdict::Ack
            }]
        }
    });

    publisher.publish(world.message(1)).await.unwrap();

    testkit::eventually("third delivery", async || {
        (calls.load(Ordering::SeqCst) == 3).then_some(())
    })
    .await;
    world.end().await;
}
