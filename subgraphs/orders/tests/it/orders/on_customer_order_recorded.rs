use event_contracts::customers::CustomerOrderRecordedV1;
use event_contracts::{Envelope, Event as _, SPEC_VERSION};
use event_log::inbox::NotHandled;
use ids::{EventId, OrderId};
use orders::Orders;
use serde_json::{Value, json};
use subgraph::Work;
use testkit::{anonymous, customer, owner};
use uuid::Uuid;

use crate::orders_app::{OrdersApp, an_input, customer_id};

async fn handle(app: &OrdersApp, data: Value) -> Result<(), NotHandled> {
    let tenant = app.world.kava.id;
    let envelope = Envelope {
        specversion: SPEC_VERSION.to_owned(),
        id: EventId::from_uuid(Uuid::from_u128(1)),
        source: "/customers".to_owned(),
        event_type: CustomerOrderRecordedV1::TYPE.name.to_owned(),
        subject: "customer".to_owned(),
        time: "2026-11-22T12:00:00Z".parse().unwrap(),
        datacontenttype: "application/json".to_owned(),
        tenantid: tenant,
        stream: "customers".to_owned(),
        sequence: "1".to_owned(),
        traceparent: None,
        data,
    };
    let work = Work::of::<Orders>(&app.app);
    let consumer = &work.consumers()[0];
    let mut tx = app.app.db.write(tenant).await.unwrap();
    let events = consumer.handle(&app.app, &mut tx, &envelope).await?;
    Ok(app.app.log.commit(tx, events).await?)
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
        .client
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
        .client
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
