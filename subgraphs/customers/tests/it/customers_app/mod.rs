//! Test fixture: the subgraph with two shops in its own database.

mod caller_client;
mod rows;
mod shop;
mod signing_in;

use std::ops::Deref;
use std::path::Path;
use std::process::Output;
use std::sync::Arc;

use cache::CacheConfig;
use customers::Customers;
use customers::app::App;
use customers::commands::{Command as Operation, TenantCommand};
use customers::config::{CustomersConfig, Plans, SessionsConfig};
use event_contracts::Stream;
use event_contracts::orders::OrderPlacedV1;
use event_contracts::queues::ORDER_HISTORY;
use event_log::inbox::NotHandled;
use identity::{Caller, Role, Subject, TenantContext};
use ids::{CustomerId, IdGenerator, OrderId, SessionId, UuidV7Generator};
use money::{Currency, Money};
use serde_json::json;
use service::{Clock, SystemClock};
use subgraph::Subgraph as _;
use subgraph_testkit::{Process, StoredEvent, World};
use testkit::Executable;
use uuid::Uuid;

pub use caller_client::CallerClient;
pub use shop::Shop;
pub use signing_in::Tokens;

use shop::a_new_tenant;

/// Password of every account.
pub const PASSWORD: &str = "Demo-2026-pass";
/// Address at which no Redis answers.
pub const NO_REDIS: &str = "redis://127.0.0.1:9";

/// One process of customers. Its clock is that of the machine, as that of the statements that move stored times.
pub struct CustomersApp {
    pub kava: Shop,
    pub knyhy: Shop,
    process: Process<Customers>,
}

impl Deref for CustomersApp {
    type Target = Process<Customers>;

    fn deref(&self) -> &Process<Customers> {
        &self.process
    }
}

impl CustomersApp {
    /// Two shops, `kava` and `knyhy`.
    pub async fn start() -> Self {
        let app = Self::start_empty().await;
        app.seed_shops().await;
        app
    }

    /// The same, but Redis is unavailable, so that this process alone counts failed sign-ins: exactly,
    /// even on a machine so busy that Redis would miss its time-out of 50 ms.
    pub async fn start_without_redis() -> Self {
        let app = Self::build(NO_REDIS).await;
        app.seed_shops().await;
        app
    }

    /// An empty database; `kava` and `knyhy` have no rows.
    pub async fn start_empty() -> Self {
        let app = Self::build(&testkit::redis_url()).await;
        testkit::eventually("Redis", async || app.app.redis.is_available().then_some(())).await;
        app
    }

    async fn build(redis_url: &str) -> Self {
        let world = World {
            kava: a_new_tenant("kava"),
            knyhy: a_new_tenant("knyhy"),
            ..World::new::<Customers>().await
        };
        Self::on(&world, Arc::new(SystemClock), redis_url)
    }

    /// A process in a world that exists; its tenants need not be in the database.
    pub fn on(world: &World, clock: Arc<dyn Clock>, redis_url: &str) -> Self {
        Self {
            kava: Shop::of(world.kava.clone()),
            knyhy: Shop::of(world.knyhy.clone()),
            process: start_process(world, clock, redis_url),
        }
    }

    /// Another process of the same subgraph.
    pub fn another_process(&self) -> Process<Customers> {
        start_process(&self.world, Arc::new(SystemClock), &testkit::redis_url())
    }

    async fn seed_shops(&self) {
        for (shop, uk, en) in [
            (&self.kava, "Кава", "Coffee"),
            (&self.knyhy, "Книги", "Books"),
        ] {
            self.seed_shop(shop, uk, en).await.unwrap();
        }
    }

    /// Executes `seed`; returns the report.
    pub async fn seed(&self, folder: &Path) -> anyhow::Result<String> {
        let folder = folder.to_owned();
        Customers::operate(&self.app, Operation::Seed { folder }).await
    }

    // Callers.

