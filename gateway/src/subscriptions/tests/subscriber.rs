use std::sync::Arc;

use super::super::page::PageEvent;
use super::super::subscriber::{Ending, Outlet, Pushed, QueueLimits, Taken};

fn event(seq: i64, bytes: usize) -> Arc<PageEvent> {
    Arc::new(PageEvent {
        seq,
        cursor: format!("c{seq}"),
        payload: vec![b'x'; bytes].into(),
    })
}

fn outlet(events: usize, bytes: usize) -> Outlet {
    Outlet::new(QueueLimits { events, bytes })
}

async fn taken(outlet: &Outlet) -> Option<i64> {
    match outlet.take().await {
        Taken::Event(event) => Some(event.seq),
        Taken::Overflowed | Taken::Ended(_) => None,
    }
}

#[tokio::test]
async fn events_come_out_in_order() {
    let outlet = outlet(10, 1000);

    outlet.push(&event(1, 1));
    outlet.push(&event(2, 1));

    assert_eq!(taken(&outlet).await, Some(1));
    assert_eq!(taken(&outlet).await, Some(2));
    assert!(outlet.is_empty());
}

#[tokio::test]
async fn a_full_queue_is_dropped_as_a_whole() {
    let outlet = outlet(2, 1000);

    assert_eq!(outlet.push(&event(1, 1)), Pushed::Queued);
    assert_eq!(outlet.push(&event(2, 1)), Pushed::Queued);
    assert_eq!(outlet.push(&event(3, 1)), Pushed::Overflowed);
    assert_eq!(
        outlet.push(&event(4, 1)),
        Pushed::Overflowed,
        "nothing after a gap"
    );

    assert!(matches!(outlet.take().await, Taken::Overflowed));
    assert_eq!(outlet.push(&event(5, 1)), Pushed::Queued);
    assert_eq!(taken(&outlet).await, Some(5));
}

#[test]
fn bytes_are_bounded_too_but_one_event_always_fits() {
    let outlet = outlet(100, 10);

    assert_eq!(outlet.push(&event(1, 50)), Pushed::Queued);
    assert_eq!(outlet.push(&event(2, 1)), Pushed::Overflowed);
}

#[tokio::test]
async fn after_the_end_nothing_that_was_queued_is_seen() {
    let outlet = outlet(10, 1000);
    outlet.push(&event(1, 1));

    outlet.end(Ending::Revoked);
    outlet.end(Ending::TooSlow);

    assert!(matches!(outlet.take().await, Taken::Ended(Ending::Revoked)));
    assert!(matches!(outlet.ended().await, Ending::Revoked));
}

#[tokio::test]
async fn a_waiting_taker_is_woken() {
    let outlet = Arc::new(outlet(10, 1000));
    let waiting = Arc::clone(&outlet);

    let (seq, ()) = tokio::join!(taken(&waiting), async {
        tokio::task::yield_now().await;
        outlet.push(&event(1, 1));
    });

    assert_eq!(seq, Some(1));
}
