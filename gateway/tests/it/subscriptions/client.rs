//! Clients of the transports that share no code with the gateway.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use http::{HeaderValue, header};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::stage::Stage;
use crate::http_client::{RequestBuilder, Response};

pub const EVENTS: &str = "subscription Live($filter: OrderEventFilter, $after: String) \
                          { orderEvents(filter: $filter, after: $after) { id } }";

const BOUND: Duration = Duration::from_secs(10);

/// A WebSocket client.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Connects and sends nothing.
    pub async fn open(stage: &Stage) -> Self {
        Self::open_at(stage, "kava", Some("graphql-transport-ws")).await
    }

    /// Connects with one more header.
    pub async fn open_with(stage: &Stage, name: &'static str, value: &str) -> Self {
        let mut request = upgrade(stage, "kava", Some("graphql-transport-ws"));
        let value = HeaderValue::from_str(value).unwrap();
        request.headers_mut().insert(name, value);
        let (socket, _response) = tokio_tungstenite::connect_async(request).await.unwrap();
        Self(socket)
    }

    pub async fn open_at(stage: &Stage, slug: &str, subprotocol: Option<&str>) -> Self {
        let request = upgrade(stage, slug, subprotocol);
        let (socket, _response) = tokio_tungstenite::connect_async(request).await.unwrap();
        Self(socket)
    }

    /// Connected and acknowledged with this token, for the tenant of the token.
    pub async fn signed_in(stage: &Stage, slug: &str, token: &str) -> Self {
        let mut socket = Self::open_at(stage, slug, Some("graphql-transport-ws")).await;
        let payload = json!({ "authorization": format!("Bearer {token}"), "tenant": slug });
        socket
            .send(&json!({ "type": "connection_init", "payload": payload }))
            .await;
        assert_eq!(socket.next().await, json!({ "type": "connection_ack" }));
        socket
    }

    /// The owner of the first tenant.
    pub async fn owner(stage: &Stage) -> Self {
        let token = stage.owner_token(1, chrono::TimeDelta::minutes(15));
        Self::signed_in(stage, "kava", &token).await
    }

    pub async fn anonymous(stage: &Stage) -> Self {
        let mut socket = Self::open(stage).await;
        socket.send(&json!({ "type": "connection_init" })).await;
        assert_eq!(socket.next().await["type"], "connection_ack");
        socket
    }

    pub async fn send(&mut self, message: &Value) {
        self.send_text(&message.to_string()).await;
    }

    pub async fn send_text(&mut self, text: &str) {
        self.send_frame(Message::Text(text.into())).await;
    }

    pub async fn send_frame(&mut self, frame: Message) {
        self.0.send(frame).await.unwrap();
    }

    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.send(&json!({ "id": id, "type": "subscribe", "payload": payload }))
            .await;
    }

    /// Subscribes to order events and waits until the subscription is open. Returns the position where it starts,
    /// which the gateway sends to a subscription without `after`.
    pub async fn watch(&mut self, stage: &Stage, id: &str, variables: Value) -> Option<String> {
        let before = stage.platform.hub().open_subscriptions();
        let begins_now = variables["after"].is_null();
        self.subscribe(id, EVENTS, variables).await;
        testkit::eventually("a subscription", || async {
            (stage.platform.hub().open_subscriptions() > before).then_some(())
        })
        .await;
        if begins_now {
            return Some(self.position(id).await);
        }
        None
    }

    /// The position in the next message, which must be a ping.
    pub async fn position(&mut self, operation: &str) -> String {
        let message = self.next().await;
        assert_eq!(message["type"], "ping", "{message}");
        let cursor = message["payload"]["cursors"][operation].as_str();
        cursor.unwrap_or_else(|| panic!("{message}")).to_owned()
    }

    /// The next message of the protocol.
    pub async fn next(&mut self) -> Value {
        loop {
            match self.frame().await {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("a message was expected, not {other:?}"),
            }
        }
    }

    pub async fn frame(&mut self) -> Message {
        tokio::time::timeout(BOUND, self.0.next())
            .await
            .expect("something comes in time")
            .expect("the socket is open")
            .expect("the frame is well formed")
    }

    /// The cursor and id of the next event of an operation.
    pub async fn event(&mut self, operation: &str) -> (String, String) {
        let message = self.next().await;
        assert_eq!(message["type"], "next", "{message}");
        assert_eq!(message["id"], operation, "{message}");
        let payload = &message["payload"];
        let cursor = payload["extensions"]["cursor"].as_str().unwrap().to_owned();
        let id = payload["data"]["orderEvents"]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        (cursor, id)
    }

    /// The ids of the next events.
    pub async fn ids(&mut self, operation: &str, count: usize) -> Vec<String> {
        let mut ids = Vec::new();
        for _ in 0..count {
            ids.push(self.event(operation).await.1);
        }
        ids
    }

    /// The error code of a refused operation.
    pub async fn refused(&mut self, operation: &str) -> String {
        let message = self.next().await;
        assert_eq!(message["type"], "error", "{message}");
        assert_eq!(message["id"], operation, "{message}");
        message["payload"][0]["extensions"]["code"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Fails if a message comes within the time.
    pub async fn is_silent_for(&mut self, time: Duration) {
        let received = tokio::time::timeout(time, async {
            loop {
                match self.0.next().await {
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    other => return other,
                }
            }
        });
        if let Ok(received) = received.await {
            panic!("nothing was expected, not {received:?}");
        }
    }

    /// Sends a close frame with a code.
    pub async fn close_with(mut self, code: u16) {
        let reason = "bye".into();
        let code = code.into();
        self.0
            .close(Some(CloseFrame { code, reason }))
            .await
            .unwrap();
    }

    /// The close code of the gateway; messages before it are skipped.
    pub async fn close_code(&mut self) -> u16 {
        self.closed().await.0
    }

    /// Fails if an event arrives before the close frame of the gateway. Returns the code and the reason.
    pub async fn closed_without_events(&mut self) -> (u16, String) {
        loop {
            match self.frame().await {
                Message::Close(Some(frame)) => {
                    return (frame.code.into(), frame.reason.to_string());
                }
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("the socket should be closed, but sent {other:?}"),
            }
        }
    }

    /// The close code and reason of the gateway; messages before it are skipped.
    pub async fn closed(&mut self) -> (u16, String) {
        loop {
            match self.frame().await {
                Message::Close(Some(frame)) => {
                    return (frame.code.into(), frame.reason.to_string());
                }
                Message::Close(None) => panic!("a close code was expected"),
                _ => {}
            }
        }
    }
}

fn upgrade(stage: &Stage, slug: &str, subprotocol: Option<&str>) -> Request {
    let url = format!("ws://{}/graphql", stage.platform.address);
    let mut request = url.into_client_request().unwrap();
    let headers = request.headers_mut();
    let host = format!("{slug}.localhost:4000");
    headers.insert(header::HOST, HeaderValue::from_str(&host).unwrap());
    if let Some(name) = subprotocol {
        headers.insert(
            header::SEC_WEBSOCKET_PROTOCOL,
            HeaderValue::from_str(name).unwrap(),
        );
    }
    request
}

/// A stream of Server-Sent Events.
pub struct EventStream {
    response: Response,
    text: String,
}

impl EventStream {
    pub async fn open(request: RequestBuilder) -> Self {
        let response = request
            .header(header::ACCEPT, "text/event-stream")
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 200);
        let media = response.headers()[header::CONTENT_TYPE].to_str().unwrap();
        assert!(media.starts_with("text/event-stream"), "{media}");
        Self {
            response,
            text: String::new(),
        }
    }

    /// The next block without its empty line; `None` at the end.
    pub async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(block);
            }
            let chunk = tokio::time::timeout(BOUND, self.response.chunk())
                .await
                .expect("something comes in time")
                .expect("the stream is well formed")?;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next block that is not a comment.
    pub async fn next_content(&mut self) -> Option<String> {
        loop {
            let block = self.block().await?;
            if !block.lines().all(|line| line.starts_with(':')) {
                return Some(block);
            }
        }
    }
}

/// A request of the owner of the first tenant.
pub fn owner_request(stage: &Stage, query: &str, variables: &Value) -> RequestBuilder {
    let token = stage.owner_token(1, chrono::TimeDelta::minutes(15));
    let body = json!({ "query": query, "variables": variables });
    stage
        .platform
        .post()
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(body.to_string())
}
