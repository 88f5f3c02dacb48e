//! What the router receives, and what happens when it does not answer.

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Bytes;
use gateway::access::TenantHint;
use gateway::answer::{ErrorCode, Rejection};
use gateway::schema::GraphqlRequest;
use http::StatusCode;
use identity::{ServiceName, Subject};
use serde_json::json;
use service::Deadline;

use crate::platform::{Platform, ROUTER_SECRET, Reply, UNREACHABLE, send};

#[tokio::test]
async fn carries_a_signed_identity_and_the_secret() {
    let platform = Platform::start().await;

    platform.query("{ shop { name } }").await.assert_served();

    let asked = platform.router.only_asked();
    let token = asked.headers["x-shop-identity"].to_str().unwrap();
    let caller = platform
        .keys
        .verifier(ServiceName::Orders)
        .verify(token)
        .unwrap();
    assert_eq!(
        (caller.tenant.slug.as_str(), &caller.subject),
        ("kava", &Subject::Anonymous)
    );
    assert_eq!(asked.headers["x-shop-router-secret"], ROUTER_SECRET);
    assert!(!asked.headers.contains_key("authorization"));
}

#[tokio::test]
async fn keeps_the_identity_the_same_for_one_caller() {
    let platform = Platform::start().await;

    platform.query("{ shop { name } }").await;
    platform.query("{ shop { slug } }").await;
    platform.query_at("knyhy.localhost", None).await;

    let tokens: Vec<_> = platform
        .router
        .asked()
        .iter()
        .map(|asked| asked.headers["x-shop-identity"].clone())
        .collect();
    assert_eq!(tokens[0], tokens[1]);
    assert_ne!(tokens[0], tokens[2]);
}

#[tokio::test]
async fn forwards_no_header_of_the_client() {
    let platform = Platform::start().await;
    let request = platform
        .post()
        .header("X-SHOP-Identity", "forged")
        .header("x-Shop-Router-Secret", "forged")
        .header("baggage", "forged=1")
        .header("cookie", "forged=1")
        .header("apollo-expose-query-plan", "true")
        .header("x-forwarded-host", "knyhy.localhost");

    send(request.body(json!({ "query": "{ shop { name } }" }).to_string()))
        .await
        .assert_served();

    let headers = platform.router.only_asked().headers;
    let mut names: Vec<_> = headers.keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    let expected = [
        "accept",
        "content-length",
        "content-type",
        "host",
        "traceparent",
        "x-shop-identity",
        "x-shop-router-secret",
    ];
    assert_eq!(names, expected);
    assert_ne!(headers["x-shop-identity"], "forged");
    assert_eq!(headers["x-shop-router-secret"], ROUTER_SECRET);
}

#[tokio::test]
async fn continues_the_trace_of_the_client() {
    let platform = Platform::start().await;
    let trace = "0af7651916cd43dd8448eb211c80319c";

    let got = platform
        .query_with("traceparent", &format!("00-{trace}-b7ad6b7169203331-01"))
        .await;

    let forwarded = platform.router.only_asked().headers["traceparent"].clone();
    let forwarded = forwarded.to_str().unwrap();
    assert!(
        forwarded.starts_with(&format!("00-{trace}-")),
        "{forwarded}"
    );
    assert!(!forwarded.contains("b7ad6b7169203331"), "{forwarded}");
    assert_eq!(got.header("x-request-id"), trace);
}

#[tokio::test]
async fn starts_a_trace_when_the_client_has_none() {
    let platform = Platform::start().await;

    let got = platform.query_with("traceparent", "not a trace").await;

    let id = got.header("x-request-id");
    assert_eq!(id.len(), 32, "{id}");
    let forwarded = platform.router.only_asked().headers["traceparent"].clone();
    assert!(forwarded.to_str().unwrap().contains(id));
}

#[tokio::test]
async fn forwards_the_body_unchanged() {
    let platform = Platform::start().await;
    let body = r#"{ "variables": {"id":"order_1"},  "query":"query A($id: ID!) { order(id: $id) { id } }" }"#;

    send(platform.post().body(body)).await;

    assert_eq!(platform.router.only_asked().body, body);
}

#[tokio::test]
async fn turns_a_get_into_a_post() {
    let platform = Platform::start().await;
    let url = platform.url("/graphql?query=query%20A(%24id%3A%20ID!)%7Border(id%3A%24id)%7Bid%7D%7D&variables=%7B%22id%22%3A%221%22%7D");

    send(platform.client.get(url).header("X-Tenant", "kava")).await;

    let body: serde_json::Value =
        serde_json::from_slice(&platform.router.only_asked().body).unwrap();
    assert_eq!(
        body,
        json!({ "query": "query A($id: ID!){order(id:$id){id}}", "variables": { "id": "1" } })
    );
}

#[tokio::test]
async fn an_unreachable_router_is_service_unavailable() {
    let platform = Platform::start_with([("ROUTER__URL", "http://127.0.0.1:9/graphql")]).await;

    let got = platform.query("{ shop { name } }").await;

    got.assert_refused(503, "SERVICE_UNAVAILABLE");
    assert_eq!(got.header("retry-after"), "1");
    assert!(
        !got.text.contains(UNREACHABLE.trim_start_matches("http://")),
        "{}",
        got.text
    );
}

#[tokio::test]
async fn a_router_that_does_not_answer_times_out_at_the_deadline() {
    let platform = Platform::start().await;
    platform.router.replies(Reply::Never);
    let hint = TenantHint {
        x_tenant: Some("kava"),
        ..Default::default()
    };
    let principal = platform
        .app
        .gateway
        .access
        .identify(hint, None)
        .await
        .unwrap();
    let request = GraphqlRequest {
        query: "{ shop { name } }".to_owned(),
        operation_name: None,
        variables: None,
    };

    let deadline = Deadline::after(Duration::from_millis(100));
    let answer = platform
        .app
        .gateway
        .router
        .execute(&principal, request.to_body().unwrap(), deadline)
        .await;

    assert_eq!(
        answer.as_ref().map_err(Rejection::code),
        Err(ErrorCode::ServiceUnavailable)
    );
    testkit::eventually("the router's work is dropped", || async {
        (platform.router.working.load(Ordering::Relaxed) == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn work_is_cancelled_when_the_client_disconnects() {
    let platform = Platform::start().await;
    platform.router.replies(Reply::Never);
    let request = platform
        .post()
        .body(json!({ "query": "{ shop { name } }" }).to_string());

    let left = request.timeout(Duration::from_millis(300)).send().await;

    assert!(left.is_err());
    assert_eq!(platform.router.asked().len(), 1);
    testkit::eventually("the router's work is dropped", || async {
        (platform.router.working.load(Ordering::Relaxed) == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn statuses_of_the_router_are_translated() {
    let platform = Platform::start().await;
    for (status, expected, code) in [
        (503, 503, "SERVICE_UNAVAILABLE"),
        (504, 503, "SERVICE_UNAVAILABLE"),
        (429, 503, "SERVICE_UNAVAILABLE"),
        (403, 500, "INTERNAL_SERVER_ERROR"),
        (401, 500, "INTERNAL_SERVER_ERROR"),
        (500, 500, "INTERNAL_SERVER_ERROR"),
    ] {
        let status = StatusCode::from_u16(status).unwrap();
        let body = Bytes::from_static(br#"{"errors":[{"message":"from the router"}]}"#);
        platform.router.replies(Reply::Now(status, vec![body]));

        let got = platform.query("{ shop { name } }").await;

        got.assert_refused(expected, code);
        assert!(!got.text.contains("from the router"), "{}", got.text);
    }
}
