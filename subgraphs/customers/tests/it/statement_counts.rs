use serde_json::json;

use crate::customers_app::CustomersApp;

#[tokio::test]
async fn twenty_customers_cost_as_many_statements_as_one() {
    let app = CustomersApp::start().await;
    let customers = app.add_customers(&app.kava, 20).await;
    let owner = app.owner(&app.kava);

    let one = owner.statements_of_entities(&customers[..1]).await;
    let twenty = owner.statements_of_entities(&customers).await;

    assert_eq!((one, twenty), (1, 1));
}

#[tokio::test]
async fn a_field_selected_twice_is_read_once() {
    let app = CustomersApp::start().await;
    let owner = app.owner(&app.kava);
    let query =
        "{ a: shop { id } b: shop { name } c: viewer { permissions } d: viewer { permissions } }";

    let statements = owner.statements(query, json!({})).await;

    assert_eq!(statements, 2);
}
