use identity::ServiceName;
use internal_api::tenants::RESOLVE_TENANT;
use serde_json::{Value, json};

use crate::customers_app::CustomersApp;

async fn resolve(app: &CustomersApp, request: Value) -> Value {
    app.internal
        .expect_answer(ServiceName::Gateway, None, RESOLVE_TENANT, &request)
        .await
}

#[tokio::test]
async fn finds_a_tenant_by_its_slug() {
    let app = CustomersApp::start().await;

    let answer = resolve(&app, json!({ "slug": app.kava.slug })).await;

    let tenant = &answer["tenant"];
    assert_eq!(tenant["id"], app.kava.id.to_string());
    assert_eq!(tenant["name"], "Кава");
    assert_eq!(tenant["status"], "active");
    assert_eq!(tenant["default_currency"], "UAH");
    assert_eq!(tenant["plan"]["name"], "large");
    assert_eq!(
        tenant["plan"]["limits"],
        json!({
            "cost_points_per_second": 2000,
            "subscriptions_per_socket": 20,
            "subscriptions_per_principal": 1000,
            "subscriptions_per_tenant": 2000,
            "sockets_per_address": 2000,
        })
    );
}

#[tokio::test]
async fn finds_a_tenant_by_one_of_its_domains_whatever_the_case_and_port() {
    let app = CustomersApp::start().await;
    let host = format!("{}:4000", app.knyhy.domain.to_uppercase());

    let answer = resolve(&app, json!({ "host": host })).await;

    assert_eq!(answer["tenant"]["id"], app.knyhy.id.to_string());
    assert_eq!(answer["tenant"]["domains"], json!([app.knyhy.domain]));
}

#[tokio::test]
async fn an_unknown_address_has_no_tenant() {
    let app = CustomersApp::start().await;

    for request in [
        json!({ "slug": "no-such-shop" }),
        json!({ "slug": app.kava.domain }),
        json!({ "host": "no-such-shop.example" }),
        json!({ "host": app.kava.slug }),
        json!({ "host": "not a host" }),
    ] {
        let answer = resolve(&app, request.clone()).await;
        assert_eq!(answer, json!({ "tenant": null }), "{request}");
    }
}

#[tokio::test]
async fn rejects_requests_with_neither_or_both_addresses() {
    let app = CustomersApp::start().await;

    for request in [json!({}), json!({ "slug": "kava", "host": "kava.example" })] {
        let (status, answer) = app
            .internal
            .call(ServiceName::Gateway, None, RESOLVE_TENANT, &request)
            .await;
        assert_eq!(status, 400);
        assert_eq!(answer["code"], "BAD_REQUEST");
    }
}

#[tokio::test]
async fn only_the_gateway_may_call() {
    let app = CustomersApp::start().await;
    let request = json!({ "slug": app.kava.slug });

    let (status, answer) = app
        .internal
        .call(ServiceName::Orders, None, RESOLVE_TENANT, &request)
        .await;

    assert_eq!(status, 403);
    assert_eq!(answer["code"], "FORBIDDEN");
}
