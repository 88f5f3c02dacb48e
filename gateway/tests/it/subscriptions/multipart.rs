//! Multipart subscriptions over HTTP, read by a strict parser.

use http::header;
use serde_json::{Value, json};

use super::client::{EVENTS, owner_request};
use super::stage::{Stage, owner_id};
use crate::http_client::{RequestBuilder, Response};

/// What Apollo Client sends for a subscription.
const ACCEPT: &str = "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/graphql-response+json,application/json;q=0.9";
const BOUND: std::time::Duration = std::time::Duration::from_secs(10);

/// The parts of an answer as in RFC 2046: `CRLF--boundary` before each part, `CRLF--boundary--` after the last. A
/// part is complete only when the delimiter after it has arrived.
struct Parts {
    response: Response,
    text: String,
    opened: bool,
}

impl Parts {
    async fn open(request: RequestBuilder) -> Self {
        Self::open_as(request, ACCEPT).await
    }

    async fn open_as(request: RequestBuilder, accept: &str) -> Self {
        let request = request.header(header::ACCEPT, accept);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(
            response.headers()[header::CONTENT_TYPE],
            "multipart/mixed;boundary=\"graphql\";subscriptionSpec=1.0"
        );
        Self {
            response,
            text: String::new(),
            opened: false,
        }
    }

    /// The JSON of the next part; `None` after the closing delimiter, after which nothing may follow.
    async fn next(&mut self) -> Option<Value> {
        if !self.opened {
            assert_eq!(
                self.until_delimiter().await,
                "",
                "nothing before the first delimiter"
            );
            self.opened = true;
        }
        if self.is_closed().await {
            let rest = self.response.chunk().await.unwrap();
            assert_eq!((self.text.as_str(), rest), ("--\r\n", None));
            return None;
        }
        let part = self.until_delimiter().await;
        let (head, body) = part.split_once("\r\n\r\n").expect("a part has a head");
        assert_eq!(head, "\r\ncontent-type: application/json");
        assert!(!body.contains('\r'), "{body}");
        Some(serde_json::from_str(body).unwrap())
    }

    /// The next part that is not a heartbeat.
    async fn next_content(&mut self) -> Option<Value> {
        loop {
            let part = self.next().await?;
            if part != json!({}) {
                return Some(part);
            }
        }
    }

    /// The ids of the next events.
    async fn ids(&mut self, count: usize) -> Vec<String> {
        let mut ids = Vec::new();
        for _ in 0..count {
            let part = self.next_content().await.expect("an event");
            let id = part["payload"]["data"]["orderEvents"]["id"].as_str();
            ids.push(id.unwrap_or_else(|| panic!("{part}")).to_owned());
        }
        ids
    }

    /// Whether the delimiter that was read last is the closing one.
    async fn is_closed(&mut self) -> bool {
        while self.text.len() < 2 {
            self.more().await;
        }
        if !self.text.starts_with("--") {
            return false;
        }
        while self.text.len() < 4 {
            self.more().await;
        }
        true
    }

    async fn until_delimiter(&mut self) -> String {
        loop {
            if let Some((before, after)) = self.text.split_once("\r\n--graphql") {
                let (before, after) = (before.to_owned(), after.to_owned());
                self.text = after;
                return before;
            }
            self.more().await;
        }
    }

    async fn more(&mut self) {
        let chunk = tokio::time::timeout(BOUND, self.response.chunk())
            .await
            .expect("something comes in time")
            .expect("the stream is well formed")
            .expect("the closing delimiter comes before the end");
        self.text.push_str(std::str::from_utf8(&chunk).unwrap());
    }
}

#[tokio::test]
async fn events_come_as_payloads_with_their_cursor() {
    let stage = Stage::start().await;
    let mut parts = Parts::open(owner_request(&stage, EVENTS, &json!({}))).await;
    assert_eq!(parts.next().await, Some(json!({})), "a heartbeat at once");

    let seq = stage.append_event(1, 1, 1);

    assert_eq!(
        parts.next_content().await.unwrap(),
        json!({ "payload": {
            "data": { "orderEvents": { "id": "kava-orders-1", "type": "PLACED" } },
            "extensions": { "cursor": stage.cursor(1, seq) },
        } })
    );
}

#[tokio::test]
async fn a_cursor_resumes_in_the_argument_or_the_header() {
    let stage = Stage::start().await;
    for _ in 0..5 {
        stage.append_without_hint(1, 1, 1);
    }
    let after = json!({ "after": stage.cursor(1, 1) });

    let mut resumed = Parts::open(owner_request(&stage, EVENTS, &after)).await;
    assert_eq!(resumed.ids(4).await.first().unwrap(), "kava-orders-2");

    let request = owner_request(&stage, EVENTS, &after);
    let request = request.header("Last-Event-ID", stage.cursor(1, 3));
    let mut resumed = Parts::open(request).await;
    assert_eq!(resumed.ids(2).await, ["kava-orders-4", "kava-orders-5"]);
    stage.append_event(1, 1, 1);
    assert_eq!(resumed.ids(1).await, ["kava-orders-6"]);
}

