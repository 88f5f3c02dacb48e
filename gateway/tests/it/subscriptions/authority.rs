//! What a caller may see, over time.

use std::time::Duration;

use chrono::TimeDelta;
use gateway::subscriptions::subscriber::Ending;
use serde_json::json;

use super::client::EVENTS;
use super::client::Socket;
use super::log::Stage;

#[tokio::test]
async fn is_checked_when_the_subscription_begins() {
    let stage = Stage::start().await;
    stage.state().refusal = Some("FORBIDDEN");
    let mut socket = Socket::anonymous(&stage).await;

    socket.subscribe("1", EVENTS, json!({})).await;

    assert_eq!(socket.refused("1").await, "FORBIDDEN");
}

#[tokio::test]
async fn is_checked_at_replay() {
    let stage = Stage::start().await;
    stage.happens_silently(1, 1, 1);
    stage.state().refusal = Some("FORBIDDEN");
    let mut socket = Socket::owner(&stage).await;

    socket
        .subscribe("1", EVENTS, json!({ "after": stage.cursor(1, 0) }))
        .await;

    assert_eq!(socket.refused("1").await, "FORBIDDEN");
}

#[tokio::test]
async fn is_checked_at_each_event() {
    let stage = Stage::start().await;
    let mut socket = Socket::owner(&stage).await;
    socket.watch(&stage, "1", json!({})).await;
    stage.happens(1, 1, 1);
    socket.event("1").await;

    stage.state().refusal = Some("FORBIDDEN");
    stage.happens(1, 1, 1);

    assert_eq!(socket.refused("1").await, "FORBIDDEN");
}

#[tokio::test]
async fn ends_with_the_token() {
    let stage = Stage::start().await;
    let token = stage.owner_token(1, TimeDelta::seconds(2));
    let mut socket = Socket::signed_in(&stage, "kava", &token).await;
    socket.watch(&stage, "1", json!({})).await;

    assert_eq!(socket.close_code().await, 4403);
}

#[tokio::test]
async fn ends_at_once_for_those_who_are_revoked_and_only_for_them() {
    let stage = Stage::start().await;
    let mut revoked = Socket::owner(&stage).await;
    revoked.watch(&stage, "1", json!({})).await;
    let token = stage.customer_token(1, 5);
    let mut other = Socket::signed_in(&stage, "kava", &token).await;
    other.watch(&stage, "1", json!({})).await;

    let hub = &stage.platform.app.hub;
    hub.end_where(
        |principal| principal.caller.staff_member().is_some(),
        &Ending::Revoked,
    );
    assert_eq!(revoked.close_code().await, 4403);
    stage.happens(1, 1, 5);

    assert_eq!(other.ids("1", 1).await, ["kava-orders-1"]);
    other.is_silent_for(Duration::from_millis(50)).await;
}
