//! The form of requests: methods, content types, sizes, JSON.

use axum::body::{Body, Bytes};
use http::Method;
use serde_json::json;

use crate::platform::{Platform, send};

const QUERY: &str = r#"{"query":"{ shop { name } }"}"#;

#[tokio::test]
async fn refuses_posts_that_a_form_can_send() {
    let platform = Platform::start().await;
    for media in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
        "application/graphql",
    ] {
        let request = platform
            .client
            .post(platform.url("/graphql"))
            .header("x-tenant", "kava")
            .header("content-type", media);

        send(request.body(QUERY))
            .await
            .assert_refused(415, "BAD_REQUEST");
    }
    assert!(platform.router.asked().is_empty());
}

#[tokio::test]
async fn refuses_other_methods() {
    let platform = Platform::start().await;
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let request = platform.client.request(method, platform.url("/graphql"));

        let got = send(request.header("x-tenant", "kava").body(QUERY)).await;

        got.assert_refused(405, "BAD_REQUEST");
        assert_eq!(got.header("allow"), "GET, POST");
    }
}

#[tokio::test]
async fn refuses_mutations_over_get() {
    let platform = Platform::start().await;
    let url = platform.url("/graphql?query=mutation%7BplaceOrder(key:%22k%22,units:1)%7Bid%7D%7D");

    let got = send(platform.client.get(url).header("x-tenant", "kava")).await;

    got.assert_refused(405, "BAD_REQUEST");
    assert_eq!(got.header("allow"), "POST");
    assert!(platform.router.asked().is_empty());
}

#[tokio::test]
async fn refuses_a_body_over_the_limit() {
    let platform = Platform::start().await;
    let body =
        json!({ "query": "{ shop { name } }", "variables": { "x": "y".repeat(256 * 1024) } });

    send(platform.post().body(body.to_string()))
        .await
        .assert_refused(413, "BAD_REQUEST");
}

#[tokio::test]
async fn refuses_a_body_over_the_limit_without_a_content_length() {
    let platform = Platform::start().await;
    let pieces = (0..300).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![b' '; 1024])));
    let body = Body::from_stream(futures_util::stream::iter(pieces));

    send(platform.post().body(body))
        .await
        .assert_refused(413, "BAD_REQUEST");
}

#[tokio::test]
async fn accepts_a_body_in_chunks() {
    let platform = Platform::start().await;
    let pieces = QUERY
        .as_bytes()
        .chunks(3)
        .map(|piece| Ok::<_, std::io::Error>(piece.to_vec()));
    let body = Body::from_stream(futures_util::stream::iter(pieces));

    send(platform.post().body(body)).await.assert_served();

    assert_eq!(platform.router.only_asked().body, QUERY);
}

#[tokio::test]
async fn refuses_malformed_requests() {
    let platform = Platform::start().await;
    for body in [
        "",
        "{",
        "[]",
        r#"{"notquery":"{ shop { name } }"}"#,
        r#"{"query":7}"#,
        r#"{"query":"{ shop { name } }","variables":"x"}"#,
        r#"{"query":"{ shop { name } }","query":"{ shop { slug } }"}"#,
        r#"[{"query":"{ shop { name } }"}]"#,
    ] {
        for accept in ["application/json", "application/graphql-response+json"] {
            let request = platform.post().header("accept", accept).body(body);

            send(request).await.assert_refused(400, "BAD_REQUEST");
        }
    }
}

#[tokio::test]
async fn a_persisted_operation_is_not_supported() {
    let platform = Platform::start().await;
    let body = json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": "ab" } } });

    let got = send(platform.post().body(body.to_string())).await;

    got.assert_refused(400, "BAD_REQUEST");
    assert_eq!(
        got.json()["errors"][0]["message"],
        "PersistedQueryNotSupported"
    );
}

#[tokio::test]
async fn extensions_do_not_reach_the_router() {
    let platform = Platform::start().await;
    let body = json!({ "query": "{ shop { name } }", "extensions": { "any": "thing" } });

    send(platform.post().body(body.to_string()))
        .await
        .assert_served();

    assert_eq!(
        platform.router.only_asked().body,
        r#"{"query":"{ shop { name } }"}"#
    );
}
