//! The WebSocket endpoint: authentication, other operations over the socket, limits.

use std::time::Duration;

use serde_json::json;
use subgraph::SocketsConfig;
use testkit::{anonymous, customer, owner};

use crate::orders_app::{OrdersApp, World, an_input, customer_id};

const LIVE: &str = "subscription { orderEvents { type order { number } } }";

async fn with(sockets: SocketsConfig) -> OrdersApp {
    let mut world = World::new().await;
    world.sockets = sockets;
    world.start()
}

#[tokio::test]
async fn rejects_connections_without_a_valid_token() {
    let app = OrdersApp::start().await;
    let server = app.listen().await;
    let token = app.client.token(&owner(&app.world.kava));

    let mut nameless = server.connect(None).await;
    nameless.send(json!({ "type": "connection_init" })).await;
    assert_eq!(nameless.close_code().await, 4403);

    for wrong in [
        "",
        "nonsense",
        token.trim_end_matches(char::is_alphanumeric),
    ] {
        let mut unauthenticated = server.connect(None).await;
        unauthenticated.init(wrong).await;
        assert_eq!(unauthenticated.close_code().await, 4403);
    }

    let mut hasty = server.connect(Some(&*token)).await;
    hasty.subscribe("1", LIVE, json!({})).await;
    assert_eq!(hasty.close_code().await, 4401);
}

#[tokio::test]
async fn accepts_the_token_of_the_upgrade_request_and_prefers_that_of_connection_init() {
    let app = OrdersApp::start().await;
    let server = app.listen().await;
    let staff = app.client.token(&owner(&app.world.kava));
    let guest = app.client.token(&anonymous(&app.world.kava));
    let who = "{ orders { totalCount } }";

    let mut by_header = server.connect(Some(&*staff)).await;
    by_header.send(json!({ "type": "connection_init" })).await;
    assert_eq!(by_header.next().await["type"], "connection_ack");
    by_header.subscribe("1", who, json!({})).await;
    assert_eq!(by_header.next_data().await["orders"]["totalCount"], 0);

    let mut both = server.connect(Some(&*staff)).await;
    both.init(&guest).await;
    assert_eq!(both.next().await["type"], "connection_ack");
    both.subscribe("1", who, json!({})).await;
    assert_eq!(both.next_error_code().await, "UNAUTHENTICATED");

    let mut mistaken = server.connect(Some(&*staff)).await;
    mistaken.init("nonsense").await;
    assert_eq!(mistaken.close_code().await, 4403);
}

