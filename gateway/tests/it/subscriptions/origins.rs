//! Origins that may open sockets and streams.

use futures_util::future::join_all;
use http::{HeaderValue, header};
use serde_json::json;
use tokio_tungstenite::tungstenite;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use super::client::EVENTS;
use super::stage::Stage;
use crate::platform::{Got, send};

const ADMIN: &str = "https://admin.example";

async fn strict() -> Stage {
    let settings = [("DEVELOPMENT", "false"), ("ALLOWED_ORIGINS", ADMIN)];
    Stage::start_with(settings).await
}

/// Status and body of a refused upgrade; `None` if it is accepted.
async fn socket(stage: &Stage, host: &str, origin: &str) -> Option<(u16, String)> {
    let url = format!("ws://{}/graphql", stage.platform.address);
    let mut request = url.into_client_request().unwrap();
    let headers = request.headers_mut();
    let value = |text: &str| HeaderValue::from_str(text).unwrap();
    headers.insert(header::HOST, value(host));
    headers.insert(header::ORIGIN, value(origin));
    headers.insert(
        header::SEC_WEBSOCKET_PROTOCOL,
        value("graphql-transport-ws"),
    );
    match tokio_tungstenite::connect_async(request).await {
        Ok(_) => None,
        Err(tungstenite::Error::Http(answer)) => {
            let body = answer.body().clone().unwrap_or_default();
            let body = String::from_utf8(body).unwrap();
            Some((answer.status().as_u16(), body))
        }
        Err(error) => panic!("{error}"),
    }
}

async fn stream(stage: &Stage, origin: &str, accept: &str) -> Got {
    let request = stage
        .platform
        .post()
        .header(header::ORIGIN, origin)
        .header(header::ACCEPT, accept)
        .body(json!({ "query": EVENTS }).to_string());
    send(request).await
}

#[tokio::test]
async fn origins_of_the_tenant_and_configured_ones_are_allowed() {
    let stage = strict().await;

    for (host, origin) in [
        ("kava.localhost:4000", "http://kava.localhost:4000"),
        ("kava.localhost:4000", "http://kava.localhost"),
        ("kava.localhost:4000", "https://kava.localhost:3000"),
        ("kava.localhost:4000", "https://kava.example"),
        ("kava.example", "https://kava.localhost"),
        ("kava.localhost:4000", ADMIN),
        ("localhost:4000", "http://localhost:4000"),
        ("nobody.localhost", "http://nobody.localhost"),
    ] {
        assert_eq!(socket(&stage, host, origin).await, None, "{host} {origin}");
    }
}

#[tokio::test]
async fn cross_origin_pages_are_refused() {
    let stage = strict().await;

    for (host, origin) in [
        ("kava.localhost:4000", "http://knyhy.localhost:4000"),
        ("kava.localhost:4000", "http://localhost:4000"),
        ("kava.localhost:4000", "http://evil.example"),
        ("kava.localhost:4000", "http://kava.localhost.evil.example"),
        ("kava.localhost:4000", "http://admin.example"),
        ("kava.localhost:4000", "https://admin.example:8443"),
        ("kava.localhost:4000", "null"),
        ("localhost:4000", "http://localhost:3000"),
        ("localhost:4000", "http://kava.localhost:4000"),
        ("nobody.localhost", "http://kava.localhost"),
    ] {
        let refused = socket(&stage, host, origin).await;
        let (status, body) = refused.unwrap_or_else(|| panic!("{host} {origin}"));
        assert_eq!(status, 403, "{host} {origin}");
        assert!(body.contains("\"FORBIDDEN\""), "{body}");
    }
}

#[tokio::test]
async fn an_origin_that_cannot_be_checked_is_refused_retriably() {
    let stage = strict().await;
    stage.platform.customers.set_broken(true);

    let refused = socket(&stage, "knyhy.localhost", "http://knyhy.example").await;

    let (status, body) = refused.expect("no upgrade");
    assert_eq!(status, 503);
    assert!(body.contains("\"SERVICE_UNAVAILABLE\""), "{body}");
}

#[tokio::test]
async fn streams_are_refused_like_sockets() {
    let stage = strict().await;
    let forms = [
        "text/event-stream",
        "application/json, text/event-stream",
        "multipart/mixed;subscriptionSpec=1.0, application/json",
    ];

    let refused = forms.map(|accept| stream(&stage, "http://evil.example", accept));

    for got in join_all(refused).await {
        got.assert_refused(403, "FORBIDDEN");
    }
    assert!(stage.reads().is_empty());
}

#[tokio::test]
async fn local_origins_are_allowed_in_development() {
    let stage = Stage::start().await;

    for origin in [
        "http://localhost:3000",
        "http://127.0.0.1:5173",
        "http://[::1]:3000",
        "http://knyhy.localhost",
    ] {
        let granted = socket(&stage, "kava.localhost:4000", origin).await;
        assert_eq!(granted, None, "{origin}");
    }
    let cross_origin = socket(&stage, "kava.localhost:4000", "http://evil.example").await;
    assert_eq!(cross_origin.map(|(status, _)| status), Some(403));
}
