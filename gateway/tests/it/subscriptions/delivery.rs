//! Events arrive in order, and a client that resumes misses none.

use std::time::{Duration, Instant};

use messaging::{Broker, BrokerConfig, Hint, Publisher, Topology};
use serde_json::json;

use super::client::{EVENTS, Socket};
use super::stage::Stage;
use crate::platform::tenant_id;

fn expected(range: std::ops::RangeInclusive<i64>) -> Vec<String> {
    range.map(|seq| format!("kava-orders-{seq}")).collect()
}

#[tokio::test]
async fn an_event_arrives_with_its_cursor() {
    let stage = Stage::start().await;
    stage.append_without_hint(1, 1, 1);
    let mut socket = Socket::owner(&stage).await;
    socket.watch(&stage, "1", json!({})).await;

    let seq = stage.append_event(1, 2, 1);

    let cursor = stage.cursor(1, seq);
    assert_eq!(
        socket.event("1").await,
        (cursor, "kava-orders-2".to_owned())
    );
}

#[tokio::test]
async fn a_client_that_disconnects_before_its_first_event_misses_nothing() {
    let stage = Stage::start().await;
    stage.append_without_hint(1, 1, 1);
    let mut socket = Socket::owner(&stage).await;
    let begin = socket.watch(&stage, "1", json!({})).await.unwrap();
    drop(socket);
    stage.append_event(1, 1, 1);

    let mut socket = Socket::owner(&stage).await;
    socket.watch(&stage, "1", json!({ "after": begin })).await;

    assert_eq!(begin, stage.cursor(1, 1));
    assert_eq!(socket.ids("1", 1).await, ["kava-orders-2"]);
}

#[tokio::test]
async fn events_have_the_alias_of_the_client() {
    let stage = Stage::start().await;
    let mut socket = Socket::owner(&stage).await;
    socket
        .subscribe("1", "subscription { mine: orderEvents { id } }", json!({}))
        .await;
    socket.position("1").await;

    stage.append_event(1, 1, 1);

    assert_eq!(
        socket.next().await["payload"]["data"]["mine"]["id"],
        "kava-orders-1"
    );
}

#[tokio::test]
async fn a_burst_arrives_completely_and_in_order() {
    let stage = Stage::start().await;
    let mut socket = Socket::owner(&stage).await;
    socket.watch(&stage, "1", json!({})).await;

    for _ in 0..500 {
        stage.append_event(1, 1, 1);
    }

    assert_eq!(socket.ids("1", 500).await, expected(1..=500));
    let reads = stage.reads().len();
    assert!(
        reads < 100,
        "events that wait together are read together, not in {reads} reads"
    );
}

#[tokio::test]
async fn a_lost_hint_costs_at_most_a_poll() {
    let stage = Stage::start_with([("HEADS_INTERVAL_MS", "200")]).await;
    let mut socket = Socket::owner(&stage).await;
    socket.watch(&stage, "1", json!({})).await;

    stage.append_without_hint(1, 1, 1);

    assert_eq!(socket.ids("1", 1).await, expected(1..=1));
}

