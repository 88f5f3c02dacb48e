//! Replay for a client that reconnects, and its cost for other clients.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;

use super::client::{EVENTS, Socket};
use super::stage::Stage;

#[tokio::test]
async fn events_of_a_replay_are_marked_and_live_ones_are_not() {
    let stage = Stage::start().await;
    for _ in 0..3 {
        stage.append_without_hint(1, 1, 1);
    }
    let mut socket = Socket::owner(&stage).await;

    socket
        .subscribe("1", EVENTS, json!({ "after": stage.cursor(1, 1) }))
        .await;

    for seq in [2, 3] {
        let extensions = socket.next().await["payload"]["extensions"].clone();
        let cursor = stage.cursor(1, seq);
        assert_eq!(extensions, json!({ "cursor": cursor, "replayed": true }));
    }
    let seq = stage.append_event(1, 1, 1);
    let extensions = socket.next().await["payload"]["extensions"].clone();
    assert_eq!(extensions, json!({ "cursor": stage.cursor(1, seq) }));
}

#[tokio::test]
async fn the_length_of_a_replay_is_limited() {
    let stage = Stage::start_with([("REPLAY_EVENTS", "5")]).await;
    for _ in 0..10 {
        stage.append_without_hint(1, 1, 1);
    }
    let mut socket = Socket::owner(&stage).await;

    socket
        .subscribe("far", EVENTS, json!({ "after": stage.cursor(1, 4) }))
        .await;
    let refused = socket.next().await;
    assert_eq!(refused["type"], "error");
    assert_eq!(
        refused["payload"][0]["extensions"],
        json!({ "code": "CURSOR_EXPIRED", "limit": 5 })
    );
    socket
        .subscribe("near", EVENTS, json!({ "after": stage.cursor(1, 5) }))
        .await;

    assert_eq!(socket.ids("near", 5).await.len(), 5);
}

/// Five hundred clients of one tenant reconnect at once. A client of another tenant waits for a few of their pages,
/// not for all; a live client waits for none.
#[tokio::test]
async fn a_storm_of_one_tenant_delays_neither_another_tenant_nor_live_events() {
    let stage = Stage::start_with([("CATCH_UPS", "4"), ("CATCH_UPS_PER_TENANT", "4")]).await;
    let mut live = Socket::owner(&stage).await;
    live.watch(&stage, "live", json!({})).await;
    stage.append_event(1, 1, 1);
    live.event("live").await;
    stage.append_without_hint(2, 1, 1);
    let pages_of = |slug: &str| {
        let of_tenant = |read: &super::log::Read| read.caller.tenant.slug == slug;
        stage.reads().into_iter().filter(of_tenant).count()
    };
    stage.state().delay = Duration::from_millis(20);
    let mut storm = Vec::new();
    for block in 0..25 {
        let token = stage.customer_token(1, 100 + block);
        let mut socket = Socket::signed_in(&stage, "kava", &token).await;
        for number in 0..20 {
            let after = json!({ "after": stage.cursor(1, 0) });
            socket.subscribe(&number.to_string(), EVENTS, after).await;
        }
        storm.push(socket);
    }
    testkit::eventually("the storm", || async {
        (stage.platform.hub().open_subscriptions() > 500).then_some(())
    })
    .await;

    let token = stage.owner_token(2, TimeDelta::minutes(5));
    let mut other = Socket::signed_in(&stage, "knyhy", &token).await;
    let before = pages_of("kava");
    other
        .subscribe("1", EVENTS, json!({ "after": stage.cursor(2, 0) }))
        .await;
    stage.append_event(1, 1, 1);
    let (resumed, delivered) = tokio::join!(other.ids("1", 1), live.ids("live", 1));
    let meanwhile = pages_of("kava") - before;

    assert_eq!(resumed, ["knyhy-orders-1"]);
    assert_eq!(delivered, ["kava-orders-2"]);
    assert!(meanwhile < 100, "{meanwhile} pages of the storm came first");
}
