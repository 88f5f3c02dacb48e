use event_contracts::Stream;
use identity::{Caller, TenantContext};
use ids::OrderId;
use serde_json::{Value, json};
use testkit::{
    Answer, Evidence, GraphqlAnswer, GraphqlServer, GraphqlSocket, a_tenant, anonymous, customer,
    owner,
};
use uuid::Uuid;

use crate::fake_stock::variant;
use crate::orders_app::{OrdersApp, an_input, customer_id};

/// An order of customer 1 of tenant `kava`.
pub struct OlenasOrder {
    pub app: OrdersApp,
    order: String,
}

impl OlenasOrder {
    pub async fn place() -> Self {
        let app = OrdersApp::start().await;
        let olena = customer(&app.world.kava, customer_id(1));
        let placed = app.place(&olena, an_input("k1")).await;
        let order = placed.at("/placeOrder/order/id").as_str().unwrap();
        Self {
            order: order.to_owned(),
            app,
        }
    }

    pub fn kava(&self) -> &TenantContext {
        &self.app.world.kava
    }

    pub fn knyhy(&self) -> &TenantContext {
        &self.app.world.knyhy
    }

    fn olena(&self) -> Caller {
        customer(self.kava(), customer_id(1))
    }

    /// Callers that may not see the order.
    fn foreign_callers(&self) -> [Caller; 3] {
        [
            customer(self.kava(), customer_id(2)),
            owner(self.knyhy()),
            customer(self.knyhy(), customer_id(1)),
        ]
    }

    async fn ask(&self, caller: &Caller, query: &str, variables: Value) -> GraphqlAnswer {
        self.app.execute(caller, query, variables).await
    }

    /// The answers to the foreign callers.
    async fn ask_foreign(&self, query: &str, variables: Value) -> Vec<Answer> {
        let mut answers = Vec::new();
        for caller in self.foreign_callers() {
            answers.push(self.ask(&caller, query, variables.clone()).await.into());
        }
        answers
    }

    /// Fails unless a guest of `kava` is unauthenticated.
    async fn assert_closed_to_guests(&self, query: &str) {
        let answer = self.ask(&anonymous(self.kava()), query, json!({})).await;
        assert_eq!(answer.error_code(), "UNAUTHENTICATED");
    }
}

/// The id of an order that nobody has placed.
fn unknown() -> String {
    OrderId::from_uuid(Uuid::max()).to_string()
}

/// The owner of a tenant of which the subgraph has no data.
fn owner_of_nothing() -> Caller {
    owner(&a_tenant("nothing", 3))
}

pub async fn order() -> Evidence {
    let olenas = OlenasOrder::place().await;
    let query = "query($id: ID!) { order(id: $id) { number } }";
    let theirs = json!({ "id": olenas.order });

    let mut foreign = olenas.ask_foreign(query, theirs.clone()).await;
    let guest = anonymous(olenas.kava());
    foreign.push(olenas.ask(&guest, query, theirs.clone()).await.into());
    let unknown = json!({ "id": unknown() });
    let missing = olenas.ask(&owner(olenas.kava()), query, unknown).await;
    assert_eq!(missing.at("/order"), &Value::Null);

    Evidence {
        own: olenas.ask(&olenas.olena(), query, theirs).await.into(),
        foreign,
        missing: missing.into(),
    }
}

pub async fn orders() -> Evidence {
    let olenas = OlenasOrder::place().await;
    let query = "{ orders { totalCount nodes { number } } }";

    let missing = olenas.ask(&owner_of_nothing(), query, json!({})).await;
    let empty = json!({ "totalCount": 0, "nodes": [] });
    assert_eq!(missing.at("/orders"), &empty);
    olenas.assert_closed_to_guests(query).await;

    Evidence {
        own: olenas.ask(&olenas.olena(), query, json!({})).await.into(),
        foreign: olenas.ask_foreign(query, json!({})).await,
        missing: missing.into(),
    }
}

