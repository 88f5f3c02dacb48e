//! `cargo xtask watch orders|stock`: signs in as the owner of a shop and prints live events, over the same WebSocket
//! protocol that browsers use (graphql-transport-ws). After a break it reconnects with its last cursor and misses nothing.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};
use futures_util::{SinkExt, Stream, StreamExt as _};
use serde_json::{Value, json};
use tokio::time::sleep;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{self, Message};

use crate::http;
use crate::progress::{say, warn};

#[derive(Args)]
pub struct Options {
    /// Which events.
    #[arg(value_enum)]
    events: Events,
    /// The shop's slug.
    #[arg(long, default_value = "kava")]
    shop: String,
    /// The public endpoint.
    #[arg(long, default_value = "http://127.0.0.1:4000/graphql")]
    endpoint: String,
    /// Who signs in; the shop's owner if absent.
    #[arg(long)]
    email: Option<String>,
    /// The password of the demo shops' people.
    #[arg(long, default_value = "Demo-2026-pass")]
    password: String,
}

#[derive(Clone, Copy, ValueEnum)]
enum Events {
    /// Orders: placed, confirmed, cancelled, …
    Orders,
    /// Stock: reserved, sold, adjusted, …
    Stock,
}

const ORDERS: &str = "subscription ($after: String) { orderEvents(after: $after) { cursor type occurredAt \
    order { number status email total { amount currencyCode } lines { quantity name } } } }";
const STOCK: &str = "subscription ($after: String) { stockEvents(after: $after) { cursor type occurredAt \
    delta available warehouse { code } variant { sku name product { name } } } }";

pub async fn run(options: &Options) -> Result<()> {
    let mut after = None;
    loop {
        let outcome = watch(options, &mut after).await;
        if after.is_none() {
            return outcome;
        }
        if let Err(error) = outcome {
            warn(&format!("{error:#}; connecting again"));
        }
        sleep(Duration::from_secs(1)).await;
    }
}

/// One connection, until it ends. `after` keeps the last cursor.
async fn watch(options: &Options, after: &mut Option<String>) -> Result<()> {
    let token = sign_in(options).await?;
    let address = format!(
        "ws{}",
        options.endpoint.strip_prefix("http").unwrap_or_default()
    );
    let mut request = address.into_client_request().context("not an address")?;
    request.headers_mut().insert(
        "sec-websocket-protocol",
        HeaderValue::from_static("graphql-transport-ws"),
    );
    request
        .headers_mut()
        .insert("x-tenant", HeaderValue::from_str(&options.shop)?);
    let (mut socket, _) = connect_async(request)
        .await
        .context("the gateway does not answer")?;

    let payload = json!({ "authorization": format!("Bearer {token}"), "tenant": options.shop });
    send(
        &mut socket,
        &json!({ "type": "connection_init", "payload": payload }),
    )
    .await?;
    let first = receive(&mut socket).await?;
    if first["type"] != "connection_ack" {
        bail!("expected connection_ack, got {first}");
    }
    let query = match options.events {
        Events::Orders => ORDERS,
        Events::Stock => STOCK,
    };
    let payload = json!({ "query": query, "variables": { "after": after } });
    send(
        &mut socket,
        &json!({ "id": "1", "type": "subscribe", "payload": payload }),
    )
    .await?;
    if after.is_none() {
        say(&format!("Watching {}. Ctrl-C ends.", options.shop));
    }
    loop {
        let message = receive(&mut socket).await?;
        match message["type"].as_str() {
            Some("next") => {
                let data = &message["payload"]["data"];
                let event = match options.events {
                    Events::Orders => &data["orderEvents"],
                    Events::Stock => &data["stockEvents"],
                };
                if event.is_null() {
                    bail!("{}", message["payload"]["errors"]);
                }
                *after = event["cursor"].as_str().map(str::to_owned);
                say(&describe(options.events, event));
            }
            Some("ping") => send(&mut socket, &json!({ "type": "pong" })).await?,
            Some("error") => bail!("{}", message["payload"]),
            Some("complete") => bail!("the server completed the subscription"),
            _ => {}
        }
    }
}

async fn sign_in(options: &Options) -> Result<String> {
    let email = options
        .email
        .clone()
        .unwrap_or_else(|| format!("owner@{}.example", options.shop));
    let operation = json!({
        "query": "mutation ($input: SignInInput!) { signIn(input: $input) { accessToken userErrors { message } } }",
        "variables": { "input": { "email": email, "password": options.password } },
    });
    let headers = [("x-tenant".to_owned(), options.shop.clone())];
    let data = http::Client::new()
        .graphql(&options.endpoint, &headers, &operation)
        .await
        .context("cannot sign in (is the platform up?)")?;
    let payload = &data["signIn"];
    payload["accessToken"]
        .as_str()
        .map(str::to_owned)
        .with_context(|| format!("{email} cannot sign in: {}", payload["userErrors"]))
}

fn describe(events: Events, event: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let at = text(&event["occurredAt"]);
    let kind = text(&event["type"]);
    match events {
        Events::Orders => {
            let order = &event["order"];
            let lines: Vec<String> = order["lines"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|line| format!("{} x {}", line["quantity"], text(&line["name"])))
                .collect();
            format!(
                "{at}  {kind:<18} #{} {} {} {}  {}  ({})",
                text(&order["number"]),
                text(&order["status"]),
                text(&order["total"]["amount"]),
                text(&order["total"]["currencyCode"]),
                text(&order["email"]),
                lines.join(", ")
            )
        }
        Events::Stock => {
            let variant = &event["variant"];
            format!(
                "{at}  {kind:<10} {:>5}  {} left  {}  {} / {} at {}",
                event["delta"],
                event["available"],
                text(&variant["sku"]),
                text(&variant["product"]["name"]),
                text(&variant["name"]),
                text(&event["warehouse"]["code"])
            )
        }
    }
}

pub async fn send<S>(socket: &mut S, message: &Value) -> Result<()>
where
    S: SinkExt<Message, Error = tungstenite::Error> + Unpin,
{
    socket.send(Message::text(message.to_string())).await?;
    Ok(())
}

/// The next JSON message; a closed socket is an error that names the close code.
pub async fn receive<S>(socket: &mut S) -> Result<Value>
where
    S: Stream<Item = tungstenite::Result<Message>> + Unpin,
{
    while let Some(message) = socket.next().await {
        match message? {
            Message::Text(text) => return Ok(serde_json::from_str(&text)?),
            Message::Close(Some(frame)) => bail!("closed with {} {}", frame.code, frame.reason),
            _ => {}
        }
    }
    bail!("the connection ended")
}
