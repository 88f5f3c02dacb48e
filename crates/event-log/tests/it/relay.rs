use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use event_contracts::exchange;
use event_contracts::queues::Queue;
use event_log::relay;
use event_log::relay::RelayOptions;
use futures_util::StreamExt as _;
use messaging::{Broker, BrokerConfig, Publisher, Topology};
use service::{Tasks, TraceContext, trace};

use crate::gate::{Gate, host_and_port};
use crate::world::{Received, STREAM, World, a_type, an_event, fresh_name};

/// A relay of a platform in which one queue receives these types.
pub fn options(event_types: &[&'static str]) -> RelayOptions {
    let event_types: Vec<_> = event_types.iter().map(|t| a_type(t, STREAM)).collect();
    let queue = Queue {
        name: "test",
        service: "test",
        event_types: event_types.leak(),
        effect: "",
    };
    RelayOptions {
        source: "/orders",
        queues: vec![queue].leak(),
    }
}

/// Waits until every relay position has reached `seq`.
pub async fn wait_until_published(world: &World, seq: i64) {
    let mut connection = world.database.superuser().await;
    for _ in 0..1_000 {
        let published: Option<i64> = sqlx::query_scalar("SELECT MIN(seq) FROM relay_positions")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        if published >= Some(seq) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{seq} was not published");
}

async fn a_queue(broker: &Broker, event_type: &str) -> &'static str {
    let queue = fresh_name("test");
    broker.declare_topology(
        &Topology::platform().with_queue(queue, exchange::ALL.map(|name| (name, event_type))),
    );
    assert!(broker.ready(Duration::from_secs(20)).await);
    queue
}

fn run(world: &World, broker: &Broker, wanted: &[&'static str]) {
    relay::run(
        world.platform.clone(),
        Publisher::new(broker),
        options(wanted),
        &world.tasks,
    );
}

#[tokio::test]
async fn events_are_published_in_order_as_cloudevents_and_once() {
    let world = World::start().await;
    let broker = world.broker();
    let event_type = fresh_name("wanted");
    let queue = a_queue(&broker, event_type).await;
    let received = Received::from(&broker, queue);
    let context = TraceContext::new_root();
    let first = an_event(event_type);
    let events = [first.clone()];
    trace::scope(context, world.append_events(world.tenant, STREAM, &events)).await;
    world.append(event_type, 249).await;

    run(&world, &broker, &[event_type]);
    received.wait_for(250).await;
    world.append(event_type, 1).await;
    received.wait_for(251).await;
    wait_until_published(&world, 251).await;

    assert_eq!(received.seqs(), (1..=251).collect::<Vec<i64>>());
    let envelope = &received.all()[0];
    assert_eq!(envelope.specversion, "1.0");
    assert_eq!(envelope.id, first.id);
    assert_eq!(envelope.source, "/orders");
    assert_eq!(envelope.event_type, event_type);
    assert_eq!(envelope.subject, first.subjects[0]);
    assert_eq!(envelope.tenantid, world.tenant);
    assert_eq!(envelope.stream, STREAM);
    assert_eq!(envelope.data, first.payload);
    assert_eq!(envelope.traceparent, Some(context.to_traceparent()));
    broker.delete_queue(queue).await.unwrap();
    world.end().await;
}

#[tokio::test]
async fn a_restarted_relay_continues_after_its_position() {
    let world = World::start().await;
    let broker = world.broker();
    let event_type = fresh_name("wanted");
    let queue = a_queue(&broker, event_type).await;
    let received = Received::from(&broker, queue);
    let first = Tasks::new();
    world.append(event_type, 5).await;
    relay::run(
        world.platform.clone(),
        Publisher::new(&broker),
        options(&[event_type]),
        &first,
    );
    received.wait_for(5).await;
    wait_until_published(&world, 5).await;
    assert!(first.shutdown(Duration::from_secs(10)).await);

    world.append(event_type, 5).await;
    run(&world, &broker, &[event_type]);
    received.wait_for(10).await;
    wait_until_published(&world, 10).await;

    assert_eq!(received.seqs(), (1..=10).collect::<Vec<i64>>());
    broker.delete_queue(queue).await.unwrap();
    world.end().await;
}

#[tokio::test]
async fn an_unroutable_event_waits_without_blocking_other_streams() {
    let world = World::start().await;
    let broker = world.broker();
    let (lost_type, fine_type) = (fresh_name("wanted"), fresh_name("wanted"));
    let fine_queue = a_queue(&broker, fine_type).await;
    let fine = Received::from(&broker, fine_queue);
    run(&world, &broker, &[lost_type, fine_type]);
    let lost: Vec<_> = (0..3).map(|_| an_event(lost_type)).collect();
    let others: Vec<_> = (0..3).map(|_| an_event(fine_type)).collect();

    world.append_events(world.tenant, "stock", &lost).await;
    world.append_events(world.tenant, STREAM, &others).await;
    fine.wait_for(3).await;
    let lost_queue = a_queue(&broker, lost_type).await;
    let found = Received::from(&broker, lost_queue);
    found.wait_for(3).await;
    wait_until_published(&world, 3).await;

    let ids: BTreeSet<_> = found.all().iter().map(|e| e.id).collect();
    assert_eq!(ids, lost.iter().map(|e| e.id).collect());
    broker.delete_queue(lost_queue).await.unwrap();
    broker.delete_queue(fine_queue).await.unwrap();
    world.end().await;
}

/// A6: an older relay meets a stream of a newer version of its service. It must not guess an exchange.
#[tokio::test]
async fn an_event_of_an_unknown_stream_reaches_no_exchange_and_waits() {
    let world = World::start().await;
    let broker = world.broker();
    let (unknown_type, fine_type) = (fresh_name("cart"), fresh_name("wanted"));
    let (anywhere, fine_queue) = (
        a_queue(&broker, unknown_type).await,
        a_queue(&broker, fine_type).await,
    );
    let misrouted = Received::from(&broker, anywhere);
    let fine = Received::from(&broker, fine_queue);
    run(&world, &broker, &[fine_type]);

    world
        .append_events(world.tenant, "carts", &[an_event(unknown_type)])
        .await;
    world.append(fine_type, 3).await;
    fine.wait_for(3).await;
    world.append(fine_type, 1).await;
    fine.wait_for(4).await;

    let positions: Vec<String> = sqlx::query_scalar("SELECT stream FROM relay_positions")
        .fetch_all(&mut world.database.superuser().await)
        .await
        .unwrap();
    assert_eq!(positions, [STREAM], "the event stays in the log");
    assert!(misrouted.all().is_empty());
    broker.delete_queue(anywhere).await.unwrap();
    broker.delete_queue(fine_queue).await.unwrap();
    world.end().await;
}

#[tokio::test]
async fn events_wait_while_the_broker_is_unavailable() {
    let world = World::start().await;
    let broker = world.broker();
    let event_type = fresh_name("wanted");
    let queue = a_queue(&broker, event_type).await;
    let received = Received::from(&broker, queue);
    let url = testkit::amqp_url();
    let target = host_and_port(&url);
    let gate = Gate::to(&target, &world.tasks).await;
    let through = BrokerConfig::new(gate.url(&url, &target));
    let shaky = Broker::connect(&through, "test", &world.tasks);
    run(&world, &shaky, &[event_type]);
    world.append(event_type, 3).await;
    received.wait_for(3).await;

    gate.close();
    for _ in 0..10 {
        world.append(event_type, 5).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!shaky.is_connected());
    gate.open();
    wait_until_published(&world, 53).await;
    gate.fall_silent();
    world.append(event_type, 5).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    gate.open();
    wait_until_published(&world, 58).await;

    let seqs: BTreeSet<i64> = received.seqs().into_iter().collect();
    assert_eq!(seqs, (1..=58).collect());
    broker.delete_queue(queue).await.unwrap();
    world.end().await;
}

#[tokio::test]
async fn one_relay_is_active_and_a_standby_takes_over() {
    let world = World::start().await;
    let broker = world.broker();
    let event_type = fresh_name("wanted");
    let queue = a_queue(&broker, event_type).await;
    let received = Received::from(&broker, queue);
    let first = Tasks::new();
    relay::run(
        world.platform.clone(),
        Publisher::new(&broker),
        options(&[event_type]),
        &first,
    );
    world.append(event_type, 20).await;
    received.wait_for(20).await;
    run(&world, &broker, &[event_type]);
    world.append(event_type, 20).await;
    received.wait_for(40).await;
    assert_eq!(
        received.seqs(),
        (1..=40).collect::<Vec<i64>>(),
        "no event was published twice"
    );

    assert!(first.shutdown(Duration::from_secs(10)).await);
    world.append(event_type, 20).await;
    received.wait_for(60).await;

    broker.delete_queue(queue).await.unwrap();
    world.end().await;
}

/// Simulates a process that is killed at any moment: its runtime is dropped while the relay works.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_is_killed_repeatedly_loses_no_event() {
    let world = World::start().await;
    let broker = world.broker();
    let event_type = fresh_name("wanted");
    let queue = a_queue(&broker, event_type).await;
    let received = Received::from(&broker, queue);

    for round in 0..12_u64 {
        world.append(event_type, 40).await;
        let platform = world.database.config();
        let killed = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let tasks = Tasks::new();
                let url = BrokerConfig::new(testkit::amqp_url());
                let broker = Broker::connect(&url, "test", &tasks);
                let platform = database::PlatformDb::connect(&platform).unwrap();
                relay::run(
                    platform,
                    Publisher::new(&broker),
                    options(&[event_type]),
                    &tasks,
                );
                broker.ready(Duration::from_secs(10)).await;
                tokio::time::sleep(Duration::from_millis(round * 13)).await;
            });
            runtime.shutdown_background();
        });
        killed.join().unwrap();
    }
    run(&world, &broker, &[event_type]);
    wait_until_published(&world, 480).await;

    let mut newest = 0;
    testkit::eventually("all events", async || {
        let seen: BTreeSet<i64> = received.seqs().into_iter().collect();
        (seen.len() == 480).then_some(())
    })
    .await;
    for seq in received.seqs() {
        assert!(seq <= newest + 1, "{seq} came before {}", newest + 1);
        newest = newest.max(seq);
    }
    broker.delete_queue(queue).await.unwrap();
    world.end().await;
}

