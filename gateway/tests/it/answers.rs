//! How the router's answer reaches clients.

use axum::body::Bytes;
use http::StatusCode;
use serde_json::json;

use crate::platform::{Platform, Reply, send};

const GRAPHQL: &str = "application/graphql-response+json";

#[tokio::test]
async fn a_success_is_forwarded_unchanged() {
    let platform = Platform::start().await;
    let answer = r#"{"data":{"shop":{"name":"Кава \"до ранку\""}},"extensions":{"x":1}}"#;
    platform.router.replies(Reply::Now(
        StatusCode::OK,
        vec![Bytes::from_static(answer.as_bytes())],
    ));

    let got = platform.query("{ shop { name } }").await;

    assert_eq!(got.text, answer);
    assert_eq!(
        got.header("content-type"),
        "application/json; charset=utf-8"
    );
    assert_eq!(got.header("cache-control"), "no-store");
}

#[tokio::test]
async fn the_errors_of_a_long_answer_are_masked() {
    let platform = Platform::start().await;
    let name = "x".repeat(100_000);
    let start = format!(r#"{{"data":{{"shop":{{"name":"{name}"}}}},"err"#);
    let end = r#"ors":[{"message":"no route to 10.0.0.7","path":["order"],"extensions":{"code":"SUBREQUEST_HTTP_ERROR","service":"orders"}}]}"#;
    platform
        .router
        .replies(Reply::Now(StatusCode::OK, vec![start.into(), end.into()]));

    let got = platform.query("{ shop { name } }").await;

    assert_eq!(got.status, StatusCode::OK);
    assert_eq!(got.json()["data"]["shop"]["name"], name);
    assert_eq!(
        got.json()["errors"],
        json!([{
            "message": "the service is not available, try again",
            "path": ["order"],
            "extensions": { "code": "SERVICE_UNAVAILABLE" },
        }])
    );
}

/// No client takes a part of an answer for the whole.
#[tokio::test]
async fn an_incomplete_answer_is_service_unavailable() {
    let platform = Platform::start().await;
    platform.router.replies(Reply::BreaksOff(Bytes::from_static(
        br#"{"data":{"shop":null}"#,
    )));

    let got = platform.query("{ shop { name } }").await;

    got.assert_refused(503, "SERVICE_UNAVAILABLE");
}

#[tokio::test]
async fn internal_errors_are_masked() {
    let platform = Platform::start().await;
    platform.router.answers(&json!({
        "data": { "order": null },
        "errors": [
            { "message": "duplicate key value violates \"orders_pkey\"", "path": ["order"] },
            {
                "message": "sign in first",
                "path": ["order"],
                "extensions": { "code": "UNAUTHENTICATED", "service": "orders" },
            },
        ],
    }));

    let got = platform.query("{ order(id: 1) { id } }").await;

    assert_eq!(got.status, StatusCode::OK);
    assert_eq!(
        got.json()["errors"],
        json!([
            {
                "message": "internal error",
                "path": ["order"],
                "extensions": { "code": "INTERNAL_SERVER_ERROR" },
            },
            {
                "message": "sign in first",
                "path": ["order"],
                "extensions": { "code": "UNAUTHENTICATED" },
            },
        ])
    );
}

#[tokio::test]
async fn invalid_variables_are_a_bad_request() {
    let platform = Platform::start().await;
    let refusal = json!({ "errors": [{
        "message": "invalid type for variable: 'id'",
        "extensions": { "code": "VALIDATION_INVALID_TYPE_VARIABLE", "name": "id" },
    }] });
    platform.router.replies(Reply::Now(
        StatusCode::BAD_REQUEST,
        vec![refusal.to_string().into()],
    ));
    let body = json!({ "query": "query A($id: ID!) { order(id: $id) { id } }", "variables": { "id": {} } });

    let json = send(platform.post().body(body.to_string())).await;
    let graphql = send(
        platform
            .post()
            .header("accept", GRAPHQL)
            .body(body.to_string()),
    )
    .await;

    json.assert_refused(200, "BAD_REQUEST");
    graphql.assert_refused(400, "BAD_REQUEST");
    assert!(
        json.text.contains("invalid type for variable: 'id'"),
        "{}",
        json.text
    );
}

#[tokio::test]
async fn the_media_type_of_the_answer_is_negotiated() {
    let platform = Platform::start().await;

    for (accept, form) in [
        ("*/*", "application/json; charset=utf-8"),
        (GRAPHQL, "application/graphql-response+json; charset=utf-8"),
        (
            "application/graphql-response+json, application/json;q=0.9",
            "application/graphql-response+json; charset=utf-8",
        ),
        ("text/html", "application/json; charset=utf-8"),
    ] {
        let got = platform.query_with("accept", accept).await;

        assert_eq!(got.header("content-type"), form, "{accept}");
        got.assert_served();
    }
}

#[tokio::test]
async fn rejected_documents_have_the_status_of_the_media_type() {
    let platform = Platform::start().await;
    for (document, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
    ] {
        let body = json!({ "query": document }).to_string();

        let json = send(platform.post().body(body.clone())).await;
        let graphql = send(platform.post().header("accept", GRAPHQL).body(body)).await;

        json.assert_refused(200, code);
        graphql.assert_refused(400, code);
        assert_eq!(
            graphql.header("content-type"),
            "application/graphql-response+json; charset=utf-8"
        );
    }
    assert!(platform.router.asked().is_empty());
}

#[tokio::test]
async fn an_answer_that_is_not_graphql_is_an_internal_error() {
    let platform = Platform::start().await;
    let page = Bytes::from_static(b"<html>router of the company</html>");
    platform
        .router
        .replies(Reply::Now(StatusCode::OK, vec![page]));

    let got = platform.query("{ shop { name } }").await;

    got.assert_refused(500, "INTERNAL_SERVER_ERROR");
    assert!(!got.text.contains("company"), "{}", got.text);
}
