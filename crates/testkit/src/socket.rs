//! A `graphql-transport-ws` client that connects to a subgraph's routes as a router with subscriptions does.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use futures_util::{SinkExt, StreamExt};
use identity::IDENTITY_HEADER;
use serde_json::{Value, json};
use service::{Readiness, Tasks};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Time-out of every wait.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A server of routes on its own port; it stops when dropped.
pub struct GraphqlServer {
    address: SocketAddr,
    tasks: Tasks,
}

impl GraphqlServer {
    /// Serves the routes as a subgraph does.
    pub async fn start(routes: Router) -> Self {
        let listener = service::http::bind("127.0.0.1:0")
            .await
            .expect("a port is free");
        let address = listener.local_addr().expect("the port is known");
        let tasks = Tasks::new();
        let serving = service::http::serve(listener, routes, tasks.clone(), Readiness::new());
        Tasks::new().spawn("test server", async move {
            serving.await.expect("the server serves");
        });
        Self { address, tasks }
    }

    /// Connects without `connection_init`; the upgrade request has the identity if one is given.
    pub async fn connect(&self, identity: Option<&str>) -> GraphqlSocket {
        self.try_connect("graphql-transport-ws", identity)
            .await
            .expect("the socket opens")
    }

    /// Connects like [`Self::connect`] with any subprotocol; the server may refuse it.
    pub async fn try_connect(
        &self,
        subprotocol: &'static str,
        identity: Option<&str>,
    ) -> Result<GraphqlSocket, tungstenite::Error> {
        let mut request = format!("ws://{}/graphql", self.address).into_client_request()?;
        let headers = request.headers_mut();
        headers.insert(
            "sec-websocket-protocol",
            HeaderValue::from_static(subprotocol),
        );
        if let Some(identity) = identity {
            headers.insert(
                IDENTITY_HEADER,
                identity.parse().expect("a token is a header"),
            );
        }
        Ok(GraphqlSocket(connect_async(request).await?.0))
    }

    /// Connects and waits for the acknowledgement of the caller.
    pub async fn open(&self, identity: &str) -> GraphqlSocket {
        let mut socket = self.connect(None).await;
        socket.init(identity).await;
        assert_eq!(socket.next().await, json!({ "type": "connection_ack" }));
        socket
    }
}

impl Drop for GraphqlServer {
    fn drop(&mut self) {
        self.tasks.token().cancel();
    }
}

/// A socket to a subgraph.
pub struct GraphqlSocket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl GraphqlSocket {
    /// Sends a message of the protocol.
    pub async fn send(&mut self, message: Value) {
        self.0
            .send(Message::Text(message.to_string().into()))
            .await
            .expect("the socket takes a message");
    }

    /// Sends `connection_init` with an internal token.
    pub async fn init(&mut self, identity: &str) {
        let payload = json!({ IDENTITY_HEADER: identity });
        self.send(json!({ "type": "connection_init", "payload": payload }))
            .await;
    }

    /// Starts an operation.
    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.send(json!({ "type": "subscribe", "id": id, "payload": payload }))
            .await;
    }

    /// The next message of the protocol; a close frame or a time-out fails the test.
    pub async fn next(&mut self) -> Value {
        match self.next_frame(TIMEOUT).await {
            Some(Message::Text(text)) => serde_json::from_str(&text).expect("a message is JSON"),
            other => panic!("no message of the protocol: {other:?}"),
        }
    }

    /// The data of the next event; errors fail the test.
    pub async fn next_data(&mut self) -> Value {
        let message = self.next().await;
        assert_eq!(message["type"], "next", "{message:#}");
        assert!(message["payload"].get("errors").is_none(), "{message:#}");
        message["payload"]["data"].clone()
    }

    /// The error code of the next message, which must be an error.
    pub async fn next_error_code(&mut self) -> String {
        let message = self.next().await;
        let code = &message["payload"]["errors"][0]["extensions"]["code"];
        code.as_str()
            .unwrap_or_else(|| panic!("no error: {message:#}"))
            .to_owned()
    }

    /// The next message within 1.5 s, or `None`: short for a test and long for the subgraph.
    pub async fn next_soon(&mut self) -> Option<Value> {
        match self.next_frame(Duration::from_millis(1_500)).await {
            Some(Message::Text(text)) => serde_json::from_str(&text).ok(),
            _ => None,
        }
    }

    /// The close code that the subgraph sends; messages before it are skipped.
    pub async fn close_code(&mut self) -> u16 {
        loop {
            match self.next_frame(TIMEOUT).await {
                Some(Message::Close(Some(frame))) => return frame.code.into(),
                Some(Message::Text(_)) => {}
                other => panic!("no close frame: {other:?}"),
            }
        }
    }

    /// Whether the connection ends without a close frame.
    pub async fn is_cut(&mut self) -> bool {
        let cut = async {
            loop {
                match self.0.next().await {
                    Some(Ok(Message::Close(_))) => return false,
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return true,
                }
            }
        };
        timeout(TIMEOUT, cut).await.unwrap_or(false)
    }

    /// The next frame other than ping and pong.
    async fn next_frame(&mut self, time_out: Duration) -> Option<Message> {
        let frame = async {
            loop {
                match self.0.next().await?.ok()? {
                    Message::Ping(_) | Message::Pong(_) => {}
                    message => return Some(message),
                }
            }
        };
        timeout(time_out, frame).await.ok().flatten()
    }
}