pub async fn order_events() -> Evidence {
    let olenas = OlenasOrder::place().await;
    let query = "{ orderEvents { nodes { id } } }";

    let missing = olenas.ask(&owner_of_nothing(), query, json!({})).await;
    assert_eq!(missing.at("/orderEvents/nodes"), &json!([]));
    olenas.assert_closed_to_guests(query).await;

    Evidence {
        own: olenas.ask(&olenas.olena(), query, json!({})).await.into(),
        foreign: olenas.ask_foreign(query, json!({})).await,
        missing: missing.into(),
    }
}

/// A variant of `kava` is not a variant of `knyhy`, and a key used in one tenant is free in the other.
pub async fn place_order() -> Evidence {
    let olenas = OlenasOrder::place().await;
    let query = "mutation($input: PlaceOrderInput!) { placeOrder(input: $input) {
        order { number } userErrors { code } } }";
    let same = json!({ "input": an_input("k1") });
    let mut unknown = json!({ "input": an_input("unknown") });
    unknown["input"]["lines"] = json!([
        { "variantId": variant(77), "quantity": 2 },
        { "variantId": variant(78), "quantity": 1 },
    ]);
    let own = olenas.ask(&owner(olenas.kava()), query, same.clone()).await;
    assert_eq!(own.at("/placeOrder/order/number"), "1002");

    let mut foreign = Vec::new();
    for caller in [
        owner(olenas.knyhy()),
        customer(olenas.knyhy(), customer_id(1)),
    ] {
        foreign.push(olenas.ask(&caller, query, same.clone()).await.into());
    }
    let missing = olenas.ask(&owner(olenas.knyhy()), query, unknown).await;
    assert_eq!(
        missing.user_error_codes(),
        ["VARIANT_NOT_FOUND", "VARIANT_NOT_FOUND"]
    );
    let knyhy = olenas.knyhy().id;
    olenas.app.expect_events(knyhy, Stream::ORDERS, []).await;

    Evidence {
        own: own.into(),
        foreign,
        missing: missing.into(),
    }
}

pub async fn cancel_order() -> Evidence {
    let olenas = OlenasOrder::place().await;
    let (app, order) = (&olenas.app, &olenas.order);

    let mut foreign = Vec::new();
    for caller in olenas.foreign_callers() {
        foreign.push(app.cancel(&caller, "c1", order).await.into());
    }
    let missing = app.cancel(&owner(olenas.kava()), "c2", &unknown()).await;
    assert_eq!(missing.user_error_codes(), ["ORDER_NOT_FOUND"]);
    let of_placing = ["order.placed.v1", "order.confirmed.v1"];
    app.expect_events(olenas.kava().id, Stream::ORDERS, of_placing)
        .await;

    Evidence {
        own: app.cancel(&olenas.olena(), "c1", order).await.into(),
        foreign,
        missing: missing.into(),
    }
}

/// Between two events of `knyhy` its subscribers get none of `kava`.
pub async fn live_order_events() -> Evidence {
    let olenas = OlenasOrder::place().await;
    let app = &olenas.app;
    let server = app.listen().await;
    let namesake = customer(olenas.knyhy(), customer_id(1));
    let mut olena = tail(app, &server, &olenas.olena()).await;
    let mut theirs = [
        tail(app, &server, &owner(olenas.knyhy())).await,
        tail(app, &server, &namesake).await,
    ];
    let mut order_of_knyhy = an_input("before");
    order_of_knyhy["lines"] = json!([{ "variantId": variant(9), "quantity": 1 }]);

    app.place(&namesake, order_of_knyhy.clone()).await.data();
    let missing = theirs[0].next_data().await;
    assert_eq!(theirs[1].next_data().await, missing);
    app.place(&olenas.olena(), an_input("between")).await.data();
    let own = olena.next_data().await;
    order_of_knyhy["idempotencyKey"] = "after".into();
    app.place(&namesake, order_of_knyhy).await.data();

    Evidence {
        own: own.into(),
        foreign: vec![
            theirs[0].next_data().await.into(),
            theirs[1].next_data().await.into(),
        ],
        missing: missing.into(),
    }
}

