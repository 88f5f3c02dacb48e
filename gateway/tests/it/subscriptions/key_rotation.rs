//! Rotation of cursor keys does not disconnect clients: first every gateway knows the new key, then it signs, and the
//! old key is removed when its cursors no longer matter. Each gateway here has the settings of one step.

use event_cursor::{CursorKeys, Position};
use serde_json::json;

use super::client::{EVENTS, EventStream, Socket, owner_request};
use super::log::KEYS;
use super::stage::Stage;
use crate::platform::tenant_id;

const NEW: &str = "k2:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn ring(keys: [&str; 2]) -> String {
    keys.join(",")
}

/// The cursor of a position, signed with the first key of a ring.
fn signed(keys: &str, seq: i64, stage: &Stage) -> String {
    let keys = CursorKeys::parse(keys).unwrap();
    let epoch = stage.state().epoch;
    event_cursor::encode(&keys, tenant_id(1), "orders", Position { epoch, seq })
}

/// A gateway and subgraphs with these keys, on top of a log of three events.
async fn gateway_with(keys: &str) -> Stage {
    let stage = Stage::start_with([("CURSOR__KEYS", keys)]).await;
    stage.log.use_keys(keys);
    for _ in 0..3 {
        stage.append_without_hint(1, 1, 1);
    }
    stage
}

#[tokio::test]
async fn a_running_subscription_continues_when_subgraphs_sign_with_the_new_key() {
    let stage = gateway_with(&ring([KEYS, NEW])).await;
    let mut socket = Socket::owner(&stage).await;
    socket.watch(&stage, "1", json!({})).await;
    let old = stage.append_event(1, 1, 1);
    let (before, _) = socket.event("1").await;
    assert_eq!(before, signed(KEYS, old, &stage));

    stage.log.use_keys(&ring([NEW, KEYS]));
    let new = stage.append_event(1, 1, 1);

    let (after, id) = socket.event("1").await;
    assert_eq!(id, "kava-orders-5");
    assert_eq!(after, signed(NEW, new, &stage));
}

#[tokio::test]
async fn a_cursor_of_the_old_key_resumes_at_a_gateway_that_signs_with_the_new_one() {
    let first = gateway_with(KEYS).await;
    let mut socket = Socket::owner(&first).await;
    socket.watch(&first, "1", json!({})).await;
    first.append_event(1, 1, 1);
    let (old, _) = socket.event("1").await;
    let second = gateway_with(&ring([NEW, KEYS])).await;
    for _ in 0..2 {
        second.append_without_hint(1, 1, 1);
    }

    let variables = json!({ "after": old });
    let mut resumed = EventStream::open(owner_request(&second, EVENTS, &variables)).await;

    assert_eq!(
        resumed.next_content().await.unwrap(),
        format!("id: {}", signed(NEW, 4, &second)),
        "the same position, signed with the new key"
    );
    let event = resumed.next_content().await.unwrap();
    let id = format!("id: {}\n", signed(NEW, 5, &second));
    assert!(event.contains(&id), "{event}");
    // A gateway that does not sign with the new key yet accepts it.
    let third = gateway_with(&ring([KEYS, NEW])).await;
    let mut back = Socket::owner(&third).await;
    let after = signed(NEW, 2, &third);
    back.subscribe("1", EVENTS, json!({ "after": after })).await;
    assert_eq!(back.ids("1", 1).await, ["kava-orders-3"]);
}

#[tokio::test]
async fn a_cursor_of_a_removed_key_is_invalid() {
    let stage = gateway_with(NEW).await;
    let mut socket = Socket::owner(&stage).await;
    let old = signed(KEYS, 1, &stage);

    socket.subscribe("1", EVENTS, json!({ "after": old })).await;

    assert_eq!(socket.refused("1").await, "CURSOR_INVALID");
}
