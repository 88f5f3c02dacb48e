//! GraphQL over Server-Sent Events, distinct connections mode.

use std::time::Duration;

use http::header;
use serde_json::{Value, json};
use url::Url;

use super::client::{EVENTS, EventStream, owner_request};
use super::stage::Stage;

fn data(block: &str) -> Value {
    let lines = block.lines().filter_map(|line| line.strip_prefix("data: "));
    serde_json::from_str(&lines.collect::<Vec<_>>().join("\n")).unwrap()
}

/// The stream ends with the id `end`, so that the client does not reconnect.
async fn is_over(stream: &mut EventStream) {
    assert_eq!(stream.next_content().await.unwrap(), "id: end");
    assert_eq!(
        stream.next_content().await.unwrap(),
        "event: complete\ndata:"
    );
    assert_eq!(stream.block().await, None);
}

#[tokio::test]
async fn events_carry_their_cursor_as_id() {
    let stage = Stage::start().await;
    let mut stream = EventStream::open(owner_request(&stage, EVENTS, &json!({}))).await;
    assert_eq!(stream.block().await.unwrap(), ":");
    assert_eq!(
        stream.block().await.unwrap(),
        format!("id: {}", stage.cursor(1, 0))
    );

    let seq = stage.append_event(1, 1, 1);

    let cursor = stage.cursor(1, seq);
    assert_eq!(
        stream.next_content().await.unwrap(),
        format!(
            "event: next\nid: {cursor}\ndata: {{\"data\":{{\"orderEvents\":\
             {{\"id\":\"kava-orders-1\",\"type\":\"PLACED\"}}}},\
             \"extensions\":{{\"cursor\":\"{cursor}\"}}}}"
        )
    );
}

#[tokio::test]
async fn last_event_id_takes_precedence_over_after() {
    let stage = Stage::start().await;
    for _ in 0..5 {
        stage.append_without_hint(1, 1, 1);
    }
    let variables = json!({ "after": stage.cursor(1, 1) });
    let request = owner_request(&stage, EVENTS, &variables);

    let resumed = request.header("Last-Event-ID", stage.cursor(1, 3));
    let mut stream = EventStream::open(resumed).await;

    assert_eq!(
        stream.next_content().await.unwrap(),
        format!("id: {}", stage.cursor(1, 3))
    );
    for seq in [4, 5] {
        let event = data(&stream.next_content().await.unwrap());
        assert_eq!(
            event["data"]["orderEvents"]["id"],
            format!("kava-orders-{seq}")
        );
    }
}

#[tokio::test]
async fn a_get_request_with_a_query_string_is_accepted() {
    let stage = Stage::start().await;
    stage.append_without_hint(1, 1, 1);
    let token = stage.owner_token(1, chrono::TimeDelta::minutes(5));
    let variables = json!({ "after": stage.cursor(1, 0) }).to_string();
    let url = Url::parse_with_params(
        &stage.platform.url("/graphql"),
        [("query", EVENTS), ("variables", &variables)],
    )
    .unwrap();
    let request = stage
        .platform
        .client
        .get(url)
        .header(header::HOST, "kava.localhost:4000")
        .header(header::AUTHORIZATION, format!("Bearer {token}"));

    let mut stream = EventStream::open(request).await;
    stream.next_content().await.unwrap();

    assert_eq!(
        data(&stream.next_content().await.unwrap())["data"]["orderEvents"]["id"],
        "kava-orders-1"
    );
}

#[tokio::test]
async fn a_mutation_by_get_is_refused() {
    let stage = Stage::start().await;
    let url = Url::parse_with_params(
        &stage.platform.url("/graphql"),
        [("query", "mutation { rename(name: \"x\") { name } }")],
    )
    .unwrap();
    let request = stage
        .platform
        .client
        .get(url)
        .header(header::HOST, "kava.localhost:4000");

    let mut stream = EventStream::open(request).await;

    assert_eq!(
        data(&stream.next_content().await.unwrap())["errors"][0]["extensions"]["code"],
        "BAD_REQUEST"
    );
}

