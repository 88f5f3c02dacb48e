use std::sync::Arc;

use event_log::EventFilter;
use futures_util::future::join_all;
use service::{TraceContext, trace};
use tokio::sync::Semaphore;

use crate::world::{STREAM, World, an_event};

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
    let lost = event_log::append(&mut tx, STREAM, &[an_event(TYPE)])
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

    let (seqs, tally) =
        database::statements::counted(event_log::append(&mut tx, STREAM, &events)).await;
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
async fn an_event_without_subject_is_refused() {
    let world = World::start().await;
    let mut event = an_event(TYPE);
    event.subjects.clear();
    let mut tx = world.db.write(world.tenant).await.unwrap();

    let error = event_log::append(&mut tx, STREAM, &[event])
        .await
        .unwrap_err();

    assert_eq!(error.constraint(), Some("events_have_a_subject"));
}