#[tokio::test]
async fn hints_come_from_the_broker() {
    let url = testkit::amqp_url();
    let stage = Stage::start_with([
        ("HEADS_INTERVAL_MS", "3600000"),
        ("BROKER__URL", url.as_str()),
    ])
    .await;
    let tasks = service::Tasks::new();
    let broker = Broker::connect(&BrokerConfig::new(url.as_str()), "hints of a test", &tasks);
    broker.declare_topology(&Topology::platform());
    assert!(broker.ready(Duration::from_secs(10)).await);
    let publisher = Publisher::new(&broker);
    let mut socket = Socket::owner(&stage).await;
    socket.watch(&stage, "1", json!({})).await;

    let seq = stage.append_without_hint(1, 1, 1);
    let hint = Hint {
        tenant: tenant_id(1),
        stream: "orders".to_owned(),
        seq,
    };
    // A hint may be lost, and is lost while the gateway is still connecting.
    let hinting = async {
        loop {
            publisher.publish_hint(&hint).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::select! {
        ids = socket.ids("1", 1) => assert_eq!(ids, expected(1..=1)),
        () = hinting => unreachable!("sends hints until it is cancelled"),
    }

    assert!(tasks.shutdown(Duration::from_secs(5)).await);
}

#[tokio::test]
async fn a_hint_wakes_the_tail_at_once() {
    let stage = Stage::start_with([("HEADS_INTERVAL_MS", "60000")]).await;
    let mut socket = Socket::owner(&stage).await;
    socket.watch(&stage, "1", json!({})).await;
    let mut slowest = Duration::ZERO;

    for _ in 0..20 {
        let begin = Instant::now();
        stage.append_event(1, 1, 1);
        socket.event("1").await;
        slowest = slowest.max(begin.elapsed());
    }

    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
}

#[tokio::test]
async fn resuming_replays_events_after_the_cursor_and_continues_live() {
    let stage = Stage::start().await;
    for _ in 0..230 {
        stage.append_without_hint(1, 1, 1);
    }
    let mut socket = Socket::owner(&stage).await;

    socket
        .subscribe("1", EVENTS, json!({ "after": stage.cursor(1, 7) }))
        .await;

    assert_eq!(socket.ids("1", 223).await, expected(8..=230));
    assert!(
        stage.reads().iter().all(|read| read.first <= 50),
        "page by page"
    );
    stage.append_event(1, 1, 1);
    assert_eq!(socket.ids("1", 1).await, expected(231..=231));
}

#[tokio::test]
async fn the_start_of_the_log_is_a_valid_position() {
    let stage = Stage::start().await;
    stage.append_without_hint(1, 1, 1);
    let mut socket = Socket::owner(&stage).await;

    socket
        .subscribe("1", EVENTS, json!({ "after": stage.cursor(1, 0) }))
        .await;

    assert_eq!(socket.ids("1", 1).await, expected(1..=1));
}

/// Resumes at random positions while events are appended: the union of all deliveries is the log.
#[tokio::test]
async fn reconnecting_under_load_misses_nothing() {
    let stage = Stage::start().await;
    let total: i64 = 1_500;
    let writer = async {
        for number in 0..total {
            stage.append_event(1, 1, 1);
            if number % 25 == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    };
    let reader = async {
        let mut seen: Vec<String> = Vec::new();
        let mut cursor = stage.cursor(1, 0);
        for round in 1.. {
            let left = usize::try_from(total).unwrap() - seen.len();
            if left == 0 {
                break;
            }
            let mut socket = Socket::owner(&stage).await;
            socket
                .subscribe("1", EVENTS, json!({ "after": cursor }))
                .await;
            for _ in 0..left.min((round * 37) % 200) {
                let (next, id) = socket.event("1").await;
                cursor = next;
                seen.push(id);
            }
        }
        seen
    };

    let ((), seen) = tokio::join!(writer, reader);

    assert_eq!(seen, expected(1..=total));
}

#[tokio::test]
async fn an_event_that_the_caller_may_not_see_is_skipped() {
    let stage = Stage::start().await;
    stage.state().hidden.extend([2, 3]);
    let mut socket = Socket::owner(&stage).await;
    socket.watch(&stage, "1", json!({})).await;

    for _ in 0..4 {
        stage.append_event(1, 1, 1);
    }

    assert_eq!(socket.ids("1", 2).await, ["kava-orders-1", "kava-orders-4"]);
}

#[tokio::test]
async fn a_quiet_subscription_receives_its_position() {
    let stage = Stage::start_with([("HEARTBEAT_MS", "300")]).await;
    let mut socket = Socket::owner(&stage).await;
    let one = super::stage::order_id(1);
    socket
        .watch(&stage, "quiet", json!({ "filter": { "orderId": one } }))
        .await;

    let seq = stage.append_event(1, 2, 1);

    let cursor = stage.cursor(1, seq);
    assert_eq!(
        socket.next().await,
        json!({ "type": "ping", "payload": { "cursors": { "quiet": cursor } } })
    );
}

#[tokio::test]
async fn a_slow_client_loses_nothing_and_delays_no_other_client() {
    let stage = Stage::start_with([("QUEUE_EVENTS", "20"), ("OVERFLOWS", "1000000")]).await;
    stage.state().padding = 8 * 1024;
    let mut slow = Socket::owner(&stage).await;
    slow.watch(&stage, "slow", json!({})).await;
    let mut fast = Socket::owner(&stage).await;
    fast.watch(&stage, "fast", json!({})).await;

    // Far more than the buffers of the connection.
    for _ in 0..2_000 {
        stage.append_event(1, 1, 1);
    }

    assert_eq!(fast.ids("fast", 2_000).await.len(), 2_000);
    let ids = slow.ids("slow", 2_000).await;
    for (seq, id) in (1..).zip(ids) {
        assert!(id.starts_with(&format!("kava-orders-{seq}x")), "{seq}");
    }
}

#[tokio::test]
async fn a_client_that_never_keeps_up_is_disconnected_retriably() {
    let stage = Stage::start_with([("QUEUE_EVENTS", "1"), ("OVERFLOWS", "1")]).await;
    let mut socket = Socket::owner(&stage).await;
    socket.watch(&stage, "1", json!({})).await;

    let feeding = async {
        loop {
            for _ in 0..50 {
                stage.append_event(1, 1, 1);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let code = tokio::select! {
        code = socket.close_code() => code,
        () = feeding => unreachable!("appends events until it is cancelled"),
    };

    assert_eq!(code, 1013);
}