#[tokio::test]
async fn queries_are_answered_and_completed() {
    let stage = Stage::start().await;
    let mut stream =
        EventStream::open(owner_request(&stage, "{ shop { name } }", &json!({}))).await;

    assert_eq!(
        stream.next_content().await.unwrap(),
        "event: next\ndata: {\"data\":{\"shop\":{\"name\":\"shop kava\"}}}"
    );
    is_over(&mut stream).await;
}

#[tokio::test]
async fn a_client_that_has_seen_the_end_gets_204() {
    let stage = Stage::start().await;
    stage.platform.customers.set_broken(true);
    let returning = |accept: &str| {
        let body = json!({ "query": EVENTS }).to_string();
        let request = stage.platform.post().header(header::ACCEPT, accept);
        request.header("Last-Event-ID", "end").body(body)
    };

    for accept in ["text/event-stream", "application/json, text/event-stream"] {
        let got = crate::platform::send(returning(accept)).await;
        assert_eq!(got.status, 204);
        assert_eq!(got.text, "");
    }
    let plain = crate::platform::send(returning("application/json")).await;
    plain.assert_refused(503, "SERVICE_UNAVAILABLE");
}

#[tokio::test]
async fn refusals_are_events_followed_by_complete() {
    let stage = Stage::start().await;

    for (text, variables, code) in [
        ("{", json!({}), "GRAPHQL_PARSE_FAILED"),
        (
            "subscription { nonsense }",
            json!({}),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (EVENTS, json!({ "after": "forged" }), "CURSOR_INVALID"),
    ] {
        let mut stream = EventStream::open(owner_request(&stage, text, &variables)).await;
        let refusal = data(&stream.next_content().await.unwrap());
        assert_eq!(refusal["errors"][0]["extensions"]["code"], code);
        is_over(&mut stream).await;
    }
}

#[tokio::test]
async fn a_quiet_stream_sends_comments_and_positions_without_events() {
    let stage = Stage::start_with([("HEARTBEAT_MS", "150")]).await;
    let variables = json!({ "filter": { "orderId": super::stage::order_id(1) } });
    let mut stream = EventStream::open(owner_request(&stage, EVENTS, &variables)).await;
    stream.next_content().await.unwrap();
    stream.block().await.unwrap();

    let seq = stage.append_event(1, 2, 1);

    assert_eq!(
        stream.next_content().await.unwrap(),
        format!("id: {}", stage.cursor(1, seq))
    );
    assert_eq!(stream.block().await.unwrap(), ":");
}

#[tokio::test]
async fn a_stopping_gateway_ends_the_stream_without_complete() {
    let stage = Stage::start_with([("DRAIN_SPREAD_MS", "50")]).await;
    let mut stream = EventStream::open(owner_request(&stage, EVENTS, &json!({}))).await;
    stream.next_content().await.unwrap();

    stage.platform.tasks.draining().cancel();

    assert_eq!(stream.next_content().await.unwrap(), "retry: 1000");
    assert_eq!(stream.block().await, None);
}

/// Subscriptions continue until the stream is closed.
#[tokio::test]
async fn a_draining_stream_still_delivers() {
    let stage = Stage::start_with([("DRAIN_SPREAD_MS", "600000")]).await;
    let mut stream = EventStream::open(owner_request(&stage, EVENTS, &json!({}))).await;
    stream.next_content().await.unwrap();

    stage.platform.tasks.draining().cancel();
    stage.append_event(1, 1, 1);

    let event = stream.next_content().await.unwrap();
    assert!(event.contains("kava-orders-1"), "{event}");
}

#[tokio::test]
async fn a_dropped_connection_ends_the_subscription() {
    let stage = Stage::start().await;
    let mut stream = EventStream::open(owner_request(&stage, EVENTS, &json!({}))).await;
    stream.next_content().await.unwrap();
    assert_eq!(stage.platform.hub().open_subscriptions(), 1);

    drop(stream);
    tokio::time::sleep(Duration::from_millis(1)).await;

    testkit::eventually("the end of the subscription", || async {
        (stage.platform.hub().open_subscriptions() == 0).then_some(())
    })
    .await;
}
