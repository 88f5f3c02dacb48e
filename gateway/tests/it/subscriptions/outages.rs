//! Unavailable services delay subscriptions; no event is lost.

use std::time::Duration;

use serde_json::json;

use super::client::{EVENTS, Socket};
use super::stage::Stage;

#[tokio::test]
async fn a_router_that_is_down_only_delays() {
    let stage = Stage::start().await;
    let mut socket = Socket::owner(&stage).await;
    socket.watch(&stage, "1", json!({})).await;
    stage.append_event(1, 1, 1);
    socket.event("1").await;

    stage.state().router_down = true;
    for _ in 0..3 {
        stage.append_event(1, 1, 1);
    }
    socket.is_silent_for(Duration::from_millis(300)).await;
    stage.state().router_down = false;

    assert_eq!(
        socket.ids("1", 3).await,
        ["kava-orders-2", "kava-orders-3", "kava-orders-4"]
    );
}

#[tokio::test]
async fn a_subgraph_that_is_down_only_delays() {
    let stage = Stage::start_with([("HEADS_INTERVAL_MS", "100")]).await;
    let mut socket = Socket::owner(&stage).await;
    socket.watch(&stage, "1", json!({})).await;
    stage.append_event(1, 1, 1);
    socket.event("1").await;

    stage.state().subgraph_down = true;
    stage.append_event(1, 1, 1);
    stage.append_without_hint(1, 1, 1);
    socket.is_silent_for(Duration::from_millis(300)).await;
    stage.state().subgraph_down = false;

    assert_eq!(socket.ids("1", 2).await, ["kava-orders-2", "kava-orders-3"]);
}

#[tokio::test]
async fn a_resuming_client_waits_for_a_router_that_is_down() {
    let stage = Stage::start().await;
    stage.append_without_hint(1, 1, 1);
    stage.state().router_down = true;
    let mut socket = Socket::owner(&stage).await;

    socket
        .subscribe("1", EVENTS, json!({ "after": stage.cursor(1, 0) }))
        .await;
    socket.is_silent_for(Duration::from_millis(300)).await;
    stage.state().router_down = false;

    assert_eq!(socket.ids("1", 1).await, ["kava-orders-1"]);
}

#[tokio::test]
async fn after_the_retry_timeout_the_client_is_asked_to_reconnect() {
    let stage = Stage::start_with([("PATIENCE_MS", "300")]).await;
    let mut socket = Socket::owner(&stage).await;
    socket.watch(&stage, "1", json!({})).await;
    stage.append_event(1, 1, 1);
    socket.event("1").await;

    stage.state().router_down = true;
    stage.append_event(1, 1, 1);

    assert_eq!(socket.close_code().await, 1013);
}

#[tokio::test]
async fn an_event_that_fails_temporarily_is_retried() {
    let stage = Stage::start().await;
    stage.state().poison.insert(1, 2);
    let mut socket = Socket::owner(&stage).await;
    socket.watch(&stage, "1", json!({})).await;

    stage.append_event(1, 1, 1);

    assert_eq!(socket.ids("1", 1).await, ["kava-orders-1"]);
}

#[tokio::test]
async fn an_event_that_fails_permanently_is_delivered_as_an_error_and_the_others_arrive() {
    let stage = Stage::start().await;
    for _ in 0..5 {
        stage.append_without_hint(1, 1, 1);
    }
    stage.state().poison.insert(3, usize::MAX);
    let mut socket = Socket::owner(&stage).await;

    socket
        .subscribe("1", EVENTS, json!({ "after": stage.cursor(1, 0) }))
        .await;

    assert_eq!(socket.ids("1", 2).await, ["kava-orders-1", "kava-orders-2"]);
    let failed = socket.next().await;
    assert_eq!(failed["type"], "next");
    assert_eq!(failed["payload"]["data"], json!(null));
    assert_eq!(
        failed["payload"]["errors"][0]["path"],
        json!(["orderEvents", "type"])
    );
    assert_eq!(
        failed["payload"]["extensions"]["cursor"],
        stage.cursor(1, 3)
    );
    assert_eq!(socket.ids("1", 2).await, ["kava-orders-4", "kava-orders-5"]);
    stage.state().poison.insert(6, usize::MAX);
    stage.append_event(1, 1, 1);
    stage.append_event(1, 1, 1);
    assert_eq!(
        socket.next().await["payload"]["extensions"]["cursor"],
        stage.cursor(1, 6)
    );
    assert_eq!(socket.ids("1", 1).await, ["kava-orders-7"]);
}

#[tokio::test]
async fn a_gap_in_the_feed_is_retried_and_then_skipped() {
    let stage = Stage::start().await;
    let mut socket = Socket::owner(&stage).await;
    socket.watch(&stage, "1", json!({})).await;
    stage.append_event(1, 1, 1);
    socket.event("1").await;

    // Omitted once: nothing is lost. Omitted permanently: the events after it arrive.
    for times in [1, 1_000] {
        let next = stage.append_without_hint(1, 1, 1);
        stage.state().gaps.insert(next, times);
        stage.append_event(1, 1, 1);
        if times == 1 {
            assert_eq!(socket.ids("1", 2).await.len(), 2);
        } else {
            let (cursor, _) = socket.event("1").await;
            assert_eq!(cursor, stage.cursor(1, next + 1));
        }
    }
}
