//! The whole subgraph in a test: its own database, a fake stock, an exact clock.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use event_contracts::Stream;
use identity::{Caller, TenantContext};
use ids::CustomerId;
use orders::Orders;
use orders::app::App;
use orders::checkpoint::{Checkpoint, CheckpointObserver, Unobserved};
use orders::config::CheckoutConfig;
use serde_json::{Value, json};
use sqlx::Row;
use subgraph_testkit::Process;
use testkit::GraphqlAnswer;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::fake_stock::{FakeStock, HoldState, variant};

/// Selection of every field of an order.
pub const ORDER: &str = "id number status paymentStatus fulfilmentStatus placedAt email customer { id }
    lines { id quantity unitPrice { amount currencyCode } total { amount currencyCode } sku name variant { id } }
    shippingAddress { name phone line1 line2 city region postalCode countryCode }
    subtotal { amount currencyCode } total { amount currencyCode }";

/// What outlives a process: that of every subgraph, and the outside systems of this one.
#[derive(Clone)]
pub struct World {
    pub base: subgraph_testkit::World,
    pub stock: Arc<FakeStock>,
    pub payment_timeout: Duration,
}

impl Deref for World {
    type Target = subgraph_testkit::World;

    fn deref(&self) -> &subgraph_testkit::World {
        &self.base
    }
}

impl DerefMut for World {
    fn deref_mut(&mut self) -> &mut subgraph_testkit::World {
        &mut self.base
    }
}

impl World {
    /// Two tenants: `kava` with 100 units each of variants 1, 2 and 3, `knyhy` with 100 units of variant 9.
    pub async fn new() -> Self {
        Self::on(subgraph_testkit::World::new::<Orders>().await)
    }

    /// The same on what exists already.
    pub fn on(base: subgraph_testkit::World) -> Self {
        let stock = Arc::new(FakeStock::default());
        for (number, price) in [(1, 129_990), (2, 25_000), (3, 99)] {
            stock.put(base.kava.id, number, 100, price);
        }
        stock.put(base.knyhy.id, 9, 100, 45_000);
        Self {
            base,
            stock,
            payment_timeout: CheckoutConfig::default().payment_timeout,
        }
    }

    /// The same with a payment time-out of 500 ms, so that tests of unanswered cards do not wait three seconds.
    pub async fn with_short_payment_timeout() -> Self {
        let payment_timeout = Duration::from_millis(500);
        Self {
            payment_timeout,
            ..Self::new().await
        }
    }

    /// Starts a process that passes all checkpoints.
    pub fn start(&self) -> OrdersApp {
        self.start_observed(Arc::new(Unobserved))
    }

    /// Starts a process that stops at a checkpoint.
    pub fn start_with(&self, stop: &Arc<StopAt>) -> OrdersApp {
        self.start_observed(Arc::<StopAt>::clone(stop))
    }

    fn start_observed(&self, observer: Arc<dyn CheckpointObserver>) -> OrdersApp {
        let checkout = CheckoutConfig {
            payment_timeout: self.payment_timeout,
            ..CheckoutConfig::default()
        };
        let stock = Arc::<FakeStock>::clone(&self.stock);
        OrdersApp {
            world: self.clone(),
            process: self
                .base
                .start(|core| App::start(core, checkout, stock, observer).unwrap()),
        }
    }

    /// Every order as (status, payment status, order id), oldest first.
    pub async fn orders(&self) -> Vec<(String, String, ids::OrderId)> {
        let rows = sqlx::query("SELECT status, payment_status, id FROM orders ORDER BY number")
            .fetch_all(&mut self.database.superuser().await)
            .await
            .unwrap();
        rows.into_iter()
            .map(|row| (row.get(0), row.get(1), ids::OrderId::from_uuid(row.get(2))))
            .collect()
    }

    /// Types of the events of all orders of a tenant, in order, without `order.` and the version.
    pub async fn events(&self, tenant: &TenantContext) -> Vec<String> {
        let events = self.base.events(tenant.id, Stream::ORDERS).await;
        let types = events.iter().map(|event| {
            let name = event.event_type.trim_start_matches("order.");
            name.trim_end_matches(".v1").to_owned()
        });
        types.collect()
    }

    /// Number of rows of a table.
    pub async fn count(&self, table: &'static str) -> i64 {
        let sql = match table {
            "placements" => "SELECT COUNT(*) FROM placements",
            "idempotency_keys" => "SELECT COUNT(*) FROM idempotency_keys",
            "orders" => "SELECT COUNT(*) FROM orders",
            "order_lines" => "SELECT COUNT(*) FROM order_lines",
            _ => "SELECT COUNT(*) FROM events",
        };
        sqlx::query_scalar(sql)
            .fetch_one(&mut self.database.superuser().await)
            .await
            .unwrap()
    }

    /// State of each payment at the provider.
    pub async fn payments(&self) -> Vec<String> {
        sqlx::query_scalar("SELECT state FROM scripted_payments ORDER BY created_at")
            .fetch_all(&mut self.database.superuser().await)
            .await
            .unwrap()
    }

