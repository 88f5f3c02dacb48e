//! Many sockets in one process, each with one subscription, as cheap as a client can be.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use dev_tools::watch::{receive, send};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::gateway::Gateway;
use super::tally::Tally;
use crate::operations::SHOP;

/// Sockets that are opened at the same time.
const OPENING: usize = 50;
/// Nobody waits longer for a socket to open.
const PATIENCE: Duration = Duration::from_secs(30);
const BUFFER: usize = 4 * 1024;

/// Who listens to what.
pub struct Listener {
    pub token: Arc<str>,
    pub query: Arc<str>,
    pub variables: Value,
}

/// Open sockets; they close when this is dropped.
pub struct Crowd {
    pub tally: Arc<Tally>,
    size: usize,
    /// Ends with the crowd.
    _sockets: JoinSet<()>,
}

impl Crowd {
    /// Opens a socket for each listener. Their subscriptions may need a moment more.
    pub async fn open(gateway: SocketAddr, listeners: Vec<Listener>) -> Result<Self> {
        let (tally, size) = (Arc::new(Tally::new()), listeners.len());
        let mut opened = stream::iter(listeners)
            .map(|listener| async move {
                timeout(PATIENCE, connect(gateway, &listener))
                    .await
                    .context("a socket took too long to open")?
            })
            .buffer_unordered(OPENING);
        let mut sockets = JoinSet::new();
        while let Some(socket) = opened.try_next().await? {
            sockets.spawn(listen(socket, Arc::clone(&tally)));
        }
        Ok(Self {
            tally,
            size,
            _sockets: sockets,
        })
    }

    /// Waits until the gateway serves every subscription.
    pub async fn settle(&self, gateway: &Gateway) -> Result<()> {
        let settled = gateway.settle(self.size).await;
        self.check()?;
        settled
    }

    /// Fails when a socket ended or got something that is no event.
    pub fn check(&self) -> Result<()> {
        match self.tally.troubles() {
            Some(troubles) => bail!(troubles),
            None => Ok(()),
        }
    }
}

async fn connect(gateway: SocketAddr, listener: &Listener) -> Result<WebSocketStream<TcpStream>> {
    let mut request = format!("ws://{gateway}/graphql").into_client_request()?;
    let headers = request.headers_mut();
    headers.insert(
        "sec-websocket-protocol",
        HeaderValue::from_static("graphql-transport-ws"),
    );
    headers.insert("x-tenant", HeaderValue::from_static(SHOP));
    let stream = TcpStream::connect(gateway).await?;
    stream.set_nodelay(true)?;
    let config = WebSocketConfig::default()
        .read_buffer_size(BUFFER)
        .write_buffer_size(0);
    let (mut socket, _) = client_async_with_config(request, stream, Some(config))
        .await
        .context("no WebSocket")?;
    let payload = json!({ "authorization": format!("Bearer {}", listener.token) });
    let init = json!({ "type": "connection_init", "payload": payload });
    send(&mut socket, &init).await?;
    let first = receive(&mut socket).await?;
    if first["type"] != "connection_ack" {
        bail!("expected connection_ack, got {first}");
    }
    let payload = json!({ "query": &*listener.query, "variables": listener.variables });
    let subscribe = json!({ "id": "1", "type": "subscribe", "payload": payload });
    send(&mut socket, &subscribe).await?;
    Ok(socket)
}

async fn listen(mut socket: WebSocketStream<TcpStream>, tally: Arc<Tally>) {
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => tally.hear(&text),
            Some(Ok(Message::Close(frame))) => {
                return tally.trouble(&format!("closed: {frame:?}"));
            }
            // The library has answered a ping by itself.
            Some(Ok(_)) => {}
            Some(Err(error)) => return tally.trouble(&error.to_string()),
            None => return tally.trouble("the connection ended"),
        }
    }
}