    pub fn anonymous(&self, shop: &Shop) -> CallerClient<'_> {
        self.client_of(testkit::anonymous(shop))
    }

    pub fn customer(&self, shop: &Shop, id: CustomerId) -> CallerClient<'_> {
        self.client_of(testkit::customer(shop, id))
    }

    pub fn owner(&self, shop: &Shop) -> CallerClient<'_> {
        self.client_of(testkit::owner(shop))
    }

    pub fn with_subject(&self, shop: &Shop, subject: Subject) -> CallerClient<'_> {
        self.client_of(Caller {
            tenant: TenantContext::clone(shop),
            subject,
            session: None,
        })
    }

    pub fn manager(&self, shop: &Shop) -> CallerClient<'_> {
        self.with_subject(shop, Subject::staff(shop.manager, Role::Manager))
    }

    /// The caller of an access token, with its session, as the gateway forwards it.
    pub async fn bearer(&self, shop: &Shop, access_token: &str) -> CallerClient<'_> {
        let identity = self.verify(access_token).await;
        assert_eq!(identity.tenant, shop.id);
        self.client_of(Caller {
            tenant: TenantContext::clone(shop),
            subject: identity.subject,
            session: Some(identity.session),
        })
    }

    pub fn with_session(
        &self,
        shop: &Shop,
        subject: Subject,
        session: SessionId,
    ) -> CallerClient<'_> {
        self.client_of(Caller {
            tenant: TenantContext::clone(shop),
            subject,
            session: Some(session),
        })
    }

    fn client_of(&self, caller: Caller) -> CallerClient<'_> {
        CallerClient { app: self, caller }
    }

    // Operators.

    pub async fn suspend(&self, shop: &Shop) -> String {
        let slug = shop.slug.clone();
        self.change_tenant(TenantCommand::Suspend { slug })
            .await
            .unwrap()
    }

    /// Runs the executable as an operator does.
    pub fn operate(&self, arguments: &[&str]) -> Output {
        self.executable().command(arguments).output().unwrap()
    }

    /// The executable on this database; broker and Redis are unavailable.
    pub fn executable(&self) -> Executable {
        let path = env!("CARGO_BIN_EXE_customers");
        Executable::new("customers", path, &self.database, &self.identities)
            .with("BROKER__URL", "amqp://127.0.0.1:9")
            .with("REDIS__URL", NO_REDIS)
    }

    pub async fn resume(&self, shop: &Shop) -> String {
        let slug = shop.slug.clone();
        self.change_tenant(TenantCommand::Resume { slug })
            .await
            .unwrap()
    }

    /// Executes `tenant …`; returns the report.
    pub async fn change_tenant(&self, command: TenantCommand) -> anyhow::Result<String> {
        Customers::operate(&self.app, Operation::Tenant { command }).await
    }

    // Events.

    /// The events of the stream `accounts`, which are of exactly these types.
    pub async fn expect_access_events<const N: usize>(
        &self,
        shop: &Shop,
        types: [&str; N],
    ) -> [StoredEvent; N] {
        self.expect_events(shop.id, Stream::ACCOUNTS, types).await
    }

    pub async fn deliver(&self, shop: &Shop, placed: &OrderPlacedV1) {
        let handled = self.receive(ORDER_HISTORY, shop.id, json!(placed)).await;
        handled.unwrap();
    }

    pub async fn reject(&self, shop: &Shop, placed: &OrderPlacedV1) -> String {
        match self.receive(ORDER_HISTORY, shop.id, json!(placed)).await {
            Err(NotHandled::Reject(reason)) => reason,
            other => panic!("not rejected: {other:?}"),
        }
    }
}

fn start_process(world: &World, clock: Arc<dyn Clock>, redis_url: &str) -> Process<Customers> {
    let config = CustomersConfig {
        redis: CacheConfig::new(redis_url),
        sessions: SessionsConfig::default(),
        plans: Plans::default(),
    };
    world.start(|mut core| {
        core.clock = clock;
        App::start(core, config).unwrap()
    })
}

pub fn order_placed(customer: Option<CustomerId>, email: &str) -> OrderPlacedV1 {
    OrderPlacedV1 {
        order_id: OrderId::from_uuid(fresh()),
        number: "1042".into(),
        customer_id: customer,
        email: email.into(),
        name: "Ганна Гість".into(),
        total: Money {
            amount_minor: 25_000,
            currency: Currency::UAH,
        },
        lines: Vec::new(),
    }
}

fn fresh() -> Uuid {
    UuidV7Generator.next_uuid()
}