    /// Asserts the invariants that hold when no request is running: no unit is lost or sold twice, no payment is
    /// authorised without a confirmed order, no saga or key is left open, and orders, holds and payments agree.
    pub async fn assert_everything_ended(&self) {
        self.stock.assert_ledger_balances();
        assert_eq!(self.count("placements").await, 0, "sagas are left");
        let running: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM idempotency_keys WHERE reply IS NULL")
                .fetch_one(&mut self.database.superuser().await)
                .await
                .unwrap();
        assert_eq!(running, 0, "keys are left open");
        let orders = self.orders().await;
        for (order, hold) in self.stock.holds() {
            let status = orders
                .iter()
                .find(|(_, _, id)| *id == order)
                .map(|(status, ..)| status.as_str());
            let expected = match status {
                Some("CONFIRMED") => HoldState::Committed,
                Some("CANCELLED") | None => HoldState::Released,
                Some(other) => panic!("order {order} is left {other}"),
            };
            assert_eq!(hold.state, expected, "hold of {order}, which is {status:?}");
        }
        let payments = sqlx::query("SELECT idempotency_key, state FROM scripted_payments")
            .fetch_all(&mut self.database.superuser().await)
            .await
            .unwrap();
        for row in payments {
            let (key, state): (String, String) = (row.get(0), row.get(1));
            let order = key.trim_start_matches("authorize:").to_owned();
            let confirmed = orders
                .iter()
                .any(|(status, _, id)| status == "CONFIRMED" && id.to_string() == order);
            assert_eq!(
                state == "AUTHORIZED",
                confirmed,
                "payment of {order} is {state}"
            );
        }
    }
}

/// One process of orders.
pub struct OrdersApp {
    pub world: World,
    process: Process<Orders>,
}

impl Deref for OrdersApp {
    type Target = Process<Orders>;

    fn deref(&self) -> &Process<Orders> {
        &self.process
    }
}

impl OrdersApp {
    /// Starts a process in a new world.
    pub async fn start() -> Self {
        World::new().await.start()
    }

    /// Places an order. The input is that of [`an_input`], changed by the test.
    pub async fn place(&self, caller: &Caller, input: Value) -> GraphqlAnswer {
        let query = format!(
            "mutation($input: PlaceOrderInput!) {{ placeOrder(input: $input) {{
                order {{ {ORDER} }}
                userErrors {{ code message field variantId available }} }} }}"
        );
        self.execute(caller, &query, json!({ "input": input }))
            .await
    }

    /// Cancels an order.
    pub async fn cancel(&self, caller: &Caller, key: &str, order: &str) -> GraphqlAnswer {
        let query = "mutation($input: CancelOrderInput!) { cancelOrder(input: $input) {
            order { id status paymentStatus } userErrors { code message field } } }";
        let input = json!({ "idempotencyKey": key, "orderId": order, "reason": "changed my mind" });
        self.execute(caller, query, json!({ "input": input })).await
    }

    /// Sweeps once; returns the number of sagas that the sweep claimed.
    pub async fn sweep(&self) -> u64 {
        self.run_job("sweep placements").await
    }

    /// Advances the clock and sweeps until no saga is left.
    pub async fn sweep_to_the_end(&self) {
        for _ in 0..40 {
            if self.world.count("placements").await == 0 {
                return;
            }
            self.world.clock.advance(chrono::Duration::seconds(5));
            self.sweep().await;
        }
        panic!("sagas are left after 200 s of sweeping");
    }

    /// Simulates a crash: cancels all tasks of the process.
    pub fn kill(self) {
        self.app.tasks.token().cancel();
    }
}

/// A cash order of 2 units of variant 1 and one of variant 2.
pub fn an_input(key: &str) -> Value {
    json!({
        "idempotencyKey": key,
        "email": "olena@kava.example",
        "lines": [
            { "variantId": variant(1).to_string(), "quantity": 2 },
            { "variantId": variant(2).to_string(), "quantity": 1 },
        ],
        "shippingAddress": {
            "name": "Олена Коваль", "line1": "Хрещатик 1", "city": "Київ", "countryCode": "UA",
        },
        "paymentMethod": "CASH_ON_DELIVERY",
    })
}

/// The same, paid by card.
pub fn a_card_input(key: &str, token: &str) -> Value {
    let mut input = an_input(key);
    input["paymentMethod"] = "CARD".into();
    input["paymentToken"] = token.into();
    input
}

/// Derives the id of a customer from a small number.
pub fn customer_id(number: u128) -> CustomerId {
    CustomerId::from_uuid(Uuid::from_u128(
        0x0190_0000_0000_7000_8000_0000_0002_0000 | number,
    ))
}

/// Stops the first task that reaches a checkpoint: permanently, as if the process had crashed there, or until
/// [`StopAt::resume`].
pub struct StopAt {
    checkpoint: Checkpoint,
    reached: Notify,
    resumed: Notify,
    armed: Mutex<bool>,
}

impl StopAt {
    pub fn new(checkpoint: Checkpoint) -> Arc<Self> {
        Arc::new(Self {
            checkpoint,
            reached: Notify::new(),
            resumed: Notify::new(),
            armed: Mutex::new(true),
        })
    }

    /// Waits until a task has stopped at the checkpoint.
    pub async fn wait(&self) {
        self.reached.notified().await;
    }

    /// Resumes the stopped task.
    pub fn resume(&self) {
        self.resumed.notify_one();
    }
}

#[async_trait]
impl CheckpointObserver for StopAt {
    async fn reached(&self, checkpoint: Checkpoint) {
        let stops = checkpoint == self.checkpoint
            && std::mem::replace(&mut *self.armed.lock().unwrap(), false);
        if stops {
            self.reached.notify_one();
            self.resumed.notified().await;
        }
    }
}
