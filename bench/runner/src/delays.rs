//! How long an order takes from its commit to the socket of a dashboard.
//!
//! Two clocks are read: the event's own `occurredAt` (taken shortly before the commit, same machine), and the moment the
//! buyer had the answer. The second may lie after the event's arrival.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, Utc};
use dev_tools::watch::{receive, send};
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;

use super::load::{Target, next_number};
use super::operations::Operations;
use super::report::{millis, percentile};

const SUBSCRIPTION: &str = "subscription { orderEvents(filter: { types: [PLACED] }) { type occurredAt order { id number } } }";
/// How long orders are placed.
const PLACING: Duration = Duration::from_secs(8);
/// Between two orders of a calm shop.
const PAUSE: Duration = Duration::from_millis(50);

/// Milliseconds per order.
pub struct Delays {
    since_occurred: Vec<f64>,
    since_answered: Vec<f64>,
    orders: usize,
}

impl Delays {
    pub fn print(&self, name: &str) -> String {
        let line = |values: &[f64]| {
            format!(
                "p50 {:.1} ms, p99 {:.1} ms, worst {:.1} ms",
                percentile(values, 0.5),
                percentile(values, 0.99),
                percentile(values, 1.0)
            )
        };
        format!(
            "{name} ({} orders, {} seen)\n  since the event occurred   {}\n  since the buyer's answer   {}\n",
            self.orders,
            self.since_occurred.len(),
            line(&self.since_occurred),
            line(&self.since_answered)
        )
    }
}

/// Places orders for a while and watches them arrive. One client pauses between orders, several do not.
pub async fn measure(
    endpoint: &str,
    shop: &str,
    operations: &Operations,
    target: &Target,
    clients: usize,
) -> Result<Delays> {
    let mut socket = subscribe(endpoint, shop, operations.owner_token()).await?;
    // The subscription's tail is set up a moment after the message was sent.
    sleep(Duration::from_millis(500)).await;
    let placing = async {
        let end = Instant::now() + PLACING;
        let runs = (0..clients).map(|_| place(operations, target, end, clients == 1));
        let answered: HashMap<String, Instant> =
            try_join_all(runs).await?.into_iter().flatten().collect();
        anyhow::Ok(answered)
    };
    let watching = async {
        let mut seen = Vec::new();
        // Ends when nothing has arrived for a while: orders are placed all the time.
        while let Ok(message) = timeout(Duration::from_secs(3), receive(&mut socket)).await {
            let message = message?;
            if message["type"] == "next" {
                seen.push((Instant::now(), Utc::now(), message));
            } else if message["type"] == "error" || message["type"] == "complete" {
                bail!("the subscription ended: {message}");
            }
        }
        Ok(seen)
    };
    let (answered, seen) = tokio::try_join!(placing, watching)?;
    let mut delays = Delays {
        since_occurred: Vec::new(),
        since_answered: Vec::new(),
        orders: answered.len(),
    };
    for (instant, time, message) in seen {
        let event = &message["payload"]["data"]["orderEvents"];
        let occurred: DateTime<Utc> = event["occurredAt"].as_str().unwrap_or_default().parse()?;
        let micros = (time - occurred).num_microseconds().unwrap_or_default();
        delays.since_occurred.push(millis(micros));
        if let Some(answer) = event["order"]["id"]
            .as_str()
            .and_then(|id| answered.get(id))
        {
            let late = instant.saturating_duration_since(*answer).as_micros();
            let early = answer.saturating_duration_since(instant).as_micros();
            let signed = i64::try_from(late)? - i64::try_from(early)?;
            delays.since_answered.push(millis(signed));
        }
    }
    Ok(delays)
}

async fn place(
    operations: &Operations,
    target: &Target,
    end: Instant,
    calm: bool,
) -> Result<Vec<(String, Instant)>> {
    let mut placed = Vec::new();
    while Instant::now() < end {
        let body = operations.order(next_number());
        let answer = target
            .client
            .post(&target.url, &target.headers, body)
            .await?;
        let at = Instant::now();
        let document: Value = serde_json::from_slice(&answer.body)?;
        let id = document["data"]["placeOrder"]["order"]["id"]
            .as_str()
            .with_context(|| format!("no order: {document}"))?;
        placed.push((id.to_owned(), at));
        if calm {
            sleep(PAUSE).await;
        }
    }
    Ok(placed)
}

async fn subscribe(
    endpoint: &str,
    shop: &str,
    token: &str,
) -> Result<
    impl futures_util::Stream<
        Item = tokio_tungstenite::tungstenite::Result<tokio_tungstenite::tungstenite::Message>,
    > + Unpin,
> {
    let address = format!("ws{}", endpoint.strip_prefix("http").unwrap_or_default());
    let mut request = address.into_client_request()?;
    request.headers_mut().insert(
        "sec-websocket-protocol",
        HeaderValue::from_static("graphql-transport-ws"),
    );
    request
        .headers_mut()
        .insert("x-tenant", HeaderValue::from_str(shop)?);
    let (mut socket, _) = connect_async(request).await.context("no WebSocket")?;
    let payload = json!({ "authorization": format!("Bearer {token}"), "tenant": shop });
    send(
        &mut socket,
        &json!({ "type": "connection_init", "payload": payload }),
    )
    .await?;
    let first = receive(&mut socket).await?;
    if first["type"] != "connection_ack" {
        bail!("expected connection_ack, got {first}");
    }
    let payload = json!({ "query": SUBSCRIPTION });
    send(
        &mut socket,
        &json!({ "id": "1", "type": "subscribe", "payload": payload }),
    )
    .await?;
    Ok(socket)
}
