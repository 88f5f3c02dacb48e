//! This code on the database that an older version left behind, see `testdata/upgrade`.

use std::time::Duration;

use ids::{OrderId, ProductId};
use internal_api::inventory::{HoldLine, HoldResponse, PricedVariant};
use money::{Currency, Money};
use orders::stock::Stock;
use orders::{MIGRATOR, Orders};
use serde_json::{Value, json};
use service::Deadline;
use testkit::{Executable, Facts, Identities, TestDatabase, assert_tenancy, eventually};
use uuid::Uuid;

use crate::orders_app::{OrdersApp, World};

const DUMP: &str = include_str!("../../../../testdata/upgrade/orders.sql");
const NOWHERE: &str = "127.0.0.1:9";

/// The restored database with a process of this code, at the time of the dump. The stock has the two variants that
/// kava sold, and holds what was not sold yet.
async fn upgraded() -> (OrdersApp, Facts) {
    let facts = Facts::read();
    let upgraded = subgraph_testkit::World::upgraded::<Orders>(DUMP, &facts).await;
    let world = World {
        payment_timeout: Duration::from_millis(500),
        ..World::on(upgraded)
    };
    let order = |command: &str| facts.at(&format!("/commands/{command}/repeat/order"));
    for line in order("guestOrder")["lines"].as_array().unwrap() {
        world.stock.put_priced(world.kava.id, priced(line), 100);
    }
    for command in ["pending", "pendingDeclined", "leftCommitting"] {
        hold(&world, order(command)).await;
    }
    (world.start(), facts)
}

async fn hold(world: &World, order: &Value) {
    let tenant = world.kava.id;
    let mut lines = Vec::new();
    for line in order["lines"].as_array().unwrap() {
        let variant = text(&line["variant"]["id"]).parse().unwrap();
        let quantity = u32::try_from(line["quantity"].as_u64().unwrap()).unwrap();
        lines.push(HoldLine { variant, quantity });
    }
    let order: OrderId = text(&order["id"]).parse().unwrap();
    let deadline = Deadline::after(Duration::from_secs(10));
    let held = world.stock.hold(tenant, order, &lines, deadline).await;
    assert_eq!(held.unwrap(), HoldResponse::Held);
}

/// The variant of an order line, as catalog describes it.
fn priced(line: &Value) -> PricedVariant {
    let hryvnias = text(&line["unitPrice"]["amount"]);
    PricedVariant {
        variant: text(&line["variant"]["id"]).parse().unwrap(),
        product: ProductId::from_uuid(Uuid::nil()),
        sku: text(&line["sku"]).to_owned(),
        name: text(&line["name"]).to_owned(),
        price: Money::new(hryvnias.replace('.', "").parse().unwrap(), Currency::UAH),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[tokio::test]
async fn the_restored_tables_are_isolated() {
    let database = TestDatabase::restore("orders", DUMP, &MIGRATOR).await;

    assert_tenancy(&database, "orders", &["event_log_epoch"]).await;
}

#[tokio::test]
async fn repeated_commands_are_answered_as_before() {
    let (app, facts) = upgraded().await;

    facts
        .assert_repeats(&app.client, &["placeOrder", "cancelOrder"])
        .await;
}

#[tokio::test]
async fn used_keys_refuse_another_input() {
    let (app, facts) = upgraded().await;
    let client = &app.client;

    let email = ("email", json!("another@mail.example"));
    facts.assert_conflicts(client, "placeOrder", email).await;
    let reason = ("reason", json!("another reason"));
    facts.assert_conflicts(client, "cancelOrder", reason).await;

    facts
        .assert_repeats(client, &["placeOrder", "cancelOrder"])
        .await;
}

#[tokio::test]
async fn cursors_continue_where_they_were() {
    let (app, facts) = upgraded().await;

    for cursor in [
        "orders",
        "ordersOfCustomer",
        "orderEvents",
        "orderEventsOfCustomer",
    ] {
        facts.assert_continues(&app.client, cursor).await;
    }
}

#[tokio::test]
async fn the_sweeper_ends_every_saga() {
    let (app, facts) = upgraded().await;
    assert_eq!(app.world.count("placements").await, 5);
    assert_eq!(events_behind_the_list(&app, &facts).await, [""; 0]);

    app.sweep_to_the_end().await;

    for (command, status, payment) in [
        ("pending", "CONFIRMED", "AUTHORIZED"),
        ("pendingDeclined", "CANCELLED", "FAILED"),
        ("leftCommitting", "CONFIRMED", "AUTHORIZED"),
        ("toBeUndone", "CANCELLED", "VOIDED"),
    ] {
        let payload = facts.repeat(&app.client, command, None).await;
        assert_eq!(payload["order"]["status"], status, "{command}");
        assert_eq!(payload["order"]["paymentStatus"], payment, "{command}");
    }
    assert_eq!(
        events_behind_the_list(&app, &facts).await,
        [
            "CANCELLED",
            "CONFIRMED",
            "PAYMENT_AUTHORIZED",
            "PAYMENT_FAILED"
        ]
    );
    app.world.assert_everything_ended().await;
}

/// Types of the events behind the event cursor of the list of orders, sorted.
async fn events_behind_the_list(app: &OrdersApp, facts: &Facts) -> Vec<String> {
    let query = "query($after: String) { orderEvents(after: $after) { nodes { type } } }";
    let owner = facts.caller("kava", "owner");
    let variables = json!({ "after": facts.at("/eventCursorOfOrders") });
    let answer = app.execute(&owner, query, variables).await;
    let nodes = answer.at("/orderEvents/nodes").as_array().unwrap();
    let mut types: Vec<_> = nodes.iter().map(|node| text(&node["type"])).collect();
    types.sort_unstable();
    types.into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn an_undone_placement_can_be_repeated() {
    let (app, facts) = upgraded().await;
    app.sweep_to_the_end().await;

    let placed = facts.repeat(&app.client, "leftStarted", None).await;
    app.sweep_to_the_end().await;
    let repeated = facts.repeat(&app.client, "leftStarted", None).await;

    assert_eq!(placed["userErrors"], json!([]));
    assert_eq!(placed["order"]["number"], "1012");
    assert_eq!(repeated["order"]["id"], placed["order"]["id"]);
    assert_eq!(repeated["order"]["status"], "CONFIRMED");
    app.world.assert_everything_ended().await;
}

#[tokio::test]
async fn a_parked_message_is_listed_and_replayed() {
    let (facts, identities) = (Facts::read(), Identities::new());
    let database = TestDatabase::restore("orders", DUMP, &MIGRATOR).await;
    let orders = Executable::new(
        "orders",
        env!("CARGO_BIN_EXE_orders"),
        &database,
        &identities,
    )
    .with("BROKER__URL", &format!("amqp://{NOWHERE}"))
    .with("CATALOG__URL", &format!("http://{NOWHERE}"))
    .with("CURSOR__KEYS", facts.text("/cursorKeys"));
    let event = facts.text("/parked/orders/envelope/id");
    let is_parked = || orders.run(&["inbox", "list"]).contains(event);
    assert!(is_parked());

    orders.run(&["inbox", "replay", event]);
    assert!(!is_parked());

    // No replay can help this message: it is parked again.
    let _work = orders.start("work");
    eventually("message is parked", async || is_parked().then_some(())).await;
}
