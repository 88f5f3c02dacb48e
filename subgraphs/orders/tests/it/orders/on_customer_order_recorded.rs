use event_contracts::queues::CUSTOMER_OF_GUEST;
use event_log::inbox::NotHandled;
use ids::OrderId;
use serde_json::{Value, json};
use testkit::{anonymous, customer, owner};

use crate::orders_app::{OrdersApp, an_input, customer_id};

async fn handle(app: &OrdersApp, data: Value) -> Result<(), NotHandled> {
    let tenant = app.world.kava.id;
    app.receive(CUSTOMER_OF_GUEST, tenant, data).await
}

#[tokio::test]
async fn the_customer_of_a_guests_order_is_set_once() {
    let app = OrdersApp::start().await;
    let placed = app.place(&anonymous(&app.world.kava), an_input("k1")).await;
    let order: OrderId = placed
        .at("/placeOrder/order/id")
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let recorded = |number| json!({ "order_id": order, "customer_id": customer_id(number) });

    handle(&app, recorded(7)).await.unwrap();
    handle(&app, recorded(7)).await.unwrap();
    handle(&app, recorded(8)).await.unwrap();

    let answer = app
        .execute(
            &owner(&app.world.kava),
            "query($id: ID!) { order(id: $id) { customer { id } } }",
            json!({ "id": order }),
        )
        .await;
    assert_eq!(answer.at("/order/customer/id"), &json!(customer_id(7)));
}

#[tokio::test]
async fn a_signed_in_customers_order_keeps_its_customer() {
    let app = OrdersApp::start().await;
    let olena = customer(&app.world.kava, customer_id(1));
    let placed = app.place(&olena, an_input("k1")).await;
    let order = placed.at("/placeOrder/order/id").clone();

    handle(
        &app,
        json!({ "order_id": order, "customer_id": customer_id(7) }),
    )
    .await
    .unwrap();

    let orders = app
        .execute(&olena, "{ orders { totalCount } }", json!({}))
        .await;
    assert_eq!(orders.at("/orders/totalCount"), 1);
}

#[tokio::test]
async fn a_malformed_event_is_rejected() {
    let app = OrdersApp::start().await;

    let outcome = handle(&app, json!({ "order_id": "nothing" })).await;

    assert!(matches!(outcome, Err(NotHandled::Reject(_))));
}
