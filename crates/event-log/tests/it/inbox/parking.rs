//! What is left of messages: parked, dead, or deleted after their retention.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::TimeDelta;
use event_log::inbox::{self, NotHandled};
use messaging::dead_letter_queue;

use super::running::Running;
use crate::world::now;

#[tokio::test]
async fn a_message_that_always_fails_is_parked_and_can_be_replayed() {
    let running = Running::start(|call| {
        if call <= 3 {
            Err(NotHandled::Retry { after: None })
        } else {
            Ok(Vec::new())
        }
    })
    .await;
    let platform = running.world.platform.clone();
    let event = running.send(&running.envelope()).await;

    let parked = running.parked().await;
    assert_eq!((parked.event, parked.attempts), (event, 3));
    assert_eq!(parked.tenant, running.world.tenant);
    assert_eq!(running.effects().await, 0);

    assert_eq!(
        inbox::replay(&platform, event, Some("test.other"))
            .await
            .unwrap(),
        0
    );
    assert_eq!(inbox::replay(&platform, event, None).await.unwrap(), 1);
    running.calls(4).await;
    running.until_effects(1).await;
    assert!(
        inbox::list_parked(&platform, None, 10)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(inbox::replay(&platform, event, None).await.unwrap(), 0);
    running.end().await;
}

#[tokio::test]
async fn a_rejected_message_is_parked_at_once_with_its_reason() {
    let running = Running::start(|_| Err(NotHandled::Reject("no such order".to_owned()))).await;

    running.send(&running.envelope()).await;

    let parked = running.parked().await;
    assert_eq!(
        (parked.attempts, parked.reason.as_str()),
        (1, "no such order")
    );
    assert_eq!(running.effects().await, 0);
    running.end().await;
}

#[tokio::test]
async fn unreadable_messages_go_to_the_dead_letter_queue_and_others_are_handled() {
    let running = Running::start(|_| Ok(Vec::new())).await;
    let dead = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&dead);
    running
        .broker
        .consume(dead_letter_queue(running.queue), 8, move |deliveries| {
            counted.fetch_add(deliveries.len(), Ordering::SeqCst);
            async move { vec![messaging::Verdict::Ack; deliveries.len()] }
        });
    let mut unstorable = running.envelope();
    unstorable.data = serde_json::json!({ "text": "\u{0}" });

    running.send_bytes(b"not json".to_vec()).await;
    running.send(&unstorable).await;
    running.send(&running.envelope()).await;
    running.calls(1).await;

    testkit::eventually("dead letters", async || {
        (dead.load(Ordering::SeqCst) == 2).then_some(())
    })
    .await;
    assert_eq!(running.handler.calls.load(Ordering::SeqCst), 1);
    running.end().await;
}

#[tokio::test]
async fn handled_messages_are_deleted_after_their_retention() {
    let running = Running::start(|_| Ok(Vec::new())).await;
    let platform = running.world.platform.clone();
    for _ in 0..3 {
        running.send(&running.envelope()).await;
    }
    running.until_effects(3).await;

    assert_eq!(
        inbox::trim(&platform, now() - TimeDelta::hours(1), 2)
            .await
            .unwrap(),
        0
    );
    let deleted = inbox::trim(&platform, now() + TimeDelta::hours(1), 2)
        .await
        .unwrap();

    assert_eq!(deleted, 3);
    running.end().await;
}

#[tokio::test]
async fn an_event_of_another_type_is_parked() {
    let running = Running::start(|_| Ok(Vec::new())).await;
    let mut other = running.envelope();
    "test.renamed.v1".clone_into(&mut other.event_type);

    running.send(&other).await;

    let parked = running.parked().await;
    assert_eq!(parked.reason, "consumer does not handle test.renamed.v1");
    assert_eq!(running.handler.calls.load(Ordering::SeqCst), 0);
    running.end().await;
}
