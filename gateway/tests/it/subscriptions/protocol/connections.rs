//! Sockets: how they open, stay open and close.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::subscriptions::client::{EVENTS, Socket};
use crate::subscriptions::stage::Stage;

#[tokio::test]
async fn acknowledges_connection_init() {
    let stage = Stage::start().await;
    let mut socket = Socket::open(&stage).await;

    socket.send(&json!({ "type": "connection_init" })).await;

    assert_eq!(socket.next().await, json!({ "type": "connection_ack" }));
}

#[tokio::test]
async fn refuses_bad_credentials_and_unknown_tenants_with_4403() {
    let stage = Stage::start().await;

    for payload in [
        json!({ "authorization": "Bearer nonsense" }),
        json!({ "authorization": "Basic eDp5" }),
        json!({ "authorization": format!("Bearer {}", stage.owner_token(1, TimeDelta::seconds(-5))) }),
        json!({ "authorization": format!("Bearer {}", stage.owner_token(2, TimeDelta::minutes(5))) }),
        json!({ "tenant": "nobody" }),
        json!({ "tenant": "closed" }),
    ] {
        let mut socket = Socket::open(&stage).await;
        socket
            .send(&json!({ "type": "connection_init", "payload": payload }))
            .await;
        assert_eq!(socket.close_code().await, 4403, "{payload}");
    }
}

#[tokio::test]
async fn asks_to_retry_when_tenants_cannot_be_resolved() {
    let stage = Stage::start().await;
    stage.platform.customers.set_broken(true);
    let mut socket = Socket::open(&stage).await;

    socket.send(&json!({ "type": "connection_init" })).await;

    assert_eq!(socket.close_code().await, 1013);
}

#[tokio::test]
async fn closes_without_connection_init_with_4408() {
    let stage = Stage::start_with([("INIT_TIMEOUT_MS", "100")]).await;
    let mut socket = Socket::open(&stage).await;

    assert_eq!(socket.close_code().await, 4408);
}

#[tokio::test]
async fn a_socket_that_was_acknowledged_outlives_the_init_timeout() {
    let stage = Stage::start_with([("INIT_TIMEOUT_MS", "100")]).await;
    let mut socket = Socket::anonymous(&stage).await;

    socket.is_silent_for(Duration::from_millis(300)).await;
}

#[tokio::test]
async fn a_second_init_closes_with_4429() {
    let stage = Stage::start().await;
    let mut socket = Socket::anonymous(&stage).await;

    socket.send(&json!({ "type": "connection_init" })).await;

    assert_eq!(socket.close_code().await, 4429);
}

#[tokio::test]
async fn subscribe_before_the_acknowledgement_closes_with_4401() {
    let stage = Stage::start().await;
    let mut socket = Socket::open(&stage).await;

    socket.subscribe("1", EVENTS, json!({})).await;

    assert_eq!(socket.close_code().await, 4401);
}