/// A subscription to placed orders after the head of the caller's tenant.
async fn tail(app: &OrdersApp, server: &GraphqlServer, caller: &Caller) -> GraphqlSocket {
    let staff = owner(&caller.tenant);
    let head = app
        .execute(&staff, "{ orders { eventCursor } }", json!({}))
        .await;
    let query = "subscription($after: String) {
        orderEvents(filter: { types: [PLACED] }, after: $after) { type order { lines { sku } } } }";
    let mut socket = app.open(server, caller).await;
    let after = json!({ "after": head.at("/orders/eventCursor") });
    socket.subscribe("1", query, after).await;
    socket
}

/// Resolves an order, a customer and two malformed ids in one batch.
async fn entities(olenas: &OlenasOrder, caller: &Caller, order: &str, number: u128) -> Value {
    let representations = json!([
        { "__typename": "Order", "id": order },
        { "__typename": "Order", "id": "nothing" },
        { "__typename": "Customer", "id": customer_id(number) },
        { "__typename": "Customer", "id": "nothing" },
    ]);
    let selection = "... on Order { number } ... on Customer { orders { totalCount } }";
    let client = &olenas.app.client;
    let answer = client.entities(caller, representations, selection).await;
    answer.at("/_entities").clone()
}

/// The order of the batch. The malformed id is null and does not affect the others.
async fn order_in_batch(olenas: &OlenasOrder, caller: &Caller, order: &str) -> Answer {
    let batch = entities(olenas, caller, order, 1).await;
    assert_eq!(batch[1], Value::Null);
    batch[0].clone().into()
}

/// The customer of the batch.
async fn customer_in_batch(olenas: &OlenasOrder, caller: &Caller, number: u128) -> Answer {
    let batch = entities(olenas, caller, &olenas.order, number).await;
    assert_eq!(batch[3], Value::Null);
    batch[2].clone().into()
}

pub async fn order_entity() -> Evidence {
    let olenas = OlenasOrder::place().await;
    let order = &olenas.order;

    let mut foreign = Vec::new();
    for caller in olenas.foreign_callers() {
        foreign.push(order_in_batch(&olenas, &caller, order).await);
    }
    let guest = anonymous(olenas.kava());
    foreign.push(order_in_batch(&olenas, &guest, order).await);
    let missing = order_in_batch(&olenas, &owner(olenas.kava()), &unknown()).await;
    assert_eq!(missing, Value::Null.into());
    let own = order_in_batch(&olenas, &olenas.olena(), order).await;
    let number = json!({ "__typename": "Order", "number": "1001" });
    assert_eq!(own, number.into());

    Evidence {
        own,
        foreign,
        missing,
    }
}

/// Customers and guests see nobody else. Another tenant may see a customer with that id, who has no orders in it.
pub async fn customer_entity() -> Evidence {
    let olenas = OlenasOrder::place().await;
    let nobody = json!([null, null, null, null]);
    for caller in [
        customer(olenas.kava(), customer_id(2)),
        anonymous(olenas.kava()),
    ] {
        let batch = entities(&olenas, &caller, &olenas.order, 1).await;
        assert_eq!(batch, nobody);
    }

    let mut foreign = Vec::new();
    for caller in [
        owner(olenas.knyhy()),
        customer(olenas.knyhy(), customer_id(1)),
    ] {
        foreign.push(customer_in_batch(&olenas, &caller, 1).await);
    }
    let missing = customer_in_batch(&olenas, &owner(olenas.knyhy()), 99).await;
    let own = customer_in_batch(&olenas, &olenas.olena(), 1).await;
    for (found, orders) in [(&missing, 0), (&own, 1)] {
        let expected = json!({ "__typename": "Customer", "orders": { "totalCount": orders } });
        assert_eq!(*found, expected.into());
    }

    Evidence {
        own,
        foreign,
        missing,
    }
}