#[tokio::test]
async fn a_hint_is_sent_soon_after_the_waker_is_notified() {
    let world = World::start().await;
    let broker = world.broker();
    let stream = fresh_name("stream");
    let mut hints = broker.subscribe_hints([stream]);
    let event_type = "order.hinted.v1";
    run(&world, &broker, &[]);
    // Repeats until relay, listener and subscription are ready.
    for attempt in 0.. {
        world
            .append_events(world.tenant, stream, &[an_event(event_type)])
            .await;
        if tokio::time::timeout(Duration::from_millis(200), hints.next())
            .await
            .is_ok()
        {
            break;
        }
        assert!(attempt < 100, "no hint arrived");
    }
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    while tokio::time::timeout(Duration::from_millis(10), hints.next())
        .await
        .is_ok()
    {}

    let mut slowest = Duration::ZERO;
    for _ in 0..5 {
        let seqs = world
            .append_events(world.tenant, stream, &[an_event(event_type)])
            .await;
        world.log.wake();
        let committed = Instant::now();
        let hint = hints.next().await.unwrap();
        slowest = slowest.max(committed.elapsed());
        assert_eq!((hint.tenant, hint.seq), (world.tenant, seqs[0]));
    }

    assert!(slowest < Duration::from_millis(500), "{slowest:?}");
    world.end().await;
}