#[tokio::test]
async fn an_invalid_message_closes_with_4400() {
    let stage = Stage::start().await;

    for text in [
        "",
        "{}",
        "nonsense",
        "[]",
        r#"{"type":7}"#,
        r#"{"type":"start","id":"1"}"#,
        r#"{"type":"connection_ack"}"#,
        r#"{"type":"next","id":"1","payload":{}}"#,
        r#"{"type":"subscribe","id":"1"}"#,
        r#"{"type":"subscribe","payload":{"query":"{ a }"}}"#,
        r#"{"type":"subscribe","id":"","payload":{"query":"{ a }"}}"#,
        r#"{"type":"subscribe","id":1,"payload":{"query":"{ a }"}}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":7}}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":"{ a }","variables":[]}}"#,
        r#"{"type":"complete"}"#,
        r#"{"type":"ping","payload":"x"}"#,
        r#"{"type":"pong","payload":1}"#,
    ] {
        let mut socket = Socket::anonymous(&stage).await;
        socket.send_text(text).await;
        assert_eq!(socket.close_code().await, 4400, "{text}");
    }
    let mut socket = Socket::anonymous(&stage).await;
    socket
        .send_frame(Message::Binary(br#"{"type":"ping"}"#.to_vec().into()))
        .await;
    assert_eq!(socket.close_code().await, 4400);
}

#[tokio::test]
async fn a_malformed_init_closes_with_4400() {
    let stage = Stage::start().await;

    for payload in [json!([]), json!("x"), json!({ "authorization": 7 })] {
        let mut socket = Socket::open(&stage).await;
        socket
            .send(&json!({ "type": "connection_init", "payload": payload }))
            .await;
        assert_eq!(socket.close_code().await, 4400, "{payload}");
    }
}

#[tokio::test]
async fn another_subprotocol_closes_with_4406() {
    let stage = Stage::start().await;

    let mut none = Socket::open_at(&stage, "kava", None).await;

    assert_eq!(none.close_code().await, 4406);
    let both = Some("graphql-ws, graphql-transport-ws");
    let mut several = Socket::open_at(&stage, "kava", both).await;
    several.send(&json!({ "type": "connection_init" })).await;
    assert_eq!(several.next().await["type"], "connection_ack");
}

#[tokio::test]
async fn a_running_id_closes_with_4409() {
    let stage = Stage::start().await;
    let mut socket = Socket::owner(&stage).await;
    socket.watch(&stage, "1", json!({})).await;

    socket.subscribe("1", EVENTS, json!({})).await;

    assert_eq!(socket.close_code().await, 4409);
}

#[tokio::test]
async fn the_id_of_a_running_query_closes_with_4409() {
    let stage = Stage::start().await;
    stage.state().delay = Duration::from_secs(5);
    let mut socket = Socket::anonymous(&stage).await;

    for _ in 0..2 {
        socket.subscribe("1", "{ shop { name } }", json!({})).await;
    }

    assert_eq!(socket.close_code().await, 4409);
}

#[tokio::test]
async fn an_id_may_be_used_again_after_its_end() {
    let stage = Stage::start().await;
    let mut socket = Socket::owner(&stage).await;

    for _ in 0..3 {
        socket.subscribe("1", "{ shop { name } }", json!({})).await;
        assert_eq!(socket.next().await["type"], "next");
        assert_eq!(
            socket.next().await,
            json!({ "id": "1", "type": "complete" })
        );
        socket.subscribe("1", "{ nonsense }", json!({})).await;
        assert_eq!(socket.refused("1").await, "GRAPHQL_VALIDATION_FAILED");
    }
    socket.watch(&stage, "1", json!({})).await;
    socket.send(&json!({ "id": "1", "type": "complete" })).await;
    socket.subscribe("1", "{ shop { name } }", json!({})).await;

    assert_eq!(
        socket.next().await["payload"]["data"]["shop"]["name"],
        "shop kava"
    );
}

#[tokio::test]
async fn answers_a_ping_with_its_payload_at_any_time() {
    let stage = Stage::start().await;
    let mut socket = Socket::open(&stage).await;

    socket.send(&json!({ "type": "ping" })).await;
    assert_eq!(socket.next().await, json!({ "type": "pong" }));
    socket
        .send(&json!({ "type": "ping", "payload": { "a": [1] } }))
        .await;
    assert_eq!(
        socket.next().await,
        json!({ "type": "pong", "payload": { "a": [1] } })
    );
    socket.send(&json!({ "type": "pong" })).await;
    socket.send(&json!({ "type": "connection_init" })).await;

    assert_eq!(socket.next().await["type"], "connection_ack");
}

#[tokio::test]
async fn accepts_an_unsolicited_pong() {
    let stage = Stage::start().await;
    let mut socket = Socket::anonymous(&stage).await;

    for pong in [
        json!({ "type": "pong" }),
        json!({ "type": "pong", "payload": null }),
        json!({ "type": "pong", "payload": { "cursors": {} } }),
    ] {
        socket.send(&pong).await;
    }
    socket
        .send(&json!({ "type": "ping", "payload": null }))
        .await;

    assert_eq!(socket.next().await["type"], "pong");
}

#[tokio::test]
async fn acknowledges_once_and_sends_nothing_before() {
    let stage = Stage::start().await;
    let token = stage.owner_token(1, TimeDelta::minutes(5));
    let mut socket = Socket::open(&stage).await;
    let payload = json!({ "authorization": format!("Bearer {token}") });

    // A client that does not wait for the acknowledgement still gets it first.
    socket
        .send(&json!({ "type": "connection_init", "payload": payload }))
        .await;
    socket.subscribe("q", "{ shop { name } }", json!({})).await;

    assert_eq!(socket.next().await, json!({ "type": "connection_ack" }));
    assert_eq!(socket.next().await["type"], "next");
    assert_eq!(
        socket.next().await,
        json!({ "id": "q", "type": "complete" })
    );
    socket.is_silent_for(Duration::from_millis(100)).await;
}

#[tokio::test]
async fn pings_a_quiet_client() {
    let stage = Stage::start_with([("HEARTBEAT_MS", "100")]).await;
    let mut socket = Socket::anonymous(&stage).await;

    assert!(matches!(socket.frame().await, Message::Ping(_)));
}

#[tokio::test]
async fn a_dropped_connection_ends_its_subscriptions() {
    let stage = Stage::start().await;
    let mut socket = Socket::owner(&stage).await;
    socket.watch(&stage, "1", json!({})).await;

    drop(socket);

    testkit::eventually("the end of the subscription", || async {
        (stage.platform.hub().open_subscriptions() == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_message_over_256_kib_closes_with_1009() {
    let stage = Stage::start().await;
    let ping_of = |length: usize| {
        let empty = json!({ "type": "ping", "payload": { "x": "" } }).to_string();
        let filler = "x".repeat(length - empty.len());
        json!({ "type": "ping", "payload": { "x": filler } })
    };
    let mut socket = Socket::anonymous(&stage).await;

    socket.send(&ping_of(256 * 1024)).await;
    assert_eq!(socket.next().await["type"], "pong");
    socket.send(&ping_of(256 * 1024 + 1)).await;

    assert_eq!(socket.close_code().await, 1009);
}

#[tokio::test]
async fn a_stopping_gateway_closes_with_1012() {
    let stage = Stage::start_with([("DRAIN_SPREAD_MS", "50")]).await;
    let mut socket = Socket::owner(&stage).await;
    socket.watch(&stage, "1", json!({})).await;

    stage.platform.tasks.draining().cancel();

    assert_eq!(socket.close_code().await, 1012);
}

/// Closing all sockets at once would make all clients reconnect at once.
#[tokio::test]
async fn a_stopping_gateway_staggers_its_closes() {
    let spread = Duration::from_secs(1);
    let stage = Stage::start_with([("DRAIN_SPREAD_MS", "1000")]).await;
    let mut sockets = Vec::new();
    for _ in 0..20 {
        sockets.push(Socket::anonymous(&stage).await);
    }

    let begin = tokio::time::Instant::now();
    stage.platform.tasks.draining().cancel();
    let closes = sockets.iter_mut().map(async |socket| {
        assert_eq!(socket.close_code().await, 1012);
        begin.elapsed()
    });
    let times = futures_util::future::join_all(closes).await;

    // Twenty random times lie within an eighth of the spread once in 10^15 runs.
    let (first, last) = (times.iter().min().unwrap(), times.iter().max().unwrap());
    assert!(last.abs_diff(*first) > spread / 8, "{times:?}");
}

/// Subscriptions continue until the socket is closed.
#[tokio::test]
async fn a_draining_socket_still_delivers() {
    let stage = Stage::start_with([("DRAIN_SPREAD_MS", "600000")]).await;
    let mut socket = Socket::owner(&stage).await;
    socket.watch(&stage, "1", json!({})).await;

    stage.platform.tasks.draining().cancel();
    stage.append_event(1, 1, 1);

    assert_eq!(socket.ids("1", 1).await, ["kava-orders-1"]);
}
