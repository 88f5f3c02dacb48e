use std::time::{Duration, Instant};

use messaging::{Broker, BrokerConfig, PublishError, Publisher};
use service::Tasks;

use crate::gate::{Gate, host_and_port};
use crate::world::World;

#[tokio::test]
async fn a_process_starts_while_the_broker_is_down() {
    let tasks = Tasks::new();
    let started = Instant::now();
    let broker = Broker::connect(&BrokerConfig::new("amqp://127.0.0.1:1/%2f"), "test", &tasks);
    let world = World::start().await;

    let outcome = Publisher::new(&broker).publish(world.message(1)).await;

    assert!(
        matches!(outcome, Err(PublishError::Unavailable(_))),
        "{outcome:?}"
    );
    assert!(!broker.is_connected());
    assert!(started.elapsed() < Duration::from_secs(10));
    assert!(tasks.shutdown(Duration::from_secs(5)).await);
    world.end().await;
}

#[tokio::test]
async fn publishing_and_consuming_resume_after_a_broker_outage() {
    let outside = Tasks::new();
    let url = testkit::amqp_url();
    let target = host_and_port(&url);
    let gate = Gate::to(&target, &outside).await;
    let world = World::start_at(&gate.url(&url, &target)).await;
    let publisher = Publisher::new(&world.broker);
    let received = world.collect(&world.queue);
    publisher.publish(world.message(1)).await.unwrap();

    gate.close();
    let during_outage = publisher.publish(world.message(2)).await;
    gate.open();

    assert!(during_outage.is_err());
    testkit::eventually("publication", async || {
        publisher.publish(world.message(3)).await.ok()
    })
    .await;
    received.wait_for(2).await;
    assert!(received.ids().contains(&"message 3".to_owned()));
    world.end().await;
    outside.shutdown(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn a_publication_to_an_unresponsive_broker_times_out() {
    let outside = Tasks::new();
    let url = testkit::amqp_url();
    let target = host_and_port(&url);
    let gate = Gate::to(&target, &outside).await;
    let world = World::start_at(&gate.url(&url, &target)).await;
    let publisher = Publisher::new(&world.broker);
    publisher.publish(world.message(1)).await.unwrap();

    gate.fall_silent();
    let started = Instant::now();
    let outcome = publisher.publish(world.message(2)).await;
    gate.open();

    assert!(outcome.is_err());
    assert!(
        started.elapsed() < Duration::from_secs(8),
        "{:?}",
        started.elapsed()
    );
    testkit::eventually("publication", async || {
        publisher.publish(world.message(3)).await.ok()
    })
    .await;
    world.end().await;
    outside.shutdown(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn lost_queues_are_declared_again() {
    let world = World::start().await;
    let other = World::start().await;
    let publisher = Publisher::new(&world.broker);
    let received = world.collect(&world.queue);
    publisher.publish(world.message(1)).await.unwrap();
    received.wait_for(1).await;

    // Through another connection, so that this one does not stop declaring the queue.
    other.broker.delete_queue(&world.queue).await.unwrap();

    testkit::eventually("publication", async || {
        publisher.publish(world.message(2)).await.ok()
    })
    .await;
    received.wait_for(2).await;
    world.end().await;
    other.end().await;
}
