//! Quotas of sockets and streams per client address.

use http::{HeaderValue, header};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use super::client::{EVENTS, EventStream, Socket};
use super::stage::Stage;
use crate::http_client::RequestBuilder;

/// The plan of each tenant allows two connections per address.
async fn stage<const N: usize>(settings: [(&str, &str); N]) -> Stage {
    let stage = Stage::start_with(settings).await;
    for slug in ["kava", "knyhy"] {
        stage.platform.customers.set_sockets_per_address(slug, 2);
    }
    stage
}

/// A socket whose `X-Forwarded-For` header may be forged.
async fn forwarded(stage: &Stage, addresses: &str) -> Socket {
    let mut socket = Socket::open_with(stage, "x-forwarded-for", addresses).await;
    socket.send(&json!({ "type": "connection_init" })).await;
    socket
}

async fn is_acknowledged(socket: &mut Socket) {
    assert_eq!(socket.next().await["type"], "connection_ack");
}

async fn is_refused(socket: &mut Socket) {
    let reason = "RATE_LIMITED: sockets of one address are limited to 2".to_owned();
    assert_eq!(socket.closed_without_events().await, (1013, reason));
}

fn stream(stage: &Stage) -> RequestBuilder {
    let body = json!({ "query": EVENTS }).to_string();
    stage.platform.post().body(body)
}

#[tokio::test]
async fn sockets_and_streams_are_counted_together() {
    let stage = stage([]).await;
    let socket = Socket::anonymous(&stage).await;
    let mut open = EventStream::open(stream(&stage)).await;
    open.next_content().await.unwrap();

    is_refused(&mut forwarded(&stage, "").await).await;
    let mut refused = EventStream::open(stream(&stage)).await;
    let content = refused.next_content().await.unwrap();
    let data = content.lines().find_map(|line| line.strip_prefix("data: "));
    let answer: Value = serde_json::from_str(data.unwrap()).unwrap();
    let extensions = json!({ "code": "RATE_LIMITED", "limit": 2 });
    assert_eq!(answer["errors"][0]["extensions"], extensions);
    assert_eq!(refused.next_content().await.unwrap(), "id: end");

    let token = stage.owner_token(2, chrono::TimeDelta::minutes(5));
    Socket::signed_in(&stage, "knyhy", &token).await;
    drop(socket);
    testkit::eventually("the permit to be released", || async {
        let mut again = forwarded(&stage, "").await;
        let answer = again.frame().await;
        matches!(answer, tungstenite::Message::Text(_)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_forged_address_is_ignored() {
    let stage = stage([("TRUSTED_PROXIES", "10.0.0.0/8")]).await;
    let mut sockets = Vec::new();
    for forged in ["203.0.113.1", "203.0.113.2"] {
        let mut socket = forwarded(&stage, forged).await;
        is_acknowledged(&mut socket).await;
        sockets.push(socket);
    }

    is_refused(&mut forwarded(&stage, "203.0.113.3").await).await;
}

#[tokio::test]
async fn behind_a_trusted_proxy_the_address_that_it_saw_counts() {
    let stage = stage([("TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8")]).await;
    let mut sockets = Vec::new();
    // Addresses before the one that the outermost trusted proxy saw are written by the client.
    for forged in ["203.0.113.1, 198.51.100.7", "198.51.100.7, 10.1.2.3"] {
        let mut socket = forwarded(&stage, forged).await;
        is_acknowledged(&mut socket).await;
        sockets.push(socket);
    }

    is_refused(&mut forwarded(&stage, "203.0.113.9, 198.51.100.7").await).await;
    is_acknowledged(&mut forwarded(&stage, "198.51.100.8").await).await;
}

#[tokio::test]
async fn sockets_before_connection_init_have_their_own_limit() {
    let stage = stage([("UNIDENTIFIED_PER_ADDRESS", "2")]).await;
    let mut first = Socket::open(&stage).await;
    let _second = Socket::open(&stage).await;

    let url = format!("ws://{}/graphql", stage.platform.address);
    let mut request = url.into_client_request().unwrap();
    let host = HeaderValue::from_static("kava.localhost:4000");
    request.headers_mut().insert(header::HOST, host);
    let refused = tokio_tungstenite::connect_async(request).await;

    let Err(tungstenite::Error::Http(answer)) = refused else {
        panic!("a third one is too many")
    };
    assert_eq!(answer.status(), 429);
    let body: Value = serde_json::from_slice(answer.body().as_ref().unwrap()).unwrap();
    let extensions = json!({ "code": "RATE_LIMITED", "limit": 2 });
    assert_eq!(body["errors"][0]["extensions"], extensions);

    first.send(&json!({ "type": "connection_init" })).await;
    is_acknowledged(&mut first).await;
    Socket::open(&stage).await;
}