#[tokio::test]
async fn the_boundary_is_optional_and_other_types_may_follow() {
    let stage = Stage::start().await;
    for accept in [
        "multipart/mixed;subscriptionSpec=1.0",
        "multipart/mixed; boundary=\"graphql\"; subscriptionSpec=1.0, application/json",
        "application/json;q=0.1, multipart/mixed;subscriptionSpec=1.0",
        // Used for subscriptions, although single answers come first.
        "application/json, multipart/mixed;subscriptionSpec=1.0",
    ] {
        let request = owner_request(&stage, EVENTS, &json!({}));
        let mut parts = Parts::open_as(request, accept).await;
        assert_eq!(parts.next().await, Some(json!({})), "{accept}");
    }
}

#[tokio::test]
async fn multipart_without_the_subscription_spec_is_refused() {
    let stage = Stage::start().await;
    let request = owner_request(&stage, EVENTS, &json!({})).header(
        header::ACCEPT,
        "multipart/mixed;deferSpec=20220824, application/json",
    );

    let got = crate::platform::send(request).await;

    got.assert_refused(400, "BAD_REQUEST");
}

#[tokio::test]
async fn queries_are_one_payload() {
    let stage = Stage::start().await;
    let request = owner_request(&stage, "{ shop { name } }", &json!({}));
    let mut parts = Parts::open(request).await;

    assert_eq!(
        parts.next_content().await,
        Some(json!({ "payload": { "data": { "shop": { "name": "shop kava" } } } }))
    );
    assert_eq!(parts.next_content().await, None);
}

#[tokio::test]
async fn refusals_are_payloads_with_errors_and_end_the_stream() {
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
        let mut parts = Parts::open(owner_request(&stage, text, &variables)).await;
        let refusal = parts.next_content().await.unwrap();
        assert_eq!(
            refusal["payload"]["errors"][0]["extensions"]["code"], code,
            "{refusal}"
        );
        assert!(refusal.get("errors").is_none(), "{refusal}");
        assert_eq!(parts.next_content().await, None);
    }
}

#[tokio::test]
async fn a_quiet_stream_sends_heartbeats() {
    let stage = Stage::start_with([("HEARTBEAT_MS", "100")]).await;
    let variables = json!({ "filter": { "orderId": super::stage::order_id(1) } });
    let mut parts = Parts::open(owner_request(&stage, EVENTS, &variables)).await;

    stage.append_event(1, 2, 1);

    for _ in 0..4 {
        assert_eq!(parts.next().await, Some(json!({})));
    }
}

#[tokio::test]
async fn a_stopping_gateway_ends_the_stream_retriably() {
    let stage = Stage::start_with([("DRAIN_SPREAD_MS", "50")]).await;
    let mut parts = Parts::open(owner_request(&stage, EVENTS, &json!({}))).await;
    parts.next().await.unwrap();

    stage.platform.tasks.draining().cancel();

    let fatal = parts.next_content().await.unwrap();
    assert_eq!(fatal["payload"], Value::Null);
    assert!(fatal.as_object().unwrap().contains_key("payload"));
    assert_eq!(
        fatal["errors"][0]["extensions"]["code"],
        "SERVICE_UNAVAILABLE"
    );
    assert_eq!(parts.next_content().await, None);
}

#[tokio::test]
async fn an_expired_token_ends_the_stream_with_its_code() {
    let stage = Stage::start().await;
    let token = stage.owner_token(1, chrono::TimeDelta::seconds(2));
    let request = stage
        .platform
        .post()
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(json!({ "query": EVENTS }).to_string());
    let mut parts = Parts::open(request).await;

    let fatal = parts.next_content().await.unwrap();

    assert_eq!(fatal["payload"], Value::Null);
    assert_eq!(fatal["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(parts.next_content().await, None);
}

#[tokio::test]
async fn the_end_of_the_session_ends_the_stream_with_its_code() {
    let stage = Stage::start_with([("HEADS_INTERVAL_MS", "50")]).await;
    let mut parts = Parts::open(owner_request(&stage, EVENTS, &json!({}))).await;

    let session = ids::SessionId::from_uuid(owner_id(1).uuid());
    stage.platform.customers.accounts.session_ends(1, session);

    let fatal = parts.next_content().await.unwrap();
    assert_eq!(fatal["payload"], Value::Null);
    assert_eq!(fatal["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(parts.next_content().await, None);
}

#[tokio::test]
async fn a_dropped_connection_ends_the_subscription() {
    let stage = Stage::start().await;
    let mut parts = Parts::open(owner_request(&stage, EVENTS, &json!({}))).await;
    parts.next().await.unwrap();
    assert_eq!(stage.platform.hub().open_subscriptions(), 1);

    drop(parts);

    testkit::eventually("the end of the subscription", || async {
        (stage.platform.hub().open_subscriptions() == 0).then_some(())
    })
    .await;
}
