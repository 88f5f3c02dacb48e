use ids::CustomerId;
use serde_json::{Value, json};

use crate::customers_app::CustomersApp;

#[tokio::test]
async fn staff_see_every_customer_of_their_shop() {
    let app = CustomersApp::start().await;

    let answer = app
        .owner(&app.kava)
        .entities(&[app.kava.olena, app.kava.maria])
        .await;

    assert_eq!(
        answer["data"]["_entities"],
        json!([
            { "id": app.kava.olena.to_string(), "email": app.kava.olena_email(), "name": "Олена" },
            { "id": app.kava.maria.to_string(), "email": "maria@example.com", "name": "Марія" },
        ])
    );
}

#[tokio::test]
async fn a_customer_sees_no_other_customer() {
    let app = CustomersApp::start().await;

    let answer = app
        .customer(&app.kava, app.kava.olena)
        .entities(&[app.kava.maria, app.kava.olena])
        .await;

    let found = answer["data"]["_entities"].as_array().unwrap();
    assert_eq!(found[0], Value::Null);
    assert_eq!(found[1]["id"], app.kava.olena.to_string());
    assert_eq!(answer.get("errors"), None);
}

#[tokio::test]
async fn an_anonymous_caller_sees_no_customer() {
    let app = CustomersApp::start().await;

    let answer = app.anonymous(&app.kava).entities(&[app.kava.maria]).await;

    assert_eq!(answer, json!({ "data": { "_entities": [null] } }));
}

#[tokio::test]
async fn an_unknown_id_does_not_affect_the_others() {
    let app = CustomersApp::start().await;
    let unknown = CustomerId::from_uuid(uuid::Uuid::from_u128(1));

    let answer = app
        .owner(&app.kava)
        .entities(&[unknown, app.kava.maria])
        .await;

    assert_eq!(answer["data"]["_entities"][0], Value::Null);
    assert_eq!(answer["data"]["_entities"][1]["email"], "maria@example.com");
    assert_eq!(answer.get("errors"), None);
}

#[tokio::test]
async fn a_malformed_id_is_null() {
    let app = CustomersApp::start().await;

    for text in [
        "",
        "customer_",
        "order_01h455vb4pex5vsknk084sn02q",
        "nonsense",
    ] {
        let answer = app.owner(&app.kava).entities(&[text]).await;
        assert_eq!(
            answer,
            json!({ "data": { "_entities": [null] } }),
            "{text:?}"
        );
    }
}
