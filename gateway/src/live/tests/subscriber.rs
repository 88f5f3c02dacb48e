use std::sync::Arc;

use super::super::event_page::PageEvent;
use super::super::model::Ending;
use super::super::subscriber::{Dequeued, Pushed, QueueLimits, SubscriberQueue};

fn event(seq: i64, bytes: usize) -> Arc<PageEvent> {
    Arc::new(PageEvent {
        seq,
        cursor: format!("c{seq}"),
        payload: vec![b'x'; bytes].into(),
    })
}

fn queue(events: usize, bytes: usize) -> SubscriberQueue {
    SubscriberQueue::new(QueueLimits { events, bytes })
}

async fn popped(queue: &SubscriberQueue) -> Option<i64> {
    match queue.pop().await {
        Dequeued::Event(event) => Some(event.seq),
        Dequeued::Overflowed | Dequeued::Ended(_) => None,
    }
}

#[tokio::test]
async fn events_come_out_in_order() {
    let queue = queue(10, 1000);

    queue.push(&event(1, 1));
    queue.push(&event(2, 1));

    assert_eq!(popped(&queue).await, Some(1));
    assert_eq!(popped(&queue).await, Some(2));
    assert!(queue.is_empty());
}

#[tokio::test]
async fn a_full_queue_is_dropped_as_a_whole() {
    let queue = queue(2, 1000);

    assert_eq!(queue.push(&event(1, 1)), Pushed::Queued);
    assert_eq!(queue.push(&event(2, 1)), Pushed::Queued);
    assert_eq!(queue.push(&event(3, 1)), Pushed::Overflowed);
    assert_eq!(
        queue.push(&event(4, 1)),
        Pushed::Overflowed,
        "nothing after a gap"
    );

    assert!(matches!(queue.pop().await, Dequeued::Overflowed));
    assert_eq!(queue.push(&event(5, 1)), Pushed::Queued);
    assert_eq!(popped(&queue).await, Some(5));
}

#[test]
fn bytes_are_bounded_too_but_one_event_always_fits() {
    let queue = queue(100, 10);

    assert_eq!(queue.push(&event(1, 50)), Pushed::Queued);
    assert_eq!(queue.push(&event(2, 1)), Pushed::Overflowed);
}

#[tokio::test]
async fn queued_events_are_not_delivered_after_the_end() {
    let queue = queue(10, 1000);
    queue.push(&event(1, 1));

    queue.end(Ending::Revoked);
    queue.end(Ending::TooSlow);

    assert!(matches!(
        queue.pop().await,
        Dequeued::Ended(Ending::Revoked)
    ));
    assert!(matches!(queue.ended().await, Ending::Revoked));
}

#[tokio::test]
async fn a_waiting_pop_is_woken() {
    let queue = Arc::new(queue(10, 1000));
    let waiting = Arc::clone(&queue);

    let (seq, ()) = tokio::join!(popped(&waiting), async {
        tokio::task::yield_now().await;
        queue.push(&event(1, 1));
    });

    assert_eq!(seq, Some(1));
}
