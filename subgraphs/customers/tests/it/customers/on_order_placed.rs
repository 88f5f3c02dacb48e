use event_contracts::customers::CustomerOrderRecordedV1;
use event_contracts::{Event as _, Stream};

use crate::customers_app::{CustomersApp, order_placed};

const STREAM: Stream = Stream::CUSTOMERS;
const RECORDED: [&str; 1] = [CustomerOrderRecordedV1::TYPE.name];

#[tokio::test]
async fn a_guests_order_creates_a_guest_and_publishes_an_event() {
    let app = CustomersApp::start().await;
    let placed = order_placed(None, "Guest@Example.com");

    app.deliver(&app.kava, &placed).await;

    let history = app.history(&app.kava).await;
    assert_eq!(history.len(), 1);
    assert_eq!(history[0].order, placed.order_id.uuid());
    assert_eq!(history[0].number, placed.number);
    assert_eq!(
        (history[0].total_minor, history[0].currency.as_str()),
        (25_000, "UAH")
    );
    assert_eq!(
        (history[0].kind.as_str(), history[0].email.as_str()),
        ("guest", "guest@example.com")
    );
    let [recorded] = app.expect_events(app.kava.id, STREAM, RECORDED).await;
    let payload: CustomerOrderRecordedV1 = recorded.decode();
    assert_eq!(payload.order_id, placed.order_id);
    assert_eq!(payload.customer_id.uuid(), history[0].customer);
}

#[tokio::test]
async fn the_order_of_a_signed_in_customer_is_added_to_their_history() {
    let app = CustomersApp::start().await;
    let placed = order_placed(Some(app.kava.olena), "another@example.com");

    app.deliver(&app.kava, &placed).await;

    let history = app.history(&app.kava).await;
    assert_eq!(history[0].customer, app.kava.olena.uuid());
    app.expect_events(app.kava.id, STREAM, RECORDED).await;
}

#[tokio::test]
async fn a_guest_with_the_address_of_an_account_stays_a_guest() {
    let app = CustomersApp::start().await;
    let placed = order_placed(None, "maria@example.com");

    app.deliver(&app.kava, &placed).await;

    let history = app.history(&app.kava).await;
    assert_eq!(
        (history[0].kind.as_str(), history[0].email.as_str()),
        ("guest", "maria@example.com")
    );
    assert_ne!(history[0].customer, app.kava.maria.uuid());
}

#[tokio::test]
async fn one_guest_orders_twice() {
    let app = CustomersApp::start().await;

    app.deliver(&app.kava, &order_placed(None, "guest@example.com"))
        .await;
    app.deliver(&app.kava, &order_placed(None, "GUEST@example.com"))
        .await;

    let history = app.history(&app.kava).await;
    assert_eq!(history.len(), 2);
    assert_eq!(history[0].customer, history[1].customer);
}

#[tokio::test]
async fn a_redelivered_order_changes_nothing() {
    let app = CustomersApp::start().await;
    let placed = order_placed(None, "guest@example.com");

    for _ in 0..3 {
        app.deliver(&app.kava, &placed).await;
    }

    assert_eq!(app.history(&app.kava).await.len(), 1);
    app.expect_events(app.kava.id, STREAM, RECORDED).await;
}

#[tokio::test]
async fn the_guest_of_one_tenant_is_unknown_in_another() {
    let app = CustomersApp::start().await;

    app.deliver(&app.kava, &order_placed(None, "guest@example.com"))
        .await;
    app.deliver(&app.knyhy, &order_placed(None, "guest@example.com"))
        .await;

    let (kava, knyhy) = (app.history(&app.kava).await, app.history(&app.knyhy).await);
    assert_eq!((kava.len(), knyhy.len()), (1, 1));
    assert_ne!(kava[0].customer, knyhy[0].customer);
}

#[tokio::test]
async fn an_order_that_can_never_be_recorded_is_rejected() {
    let app = CustomersApp::start().await;
    let no_email = order_placed(None, "  ");
    let foreign = order_placed(Some(app.knyhy.maria), "maria@example.com");

    let reasons = [
        app.reject(&app.kava, &no_email).await,
        app.reject(&app.kava, &foreign).await,
    ];

    assert_eq!(reasons[0], "guest order has no valid e-mail");
    assert!(
        reasons[1].ends_with("does not exist in the order's tenant"),
        "{}",
        reasons[1]
    );
    assert!(app.history(&app.kava).await.is_empty());
    app.expect_events(app.kava.id, STREAM, []).await;
}
