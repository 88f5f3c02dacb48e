//! The whole subgraph in a test: its own database, a fake stock, an exact clock.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use event_cursor::CursorKeys;
use identity::{Caller, ServiceName, TenantContext};
use ids::{CustomerId, IdGenerator, UuidV7Generator};
use orders::app::App;
use orders::checkpoint::{Checkpoint, CheckpointObserver, Unobserved};
use orders::config::CheckoutConfig;
use orders::{MIGRATOR, Orders};
use serde_json::{Value, json};
use service::{Readiness, Tasks};
use sqlx::Row;
use subgraph::{Core, CoreConfig, SocketsConfig};
use testkit::{
    ExactClock, GraphqlAnswer, GraphqlClient, GraphqlServer, Identities, InternalClient,
    TestDatabase, a_tenant,
};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::fake_stock::{FakeStock, HoldState, variant};

/// Selection of every field of an order.
pub const ORDER: &str = "id number status paymentStatus fulfilmentStatus placedAt email customer { id }
    lines { id quantity unitPrice { amount currencyCode } total { amount currencyCode } sku name variant { id } }
    shippingAddress { name phone line1 line2 city region postalCode countryCode }
    subtotal { amount currencyCode } total { amount currencyCode }";

/// The state that outlives a process: database, outside systems, time.
#[derive(Clone)]
pub struct World {
    pub database: Arc<TestDatabase>,
    pub stock: Arc<FakeStock>,
    pub clock: Arc<ExactClock>,
    pub identities: Arc<Identities>,
    pub ids: Arc<dyn IdGenerator>,
    pub kava: TenantContext,
    pub knyhy: TenantContext,
    pub payment_timeout: Duration,
    pub cursor_keys: String,
    pub sockets: SocketsConfig,
}

impl World {
    /// Two tenants: `kava` with 100 units each of variants 1, 2 and 3, `knyhy` with 100 units of variant 9.
    pub async fn new() -> Self {
        Self::on(TestDatabase::create("orders", &MIGRATOR).await)
    }

    /// The same on a database that exists.
    pub fn on(database: TestDatabase) -> Self {
        let stock = Arc::new(FakeStock::default());
        let (kava, knyhy) = (a_tenant("kava", 1), a_tenant("knyhy", 2));
        for (number, price) in [(1, 129_990), (2, 25_000), (3, 99)] {
            stock.put(kava.id, number, 100, price);
        }
        stock.put(knyhy.id, 9, 100, 45_000);
        Self {
            database: Arc::new(database),
            stock,
            clock: Arc::new(ExactClock::at("2026-11-22T12:00:00Z")),
            identities: Arc::new(Identities::new()),
            ids: Arc::new(UuidV7Generator),
            kava,
            knyhy,
            payment_timeout: CheckoutConfig::default().payment_timeout,
            cursor_keys: "k1:c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ=".to_owned(),
            sockets: SocketsConfig::default(),
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
        let config = CoreConfig {
            database: self.database.config(),
            keys_dir: self.identities.folder().to_owned(),
            cursor_keys: CursorKeys::parse(&self.cursor_keys).unwrap(),
        };
        let mut core = Core::start(ServiceName::Orders, config, &Tasks::new()).unwrap();
        core.clock = Arc::<ExactClock>::clone(&self.clock);
        core.ids = Arc::clone(&self.ids);
        let checkout = CheckoutConfig {
            payment_timeout: self.payment_timeout,
            ..CheckoutConfig::default()
        };
        let stock = Arc::<FakeStock>::clone(&self.stock);
        let app = App::start(core, checkout, stock, observer).unwrap();
        let routes = subgraph::routes::<Orders>(&app, self.sockets, Readiness::new());
        let client = GraphqlClient::new(routes.clone(), self.identities.internal_tokens());
        let identities = Arc::clone(&self.identities);
        OrdersApp {
            world: self.clone(),
            app,
            client,
            internal: InternalClient::new(routes, identities, ServiceName::Orders),
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
        let types: Vec<String> =
            sqlx::query_scalar("SELECT type FROM events WHERE tenant_id = $1 ORDER BY seq")
                .bind(tenant.id.uuid())
                .fetch_all(&mut self.database.superuser().await)
                .await
                .unwrap();
        types
            .iter()
            .map(|event| {
                event
                    .trim_start_matches("order.")
                    .trim_end_matches(".v1")
                    .to_owned()
            })
            .collect()
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

/// One process of the subgraph.
pub struct OrdersApp {
    pub world: World,
    pub app: Arc<App>,
    pub client: GraphqlClient,
    pub internal: InternalClient,
}

impl OrdersApp {
    /// Starts a process in a new world.
    pub async fn start() -> Self {
        World::new().await.start()
    }

    /// Serves on a port. Opens a database connection first, because the first connection may be slow.
    pub async fn listen(&self) -> GraphqlServer {
        let snapshot = self.app.db.command_snapshot(self.world.kava.id);
        drop(snapshot.lock().await.unwrap());
        snapshot.finish().await.unwrap();
        self.client.serve().await
    }

    /// Places an order. The input is that of [`an_input`], changed by the test.
    pub async fn place(&self, caller: &Caller, input: Value) -> GraphqlAnswer {
        let query = format!(
            "mutation($input: PlaceOrderInput!) {{ placeOrder(input: $input) {{
                order {{ {ORDER} }}
                userErrors {{ code message field variantId available }} }} }}"
        );
        self.client
            .execute(caller, &query, json!({ "input": input }))
            .await
    }

    /// Cancels an order.
    pub async fn cancel(&self, caller: &Caller, key: &str, order: &str) -> GraphqlAnswer {
        let query = "mutation($input: CancelOrderInput!) { cancelOrder(input: $input) {
            order { id status paymentStatus } userErrors { code message field } } }";
        let input = json!({ "idempotencyKey": key, "orderId": order, "reason": "changed my mind" });
        self.client
            .execute(caller, query, json!({ "input": input }))
            .await
    }

    /// Runs a job of role `work`; returns how many items it processed.
    pub async fn run_job(&self, name: &str) -> u64 {
        subgraph::run_job::<Orders>(&self.app, name).await.unwrap()
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
