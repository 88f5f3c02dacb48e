//! Metrics of subscriptions at `/metrics`. Other tests of this process are counted, too, so numbers are compared with
//! earlier ones.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use http::header;
use serde_json::json;
use service::telemetry::{TelemetryConfig, TelemetryGuard};
use service::{Settings, telemetry};

use super::client::{EVENTS, EventStream, Socket, owner_request};
use super::stage::Stage;

static TELEMETRY: OnceLock<TelemetryGuard> = OnceLock::new();

fn start_telemetry() {
    TELEMETRY.get_or_init(|| {
        let mut settings = Settings::from_map("gateway", [("GATEWAY_LOG", "off")]);
        telemetry::start("gateway", &TelemetryConfig::read(&mut settings))
    });
}

/// `name{labels}` → value.
async fn metrics(stage: &Stage) -> BTreeMap<String, f64> {
    let url = stage.platform.url("/metrics");
    let text = stage.platform.client.get(url).send().await.unwrap();
    let text = text.text().await.unwrap();
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples
        .filter_map(|line| line.rsplit_once(' '))
        .map(|(name, value)| (name.to_owned(), value.parse().unwrap()))
        .collect()
}

#[tokio::test]
async fn subscriptions_are_measured() {
    start_telemetry();
    let stage = Stage::start_with([("HEADS_INTERVAL_MS", "50"), ("QUEUE_EVENTS", "1")]).await;
    let before = metrics(&stage).await;
    let mut socket = Socket::owner(&stage).await;
    socket.watch(&stage, "1", json!({})).await;
    let mut sse = EventStream::open(owner_request(&stage, EVENTS, &json!({}))).await;
    let multipart = "multipart/mixed;subscriptionSpec=1.0";
    let request = owner_request(&stage, EVENTS, &json!({})).header(header::ACCEPT, multipart);
    let mut parts = request.send().await.unwrap();
    testkit::eventually("three subscriptions", || async {
        (stage.platform.hub().open_subscriptions() == 3).then_some(())
    })
    .await;

    stage.append_event(1, 1, 1);
    socket.event("1").await;
    while !sse.next_content().await.unwrap().starts_with("event: next") {}
    let mut text = String::new();
    while !text.contains("kava-orders-1") {
        let chunk = parts.chunk().await.unwrap().unwrap();
        text.push_str(std::str::from_utf8(&chunk).unwrap());
    }

    let now = metrics(&stage).await;
    let grown = |name: &str| {
        let value = |of: &BTreeMap<String, f64>| of.get(name).copied().unwrap_or_default();
        value(&now) - value(&before)
    };
    for name in [
        "subscription_events_total{transport=\"websocket\"}",
        "subscription_events_total{transport=\"sse\"}",
        "subscription_events_total{transport=\"multipart\"}",
        "subscription_router_calls_total{lane=\"catch_up\"}",
        "subscription_entries_total{stream=\"orders\"}",
        "subscription_catch_ups_total",
    ] {
        assert!(grown(name) >= 1.0, "{name}: {now:?}");
    }
    for transport in ["websocket", "sse", "multipart"] {
        let name = format!("subscription_bytes_total{{transport=\"{transport}\"}}");
        assert!(grown(&name) > 100.0, "{name}: {now:?}");
    }
    for name in [
        "subscription_sockets",
        "subscriptions{transport=\"websocket\"}",
        "subscription_groups",
        "subscription_lag_events{stream=\"orders\"}",
        "subscription_lag_events{stream=\"stock\"}",
        "subscription_catch_ups_waiting",
    ] {
        assert!(now.contains_key(name), "{name}: {now:?}");
    }
}

#[tokio::test]
async fn closes_are_counted_by_the_side_that_closed() {
    start_telemetry();
    let stage = Stage::start().await;
    let before = metrics(&stage).await;
    let mut refused = Socket::anonymous(&stage).await;
    refused.send_text("nonsense").await;
    assert_eq!(refused.close_code().await, 4400);
    let leaving = Socket::anonymous(&stage).await;
    leaving.close_with(4999).await;
    drop(Socket::anonymous(&stage).await);

    for name in [
        "subscription_socket_closes_total{code=\"4400\",by=\"gateway\"}",
        "subscription_socket_closes_total{code=\"other\",by=\"client\"}",
        "subscription_socket_closes_total{code=\"1006\",by=\"nobody\"}",
    ] {
        testkit::eventually(name, || async {
            let now = metrics(&stage).await;
            (now.get(name) > before.get(name)).then_some(())
        })
        .await;
    }
}
