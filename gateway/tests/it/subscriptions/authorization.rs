//! Authorization of a caller over the life of a subscription.

use chrono::TimeDelta;
use serde_json::json;

use super::client::{EVENTS, Socket};
use super::stage::Stage;

#[tokio::test]
async fn is_checked_when_the_subscription_begins() {
    let stage = Stage::start().await;
    stage.state().refusal = Some("FORBIDDEN");
    let mut socket = Socket::anonymous(&stage).await;

    socket.subscribe("1", EVENTS, json!({})).await;

    // A position is sent without a permission check.
    socket.position("1").await;
    assert_eq!(socket.refused("1").await, "FORBIDDEN");
}

#[tokio::test]
async fn is_checked_at_replay() {
    let stage = Stage::start().await;
    stage.append_without_hint(1, 1, 1);
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
    stage.append_event(1, 1, 1);
    socket.event("1").await;

    stage.state().refusal = Some("FORBIDDEN");
    stage.append_event(1, 1, 1);

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