#[tokio::test]
async fn a_guest_has_no_events() {
    let app = OrdersApp::start().await;
    let server = app.listen().await;
    let mut socket = app.open(&server, &anonymous(&app.world.kava)).await;

    socket.subscribe("1", LIVE, json!({})).await;

    assert_eq!(socket.next_error_code().await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn queries_and_mutations_run_next_to_subscriptions() {
    let app = OrdersApp::start().await;
    let server = app.listen().await;
    let buyer = customer(&app.world.kava, customer_id(1));
    let mut socket = app.open(&server, &buyer).await;
    socket.subscribe("live", LIVE, json!({})).await;
    assert_eq!(socket.next_soon().await, None);

    let place = "mutation($input: PlaceOrderInput!) {
        placeOrder(input: $input) { order { number lines { sku } } } }";
    let mut messages = Vec::new();
    for (id, variables) in [("m1", "k1"), ("m2", "k2")] {
        let input = json!({ "input": an_input(variables) });
        socket.subscribe(id, place, input).await;
        // The answer, its completion and two events, in any order.
        for _ in 0..4 {
            messages.push(socket.next().await);
        }
    }
    socket
        .subscribe("q", "{ orders { totalCount } }", json!({}))
        .await;
    let counted = socket.next_data().await;

    let of = |id: &str, kind: &str| {
        let matching =
            |message: &&serde_json::Value| message["id"] == id && message["type"] == kind;
        messages.iter().filter(matching).count()
    };
    assert_eq!((of("m1", "next"), of("m1", "complete")), (1, 1));
    assert_eq!((of("m2", "next"), of("m2", "complete")), (1, 1));
    assert_eq!((of("live", "next"), of("live", "complete")), (4, 0));
    assert_eq!(counted["orders"]["totalCount"], 2);
}

#[tokio::test]
async fn a_completed_operation_gets_no_further_messages() {
    let app = OrdersApp::start().await;
    let server = app.listen().await;
    let mut socket = app.open(&server, &owner(&app.world.kava)).await;
    socket.subscribe("1", LIVE, json!({})).await;
    assert_eq!(socket.next_soon().await, None);

    socket.send(json!({ "type": "complete", "id": "1" })).await;
    assert_eq!(socket.next().await["type"], "complete");
    app.place(&anonymous(&app.world.kava), an_input("k1"))
        .await
        .data();

    assert_eq!(socket.next_soon().await, None);
}

#[tokio::test]
async fn closes_a_socket_after_its_maximum_lifetime_so_that_the_router_reconnects_with_a_new_token()
{
    let app = with(SocketsConfig {
        life: Duration::from_millis(400),
        ..SocketsConfig::default()
    })
    .await;
    let server = app.listen().await;
    let mut socket = app.open(&server, &owner(&app.world.kava)).await;
    socket.subscribe("1", LIVE, json!({})).await;

    assert_eq!(socket.close_code().await, 1012);
}

#[tokio::test]
async fn a_draining_process_closes_its_sockets_with_service_restart() {
    let app = OrdersApp::start().await;
    let server = app.listen().await;
    let mut socket = app.open(&server, &owner(&app.world.kava)).await;
    socket.subscribe("1", LIVE, json!({})).await;

    app.app.tasks.draining().cancel();

    assert_eq!(socket.close_code().await, 1012);
}

#[tokio::test]
async fn enforces_the_protocol() {
    let app = with(SocketsConfig {
        init_timeout: Duration::from_millis(300),
        ..SocketsConfig::default()
    })
    .await;
    let server = app.listen().await;
    let token = app.client.token(&owner(&app.world.kava));

    let mut silent = server.connect(None).await;
    assert_eq!(silent.close_code().await, 4408);

    let mut twice = server.open(&token).await;
    twice.init(&token).await;
    assert_eq!(twice.close_code().await, 4429);

    let mut garbled = server.open(&token).await;
    garbled.send(json!({ "type": "unheard-of" })).await;
    assert_eq!(garbled.close_code().await, 4400);

    let mut pinging = server.open(&token).await;
    pinging.send(json!({ "type": "ping" })).await;
    assert_eq!(pinging.next().await, json!({ "type": "pong" }));

    // This client's library rejects an upgrade response without an agreed subprotocol.
    assert!(server.try_connect("graphql-ws", None).await.is_err());
}

#[tokio::test]
async fn drops_a_connection_that_answers_no_ping() {
    let app = with(SocketsConfig {
        heartbeat: Duration::from_millis(100),
        ..SocketsConfig::default()
    })
    .await;
    let server = app.listen().await;
    let token = app.client.token(&owner(&app.world.kava));
    let mut attentive = server.open(&token).await;
    attentive.subscribe("1", LIVE, json!({})).await;

    // The client's library answers pings only while it reads.
    assert_eq!(attentive.next_soon().await, None);
    attentive
        .subscribe("2", "{ orders { totalCount } }", json!({}))
        .await;
    assert_eq!(attentive.next_data().await["orders"]["totalCount"], 0);

    tokio::time::sleep(Duration::from_millis(600)).await;
    assert!(attentive.is_cut().await);
}

#[tokio::test]
async fn limits_sockets_and_operations() {
    let app = with(SocketsConfig {
        max: 2,
        operations: 1,
        ..SocketsConfig::default()
    })
    .await;
    let server = app.listen().await;
    let token = app.client.token(&owner(&app.world.kava));
    let mut first = server.open(&token).await;
    let second = server.open(&token).await;

    assert!(
        server
            .try_connect("graphql-transport-ws", None)
            .await
            .is_err()
    );
    drop(second);
    testkit::eventually("a connection permit is free", async || {
        server.try_connect("graphql-transport-ws", None).await.ok()
    })
    .await;

    first.subscribe("1", LIVE, json!({})).await;
    first.subscribe("2", LIVE, json!({})).await;
    assert_eq!(first.next_error_code().await, "RATE_LIMITED");
    assert_eq!(first.next().await["type"], "complete");
    first.send(json!({ "type": "complete", "id": "1" })).await;
    assert_eq!(first.next().await["type"], "complete");
    first
        .subscribe("3", "{ orders { totalCount } }", json!({}))
        .await;
    assert_eq!(first.next_data().await["orders"]["totalCount"], 0);
}
