//! Documents are validated and introspection is answered without the router.

use serde_json::json;
use url::Url;

use crate::platform::{Platform, send};

#[tokio::test]
async fn reports_the_location_of_an_error() {
    let platform = Platform::start().await;

    let got = platform.query("{\n  shop { slug nmae }\n}").await;

    got.assert_refused(200, "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(
        got.json()["errors"][0]["locations"],
        json!([{ "line": 2, "column": 15 }])
    );
    assert!(!got.text.contains("name"), "no suggestions: {}", got.text);
}

#[tokio::test]
async fn selects_the_operation_by_its_name() {
    let platform = Platform::start().await;
    let document = "query A { shop { name } } query B { shop { slug } }";
    let ask = |name: serde_json::Value| {
        let body = json!({ "query": document, "operationName": name });
        send(platform.post().body(body.to_string()))
    };

    ask(json!("B")).await.assert_served();
    ask(json!("C"))
        .await
        .assert_refused(200, "GRAPHQL_VALIDATION_FAILED");
    ask(json!(null))
        .await
        .assert_refused(200, "GRAPHQL_VALIDATION_FAILED");

    assert_eq!(platform.router.asked().len(), 1);
}

#[tokio::test]
async fn a_cached_document_is_checked_for_each_request() {
    let platform = Platform::start().await;
    let document = "mutation { placeOrder(key: \"k\", units: 1) { id } }";

    platform.query(document).await.assert_served();
    let url = Url::parse_with_params(&platform.url("/graphql"), [("query", document)]);
    let got = send(platform.client.get(url.unwrap()).header("x-tenant", "kava")).await;

    got.assert_refused(405, "BAD_REQUEST");
}

#[tokio::test]
async fn a_document_that_is_too_deep_is_rejected() {
    let platform = Platform::start().await;
    let document = format!("{}{}", "{ shop ".repeat(500), "}".repeat(500));

    platform
        .query(&document)
        .await
        .assert_refused(200, "GRAPHQL_PARSE_FAILED");
}

#[tokio::test]
async fn a_number_out_of_range_is_rejected() {
    let platform = Platform::start().await;

    let got = platform
        .query("mutation { placeOrder(key: \"k\", units: 3000000000) { id } }")
        .await;

    got.assert_refused(200, "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn answers_introspection_without_the_router() {
    let platform = Platform::start().await;

    let got = platform
        .query("{ __schema { queryType { name } } __type(name: \"Shop\") { name } }")
        .await;

    got.assert_served();
    let expected =
        json!({ "__schema": { "queryType": { "name": "Query" } }, "__type": { "name": "Shop" } });
    assert_eq!(got.json()["data"], expected);
    assert!(platform.router.asked().is_empty());
}

#[tokio::test]
async fn answers_introspection_with_variables() {
    let platform = Platform::start().await;
    let query = "query A($name: String!) { __type(name: $name) { name } }";
    let ask = |variables: serde_json::Value| {
        let body = json!({ "query": query, "variables": variables });
        send(platform.post().body(body.to_string()))
    };

    let found = ask(json!({ "name": "Order" })).await;
    assert_eq!(found.json()["data"]["__type"]["name"], "Order");

    ask(json!({ "name": null }))
        .await
        .assert_refused(200, "BAD_REQUEST");
}

#[tokio::test]
async fn a_lone_typename_is_answered_even_in_production() {
    let platform = Platform::start_with([("DEVELOPMENT", "false")]).await;

    let got = platform.query("{ __typename }").await;

    got.assert_served();
    assert_eq!(got.json(), json!({ "data": { "__typename": "Query" } }));
}

#[tokio::test]
async fn introspection_is_closed_in_production() {
    let platform = Platform::start_with([("DEVELOPMENT", "false")]).await;
    for document in [
        "{ __schema { queryType { name } } }",
        "{ shop { name } ...F } fragment F on Query { __type(name: \"Shop\") { name } }",
    ] {
        platform
            .query(document)
            .await
            .assert_refused(200, "GRAPHQL_VALIDATION_FAILED");
    }
}

#[tokio::test]
async fn introspection_cannot_be_combined_with_data() {
    let platform = Platform::start().await;

    let got = platform
        .query("{ shop { name } __schema { queryType { name } } }")
        .await;

    got.assert_refused(200, "GRAPHQL_VALIDATION_FAILED");
    assert!(platform.router.asked().is_empty());
}

#[tokio::test]
async fn a_subscription_needs_a_socket_or_an_event_stream() {
    let platform = Platform::start().await;

    let got = platform.query("subscription { orderEvents { id } }").await;

    got.assert_refused(400, "BAD_REQUEST");
    assert!(got.text.contains("graphql-transport-ws"), "{}", got.text);
    assert!(got.text.contains("text/event-stream"), "{}", got.text);
}
