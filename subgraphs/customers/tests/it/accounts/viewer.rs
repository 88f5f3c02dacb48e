use serde_json::{Value, json};

use crate::customers_app::{CustomersApp, PASSWORD};

const VIEWER: &str =
    "{ viewer { permissions customer { id email name } staff { id email name role } } }";

#[tokio::test]
async fn an_anonymous_caller_has_no_viewer() {
    let app = CustomersApp::start().await;

    let answer = app.anonymous(&app.kava).ask(VIEWER).await;

    assert_eq!(answer, json!({ "data": { "viewer": null } }));
}

#[tokio::test]
async fn a_customer_is_signed_in() {
    let app = CustomersApp::start().await;

    let answer = app.customer(&app.kava, app.kava.maria).ask(VIEWER).await;

    assert_eq!(
        answer["data"]["viewer"],
        json!({
            "permissions": ["OWN_ORDERS_READ", "OWN_ORDERS_CANCEL"],
            "customer": { "id": app.kava.maria.to_string(), "email": "maria@example.com", "name": "Марія" },
            "staff": null,
        })
    );
}

#[tokio::test]
async fn an_owner_is_signed_in() {
    let app = CustomersApp::start().await;

    let answer = app.owner(&app.kava).ask(VIEWER).await;

    let viewer = &answer["data"]["viewer"];
    assert_eq!(viewer["customer"], Value::Null);
    assert_eq!(
        viewer["staff"],
        json!({
            "id": app.kava.owner.to_string(),
            "email": app.kava.owner_email(),
            "name": "Оксана",
            "role": "owner",
        })
    );
    let permissions = viewer["permissions"].as_array().unwrap();
    for name in [
        "STOCK_ADJUST",
        "ORDERS_READ",
        "ORDERS_CANCEL",
        "CUSTOMERS_READ",
        "STAFF_MANAGE",
    ] {
        assert!(
            permissions.contains(&json!(name)),
            "{name} is missing in {permissions:?}"
        );
    }
}

#[tokio::test]
async fn the_token_of_a_sign_in_leads_to_its_viewer() {
    let app = CustomersApp::start().await;
    let token = app
        .access_token(&app.knyhy, "maria@example.com", PASSWORD)
        .await;

    let identity = app.verify(&token).await;
    let answer = app
        .with_subject(&app.knyhy, identity.subject)
        .ask(VIEWER)
        .await;

    assert_eq!(
        answer["data"]["viewer"]["customer"]["id"],
        app.knyhy.maria.to_string()
    );
}
