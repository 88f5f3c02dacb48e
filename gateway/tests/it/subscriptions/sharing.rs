//! Which subscribers share a read, and which never do.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;

use super::client::{EVENTS, Socket};
use super::stage::{Stage, order_id};

#[tokio::test]
async fn equal_subscribers_share_one_read() {
    let stage = Stage::start().await;
    let mut sockets = Vec::new();
    for _ in 0..20 {
        let mut socket = Socket::owner(&stage).await;
        socket.watch(&stage, "1", json!({})).await;
        sockets.push(socket);
        if sockets.len() == 1 {
            stage.append_event(1, 9, 9);
            sockets[0].event("1").await;
        }
    }
    let before = stage.reads().len();

    stage.append_event(1, 1, 1);
    for socket in &mut sockets {
        assert_eq!(socket.ids("1", 1).await, ["kava-orders-2"]);
    }

    assert_eq!(stage.reads().len() - before, 1);
}

#[tokio::test]
async fn a_thousand_watchers_of_their_own_order_cost_one_read_per_event() {
    let stage = Stage::start().await;
    let mut sockets = Vec::new();
    for block in 0..10 {
        let mut socket = Socket::owner(&stage).await;
        for number in 0..20 {
            let order = block * 20 + number;
            let filter = json!({ "filter": { "orderId": order_id(order) } });
            socket.watch(&stage, &format!("o{order}"), filter).await;
        }
        sockets.push(socket);
    }
    // Every new group has read once to check its permission.
    testkit::eventually("all to be live", || async {
        (stage.reads().len() == 200).then_some(())
    })
    .await;

    stage.append_event(1, 57, 1);
    assert_eq!(sockets[2].ids("o57", 1).await, ["kava-orders-1"]);

    assert_eq!(stage.reads().len(), 201);
}

/// As after a restart: all subscribers resume from the same position.
#[tokio::test]
async fn concurrent_resumes_from_one_position_share_the_pages() {
    let stage = Stage::start_with([("PAGE_EVENTS", "10")]).await;
    for _ in 0..30 {
        stage.append_without_hint(1, 1, 1);
    }
    stage.state().delay = Duration::from_millis(300);
    let after = json!({ "after": stage.cursor(1, 0) });
    let mut sockets = Vec::new();
    for _ in 0..20 {
        let mut socket = Socket::owner(&stage).await;
        socket.subscribe("1", EVENTS, after.clone()).await;
        sockets.push(socket);
    }

    let all: Vec<_> = (1..=30).map(|seq| format!("kava-orders-{seq}")).collect();
    for socket in &mut sockets {
        assert_eq!(socket.ids("1", 30).await, all);
    }

    let reads = stage.reads().len();
    // Three pages, and a few more for clients whose socket took longer than a read.
    assert!(reads < 20, "{reads} reads for 20 subscribers");
}

/// A shared page read continues when the subscriber that started it leaves.
#[tokio::test]
async fn a_shared_page_read_continues_when_the_first_subscriber_leaves() {
    let stage = Stage::start().await;
    stage.append_without_hint(1, 1, 1);
    let mut first = Socket::owner(&stage).await;
    let mut second = Socket::owner(&stage).await;
    stage.state().delay = Duration::from_millis(300);
    let after = json!({ "after": stage.cursor(1, 0) });
    let open = async |number| {
        testkit::eventually("subscriptions", || async {
            (stage.platform.hub().open_subscriptions() == number).then_some(())
        })
        .await;
    };
    first.subscribe("1", EVENTS, after.clone()).await;
    open(1).await;
    second.subscribe("1", EVENTS, after).await;
    open(2).await;

    drop(first);

    assert_eq!(second.ids("1", 1).await, ["kava-orders-1"]);
    assert_eq!(stage.reads().len(), 1);
}

#[tokio::test]
async fn different_callers_never_share() {
    let stage = Stage::start().await;
    let mut sockets = Vec::new();
    for number in [1, 2] {
        let token = stage.customer_token(1, number);
        let mut socket = Socket::signed_in(&stage, "kava", &token).await;
        socket.watch(&stage, "1", json!({})).await;
        sockets.push(socket);
    }
    let mut owner = Socket::owner(&stage).await;
    owner.watch(&stage, "1", json!({})).await;

    stage.append_event(1, 1, 1);
    stage.append_event(1, 2, 2);

    assert_eq!(sockets[0].ids("1", 1).await, ["kava-orders-1"]);
    assert_eq!(sockets[1].ids("1", 1).await, ["kava-orders-2"]);
    assert_eq!(owner.ids("1", 2).await, ["kava-orders-1", "kava-orders-2"]);
    for read in stage.reads() {
        assert_eq!(read.caller.tenant.slug, "kava");
    }
}

/// Equal order numbers, subscriptions and positions: no event of one tenant reaches the other.
#[tokio::test]
async fn tenants_are_isolated() {
    let stage = Stage::start().await;
    let mut sockets = Vec::new();
    for (tenant, slug) in [(1, "kava"), (2, "knyhy")] {
        let token = stage.owner_token(tenant, TimeDelta::minutes(15));
        let mut socket = Socket::signed_in(&stage, slug, &token).await;
        socket.watch(&stage, "all", json!({})).await;
        socket
            .watch(
                &stage,
                "one",
                json!({ "filter": { "orderId": order_id(1) } }),
            )
            .await;
        sockets.push((slug, socket, 0));
    }

    for number in 0..200_u128 {
        let tenant = rand::random_range(1..=2);
        stage.append_event(tenant, number % 3, 1);
        let of_one = usize::from(number % 3 == 1);
        sockets[usize::try_from(tenant - 1).unwrap()].2 += 1 + of_one;
    }

    for (slug, socket, count) in &mut sockets {
        for _ in 0..*count {
            let message = socket.next().await;
            let id = message["payload"]["data"]["orderEvents"]["id"]
                .as_str()
                .unwrap()
                .to_owned();
            assert!(
                id.starts_with(&format!("{slug}-orders-")),
                "{slug} got {id}"
            );
        }
        socket.is_silent_for(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn idle_streams_are_polled_in_one_call_and_then_removed() {
    let stage = Stage::start_with([("HEADS_INTERVAL_MS", "50"), ("IDLE_STREAM_MS", "100")]).await;
    let mut socket = Socket::owner(&stage).await;
    socket.watch(&stage, "1", json!({})).await;
    testkit::eventually("polls", || async {
        (stage.state().heads_calls > 3).then_some(())
    })
    .await;

    drop(socket);

    testkit::eventually("no more polls", || async {
        let before = stage.state().heads_calls;
        tokio::time::sleep(Duration::from_millis(300)).await;
        (stage.state().heads_calls == before).then_some(())
    })
    .await;
}
