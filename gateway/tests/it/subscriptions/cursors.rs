//! An invalid or expired cursor is an error with its own code, never a silent restart.

use event_cursor::{CursorKeys, Position};
use serde_json::json;
use uuid::Uuid;

use super::client::{EVENTS, Socket};
use super::stage::Stage;
use crate::platform::tenant_id;

async fn refusal(stage: &Stage, after: &str) -> String {
    let mut socket = Socket::owner(stage).await;
    socket
        .subscribe("1", EVENTS, json!({ "after": after }))
        .await;
    socket.refused("1").await
}

#[tokio::test]
async fn forged_and_foreign_cursors_are_invalid() {
    let stage = Stage::start().await;
    stage.append_without_hint(1, 1, 1);
    stage.append_without_hint(2, 1, 1);
    let other_key = CursorKeys::parse("k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap();
    let position = Position {
        epoch: stage.state().epoch,
        seq: 1,
    };
    let own = stage.cursor(1, 1);

    for after in [
        "",
        "nonsense",
        own.get(..own.len() - 1).unwrap(),
        &format!("{own}A"),
        &stage.cursor(2, 1),
        &stage.log.cursor(tenant_id(1), "stock", 1),
        &event_cursor::encode(&other_key, tenant_id(1), "orders", position),
    ] {
        assert_eq!(refusal(&stage, after).await, "CURSOR_INVALID", "{after}");
    }
}

#[tokio::test]
async fn cursors_of_another_epoch_or_before_the_log_have_expired() {
    let stage = Stage::start().await;
    for _ in 0..10 {
        stage.append_without_hint(1, 1, 1);
    }
    let old = stage.cursor(1, 3);
    let kept = stage.cursor(1, 5);
    let ahead = stage.cursor(1, 11);
    stage.state().oldest = 6;

    assert_eq!(refusal(&stage, &old).await, "CURSOR_EXPIRED");
    assert_eq!(refusal(&stage, &ahead).await, "CURSOR_EXPIRED");
    let mut socket = Socket::owner(&stage).await;
    socket
        .subscribe("1", EVENTS, json!({ "after": kept }))
        .await;
    assert_eq!(socket.ids("1", 1).await, ["kava-orders-6"]);

    stage.state().epoch = Uuid::from_u128(78);
    assert_eq!(
        socket_end(&mut socket).await,
        "CURSOR_EXPIRED",
        "an open subscription ends too"
    );
    assert_eq!(refusal(&stage, &kept).await, "CURSOR_EXPIRED");
}

async fn socket_end(socket: &mut Socket) -> String {
    loop {
        let message = socket.next().await;
        if message["type"] == "error" {
            return message["payload"][0]["extensions"]["code"]
                .as_str()
                .unwrap()
                .to_owned();
        }
    }
}

#[tokio::test]
async fn a_cursor_of_another_gateway_with_a_higher_head_is_valid() {
    let stage = Stage::start_with([("HEADS_INTERVAL_MS", "60000")]).await;
    let mut first = Socket::owner(&stage).await;
    first.watch(&stage, "1", json!({})).await;
    stage.append_without_hint(1, 1, 1);
    stage.append_without_hint(1, 1, 1);

    let mut resuming = Socket::owner(&stage).await;
    resuming
        .subscribe("1", EVENTS, json!({ "after": stage.cursor(1, 1) }))
        .await;

    assert_eq!(resuming.ids("1", 1).await, ["kava-orders-2"]);
}

#[tokio::test]
async fn a_cursor_is_valid_for_every_filter() {
    let stage = Stage::start().await;
    stage.append_without_hint(1, 1, 1);
    stage.append_without_hint(1, 2, 1);
    stage.append_without_hint(1, 1, 1);
    let filter = json!({ "orderId": super::stage::order_id(1) });
    let mut socket = Socket::owner(&stage).await;

    socket
        .subscribe(
            "1",
            EVENTS,
            json!({ "after": stage.cursor(1, 2), "filter": filter }),
        )
        .await;

    assert_eq!(socket.ids("1", 1).await, ["kava-orders-3"]);
}
