use std::collections::HashMap;
use std::sync::Arc;

use event_contracts::accounts::TenantSuspendedV1;
use event_contracts::orders::{OrderConfirmedV1, OrderPlacedV1};
use event_contracts::{Event, EventType};
use event_log::{EventFilter, Recorded};
use futures_util::future::join_all;
use ids::{CustomerId, OrderId, UuidV7Generator};
use serde::{Deserialize, Serialize};
use service::{TraceContext, trace};
use tokio::sync::Semaphore;

use crate::world::{STREAM, World, an_event, now};

const TYPE: &str = "order.placed.v1";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_appends_are_dense_and_become_visible_in_order() {
    let world = Arc::new(World::start().await);
    let permits = Arc::new(Semaphore::new(8));
    let writers = join_all((0..100).map(|n| {
        let (world, permits) = (Arc::clone(&world), Arc::clone(&permits));
        async move {
            let _permit = permits.acquire().await.unwrap();
            world.append(TYPE, 1 + n % 3).await
        }
    }));
    let reader = async {
        let mut after = None;
        let mut seen = Vec::new();
        while seen.len() < 199 {
            let page = world
                .page(after, 50, &EventFilter::default())
                .await
                .unwrap();
            after = Some(page.end());
            seen.extend(page.events.iter().map(|event| event.seq));
        }
        seen
    };

    let (written, seen) = tokio::join!(writers, reader);

    let mut written: Vec<i64> = written.into_iter().flatten().collect();
    written.sort_unstable();
    assert_eq!(written, (1..=199).collect::<Vec<i64>>());
    assert_eq!(
        seen, written,
        "a reader that asks for what comes next misses nothing"
    );
}

#[tokio::test]
async fn a_rolled_back_append_leaves_no_hole() {
    let world = World::start().await;
    world.append(TYPE, 2).await;

    let mut tx = world.db.write(world.tenant).await.unwrap();
    let lost = world
        .log
        .append(&mut tx, [an_event(TYPE).in_stream(STREAM)])
        .await
        .unwrap();
    tx.rollback().await.unwrap();
    let kept = world.append(TYPE, 1).await;

    assert_eq!((lost, kept), (vec![3], vec![3]));
    assert_eq!(world.everything().await.events.len(), 3);
}

#[tokio::test]
async fn any_number_of_events_is_one_statement_and_keeps_its_order() {
    let world = World::start().await;
    let events: Vec<_> = (0..20).map(|_| an_event(TYPE)).collect();
    let mut tx = world.db.write(world.tenant).await.unwrap();

    let recorded = events.iter().map(|event| event.in_stream(STREAM));
    let (seqs, tally) = database::statements::counted(world.log.append(&mut tx, recorded)).await;
    tx.commit().await.unwrap();

    assert_eq!(seqs.unwrap(), (1..=20).collect::<Vec<i64>>());
    assert_eq!(tally.statements(), 1);
    let page = world.everything().await;
    for (stored, event) in page.events.iter().zip(&events) {
        assert_eq!(stored.id, event.id);
        assert_eq!(stored.subjects, event.subjects);
        assert_eq!(stored.payload, event.payload);
        assert_eq!(stored.event_type, event.event_type);
    }
}

#[tokio::test]
async fn an_event_bears_its_own_trace_or_the_current_one() {
    let world = World::start().await;
    let (around, own) = (TraceContext::new_root(), TraceContext::new_root());
    let mut with_own = an_event(TYPE);
    with_own.trace = Some(own);
    let events = [an_event(TYPE), with_own];

    trace::scope(around, world.append_events(world.tenant, STREAM, &events)).await;

    let page = world.everything().await;
    assert_eq!(page.events[0].trace, Some(around.to_traceparent()));
    assert_eq!(page.events[1].trace, Some(own.to_traceparent()));
}

#[tokio::test]
async fn an_event_is_appended_with_its_entity_first_and_other_ids_after_it() {
    let world = World::start().await;
    let order_id: OrderId = ids::next(&UuidV7Generator);
    let customer: CustomerId = ids::next(&UuidV7Generator);
    let tx = world.db.write(world.tenant).await.unwrap();
    let confirmed = Recorded::at(now(), OrderConfirmedV1 { order_id });

    world
        .log
        .commit(tx, [confirmed.also_about(Some(customer))])
        .await
        .unwrap();

    let page = world.everything().await;
    assert_eq!(page.events[0].event_type, "order.confirmed.v1");
    assert_eq!(
        page.events[0].subjects,
        [order_id.to_string(), customer.to_string()]
    );
    assert_eq!(
        page.events[0].decode().unwrap(),
        Some(OrderConfirmedV1 { order_id })
    );
    assert!(page.events[0].decode::<OrderPlacedV1>().unwrap().is_none());
}

#[tokio::test]
async fn events_of_several_streams_are_committed_together_and_the_tenant_is_a_subject() {
    let world = World::start().await;
    let tx = world.db.write(world.tenant).await.unwrap();
    let suspended = Recorded::at(now(), TenantSuspendedV1 {});
    let other = an_event(TYPE).in_stream(STREAM);

    world.log.commit(tx, [suspended, other]).await.unwrap();

    let rows: Vec<(String, i64, Vec<String>)> =
        sqlx::query_as("SELECT stream, seq, subjects FROM events ORDER BY stream")
            .fetch_all(&mut world.database.superuser().await)
            .await
            .unwrap();
    assert_eq!(
        rows[0],
        ("accounts".to_owned(), 1, vec![world.tenant.to_string()])
    );
    assert_eq!((rows[1].0.as_str(), rows[1].1), (STREAM, 1));
}

/// A payload that JSON cannot express.
#[derive(Serialize, Deserialize)]
struct Unencodable(HashMap<(u8, u8), u8>);

impl Event for Unencodable {
    const TYPE: EventType = EventType {
        name: "order.unencodable.v1",
        ..OrderConfirmedV1::TYPE
    };

    fn subject(&self) -> Option<String> {
        Some("order_1".to_owned())
    }
}

#[tokio::test]
async fn a_payload_that_cannot_be_encoded_is_an_error_and_nothing_is_written() {
    let world = World::start().await;
    let tx = world.db.write(world.tenant).await.unwrap();
    let broken = Unencodable(HashMap::from([((1, 2), 3)]));

    let error = world
        .log
        .commit(
            tx,
            [
                an_event(TYPE).in_stream(STREAM),
                Recorded::at(now(), broken),
            ],
        )
        .await
        .unwrap_err();

    let text = service::log::chain(&error).to_string();
    assert!(
        text.contains("payload of order.unencodable.v1 cannot be encoded"),
        "{text}"
    );
    assert!(!error.is_retryable() && !error.is_unavailable());
    assert!(world.everything().await.events.is_empty());
}
