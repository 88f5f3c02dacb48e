//! Tenant isolation of every root field and entity: another customer, another tenant, a missing permission. The list of
//! fields comes from the schema, so a new field without a case fails the test.

use std::collections::BTreeSet;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use identity::Caller;
use orders::{MIGRATOR, Orders};
use serde_json::{Value, json};
use testkit::{GraphqlAnswer, TestDatabase, anonymous, assert_tenancy, customer, owner};

use crate::orders_app::{OrdersApp, World, an_input, customer_id};

#[tokio::test]
async fn every_table_is_isolated() {
    let database = TestDatabase::create("orders", &MIGRATOR).await;

    assert_tenancy(&database, "orders", &["event_log_epoch"]).await;
}

/// An order of customer 1 of tenant `kava`.
struct Isolation {
    app: OrdersApp,
    order: String,
}

impl Isolation {
    async fn new() -> Self {
        let app = World::new().await.start();
        let olena = customer(&app.world.kava, customer_id(1));
        let placed = app.place(&olena, an_input("k1")).await;
        let order = placed
            .at("/placeOrder/order/id")
            .as_str()
            .unwrap()
            .to_owned();
        Self { app, order }
    }

    async fn ask(&self, caller: &Caller, query: &str) -> GraphqlAnswer {
        let variables = json!({ "id": self.order, "customer": customer_id(1) });
        self.app.client.execute(caller, query, variables).await
    }

    /// Callers that may not see the order.
    fn foreign_callers(&self) -> [Caller; 3] {
        let (kava, knyhy) = (&self.app.world.kava, &self.app.world.knyhy);
        [
            customer(kava, customer_id(2)),
            owner(knyhy),
            customer(knyhy, customer_id(1)),
        ]
    }
}

const CASES: [&str; 7] = [
    "Query.order",
    "Query.orders",
    "Query.orderEvents",
    "Mutation.placeOrder",
    "Mutation.cancelOrder",
    "entity Order",
    "entity Customer",
];

#[test]
fn every_root_field_and_entity_has_a_case() {
    let document = parse_schema(subgraph::sdl::<Orders>()).unwrap();
    let mut found = BTreeSet::new();
    for definition in document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else {
            continue;
        };
        let definition = definition.node;
        let TypeKind::Object(object) = definition.kind else {
            continue;
        };
        let name = definition.name.node.as_str();
        if ["Query", "Mutation"].contains(&name) {
            let fields = object
                .fields
                .iter()
                .map(|field| field.node.name.node.as_str());
            let own = fields.filter(|field| !field.starts_with('_'));
            found.extend(own.map(|field| format!("{name}.{field}")));
        }
        let resolvable = definition.directives.iter().any(|directive| {
            directive.node.name.node == "key" && directive.node.get_argument("resolvable").is_none()
        });
        if resolvable {
            found.insert(format!("entity {name}"));
        }
    }
    assert_eq!(found, CASES.iter().map(ToString::to_string).collect());
}

#[tokio::test]
async fn order_hides_what_is_not_the_callers() {
    let isolation = Isolation::new().await;
    let query = "query($id: ID!) { order(id: $id) { number } }";

    for foreign_caller in isolation.foreign_callers() {
        assert_eq!(
            isolation.ask(&foreign_caller, query).await.at("/order"),
            &Value::Null
        );
    }
    let guest = anonymous(&isolation.app.world.kava);
    assert_eq!(
        isolation.ask(&guest, query).await.at("/order"),
        &Value::Null
    );
}

#[tokio::test]
async fn orders_and_events_hide_what_is_not_the_callers() {
    let isolation = Isolation::new().await;
    let query = "{ orders { totalCount nodes { number } } orderEvents { nodes { id } } }";

    for foreign_caller in isolation.foreign_callers() {
        let answer = isolation.ask(&foreign_caller, query).await;
        assert_eq!(
            answer.at("/orders"),
            &json!({ "totalCount": 0, "nodes": [] })
        );
        assert_eq!(answer.at("/orderEvents/nodes"), &json!([]));
    }
    for field in [
        "{ orders { totalCount } }",
        "{ orderEvents { nodes { id } } }",
    ] {
        let guest = anonymous(&isolation.app.world.kava);
        assert_eq!(
            isolation.ask(&guest, field).await.error_code(),
            "UNAUTHENTICATED"
        );
    }
}

#[tokio::test]
async fn mutations_do_not_reach_other_tenants_and_customers() {
    let isolation = Isolation::new().await;

    for foreign_caller in isolation.foreign_callers() {
        let answer = isolation
            .app
            .cancel(&foreign_caller, "c1", &isolation.order)
            .await;
        assert_eq!(answer.user_error_codes(), ["ORDER_NOT_FOUND"]);
    }
    // A variant of `kava` is not a variant of `knyhy`, and a key used in one tenant is free in the other.
    let foreign = isolation
        .app
        .place(&owner(&isolation.app.world.knyhy), an_input("k1"))
        .await;
    assert_eq!(
        foreign.user_error_codes(),
        ["VARIANT_NOT_FOUND", "VARIANT_NOT_FOUND"]
    );
}

#[tokio::test]
async fn entities_hide_what_is_not_the_callers_and_do_not_fail_the_others() {
    let isolation = Isolation::new().await;
    let representations = json!([
        { "__typename": "Order", "id": isolation.order },
        { "__typename": "Order", "id": "nothing" },
        { "__typename": "Customer", "id": customer_id(1) },
        { "__typename": "Customer", "id": "nothing" },
    ]);
    let selection = "... on Order { number } ... on Customer { id orders { totalCount } }";
    let ask = async |caller: &Caller| {
        let answer = isolation
            .app
            .client
            .entities(caller, representations.clone(), selection)
            .await;
        answer.at("/_entities").clone()
    };

    let own = ask(&customer(&isolation.app.world.kava, customer_id(1))).await;
    assert_eq!(own[0]["number"], "1001");
    assert_eq!(own[1], Value::Null);
    assert_eq!(own[2]["orders"]["totalCount"], 1);
    assert_eq!(own[3], Value::Null);
    for foreign_caller in [
        customer(&isolation.app.world.kava, customer_id(2)),
        anonymous(&isolation.app.world.kava),
    ] {
        assert_eq!(ask(&foreign_caller).await, json!([null, null, null, null]));
    }
    // Staff of another tenant may see a customer with that id, who has no orders in that tenant.
    let foreign = ask(&owner(&isolation.app.world.knyhy)).await;
    assert_eq!(foreign[0], Value::Null);
    assert_eq!(foreign[2]["orders"]["totalCount"], 0);
}

#[tokio::test]
async fn rejects_requests_without_an_internal_token() {
    let app = OrdersApp::start().await;

    for query in [
        "{ __typename }",
        "{ _service { sdl } }",
        "{ orders { totalCount } }",
    ] {
        for token in [None, Some("nonsense")] {
            let (status, body) = app.client.post(token, query, json!({})).await;
            assert_eq!(status.as_u16(), 401);
            assert_eq!(body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        }
    }
}
