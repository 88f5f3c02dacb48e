//! Test fixture: the subgraph with two shops in its own database.

mod caller_client;
mod rows;
mod signing_in;

use std::path::Path;
use std::process::Output;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use cache::CacheConfig;
use customers::Customers;
use customers::app::App;
use customers::commands::{Command as Operation, TenantCommand};
use customers::config::{CustomersConfig, Plans, SessionsConfig};
use event_contracts::orders::OrderPlacedV1;
use event_contracts::{Envelope, Event as _, SPEC_VERSION};
use event_log::cursor::CursorKeys;
use event_log::inbox::NotHandled;
use identity::{Caller, Role, ServiceName, Subject, TenantContext};
use ids::{
    CustomerId, EventId, IdGenerator, OrderId, SessionId, StaffMemberId, TenantId, UuidV7Generator,
};
use money::{Currency, Money};
use serde_json::{Value, json};
use service::{Clock, Readiness, SystemClock, Tasks};
use subgraph::{Core, CoreConfig, SocketsConfig, Subgraph as _, Work};
use testkit::{Executable, GraphqlClient, Identities, InternalClient, TestDatabase};
use uuid::Uuid;

pub use caller_client::CallerClient;
pub use signing_in::Tokens;

/// Password of every account.
pub const PASSWORD: &str = "Demo-2026-pass";
/// Address at which no Redis answers.
pub const NO_REDIS: &str = "redis://127.0.0.1:9";

/// A shop with an owner, a manager and two customers. `maria@example.com` is in both shops.
pub struct Shop {
    pub id: TenantId,
    pub slug: String,
    pub domain: String,
    pub owner: StaffMemberId,
    pub manager: StaffMemberId,
    pub olena: CustomerId,
    pub maria: CustomerId,
    context: TenantContext,
}

impl Shop {
    fn new(slug: &str, name: &str) -> Self {
        // All tests share one Redis with the counts of failed sign-ins, so ids must be unique.
        let context = testkit::a_tenant(slug, fresh().as_u128());
        Self {
            id: context.id,
            slug: slug.to_owned(),
            domain: format!("{slug}-{name}.example"),
            owner: testkit::owner(&context).staff_member().unwrap(),
            manager: StaffMemberId::from_uuid(fresh()),
            olena: CustomerId::from_uuid(fresh()),
            maria: CustomerId::from_uuid(fresh()),
            context,
        }
    }

    /// A shop without rows in the database.
    pub fn deleted() -> Self {
        Self::new("deleted", "shop")
    }

    pub fn owner_email(&self) -> String {
        format!("owner@{}.example", self.slug)
    }

    pub fn manager_email(&self) -> String {
        format!("manager@{}.example", self.slug)
    }

    pub fn olena_email(&self) -> String {
        format!("olena@{}.example", self.slug)
    }
}

pub struct CustomersApp {
    pub app: Arc<App>,
    pub kava: Shop,
    pub knyhy: Shop,
    pub database: TestDatabase,
    pub internal: InternalClient,
    identities: Arc<Identities>,
    routes: Router,
    pub client: GraphqlClient,
}

impl CustomersApp {
    /// Two shops, `kava` and `knyhy`.
    pub async fn start() -> Self {
        let app = Self::start_empty().await;
        app.seed_shop(&app.kava, "Кава", "Coffee").await.unwrap();
        app.seed_shop(&app.knyhy, "Книги", "Books").await.unwrap();
        app
    }

    /// The same, but Redis is unavailable, so that this process alone counts failed sign-ins: exactly,
    /// even on a machine so busy that Redis would miss its time-out of 50 ms.
    pub async fn start_without_redis() -> Self {
        let app = Self::build(NO_REDIS).await;
        app.seed_shop(&app.kava, "Кава", "Coffee").await.unwrap();
        app.seed_shop(&app.knyhy, "Книги", "Books").await.unwrap();
        app
    }

    /// An empty database; `kava` and `knyhy` have no rows.
    pub async fn start_empty() -> Self {
        let app = Self::build(&testkit::redis_url()).await;
        testkit::eventually("Redis", async || app.app.redis.is_available().then_some(())).await;
        app
    }

    async fn build(redis_url: &str) -> Self {
        let database = TestDatabase::create("customers", &customers::MIGRATOR).await;
        Self::on(database, Arc::new(SystemClock), redis_url)
    }

    /// A process on a database that exists; `kava` and `knyhy` need not be in it.
    pub fn on(database: TestDatabase, clock: Arc<dyn Clock>, redis_url: &str) -> Self {
        let identities = Arc::new(Identities::new());
        let app = build_app(&database, &identities, clock, redis_url);
        let routes =
            subgraph::routes::<Customers>(&app, SocketsConfig::default(), Readiness::new());
        let client = GraphqlClient::new(routes.clone(), identities.internal_tokens());
        let internal = InternalClient::new(
            routes.clone(),
            Arc::clone(&identities),
            ServiceName::Customers,
        );
        Self {
            app,
            kava: Shop::new("kava", "shop"),
            knyhy: Shop::new("knyhy", "shop"),
            database,
            internal,
            identities,
            routes,
            client,
        }
    }

    /// The app of another process of the same subgraph.
    pub fn another_process(&self) -> Arc<App> {
        let redis_url = testkit::redis_url();
        build_app(
            &self.database,
            &self.identities,
            Arc::new(SystemClock),
            &redis_url,
        )
    }

    /// Loads the shop from files, as role `seed` does.
    pub async fn seed_shop(&self, shop: &Shop, uk: &str, en: &str) -> anyhow::Result<()> {
        let folder = tempfile::tempdir().unwrap();
        let file = json!({
            "id": shop.id.uuid(),
            "slug": shop.slug,
            "name": { "uk": uk, "en": en },
            "default_currency": "UAH",
            "default_locale": "uk",
            "locales": ["uk", "ru", "en"],
            "plan": "large",
            "domains": [shop.domain],
        });
        std::fs::write(folder.path().join("shop.json"), file.to_string()).unwrap();
        let people = json!({
            "password": PASSWORD,
            "staff": [
                { "id": shop.owner.uuid(), "email": shop.owner_email(), "name": "Оксана", "role": "owner" },
                { "id": shop.manager.uuid(), "email": shop.manager_email(), "name": "Тарас", "role": "manager" },
            ],
            "customers": [
                { "id": shop.olena.uuid(), "email": shop.olena_email(), "name": "Олена" },
                { "id": shop.maria.uuid(), "email": "maria@example.com", "name": "Марія" },
            ],
        });
        std::fs::write(folder.path().join("people.json"), people.to_string()).unwrap();
        self.seed(folder.path()).await.map(drop)
    }

    /// Executes `seed`; returns the report.
    pub async fn seed(&self, folder: &Path) -> anyhow::Result<String> {
        let folder = folder.to_owned();
        Customers::operate(&self.app, Operation::Seed { folder }).await
    }

    // Callers.

    pub fn anonymous(&self, shop: &Shop) -> CallerClient<'_> {
        self.client_of(testkit::anonymous(&shop.context))
    }

    pub fn customer(&self, shop: &Shop, id: CustomerId) -> CallerClient<'_> {
        self.client_of(testkit::customer(&shop.context, id))
    }

    pub fn owner(&self, shop: &Shop) -> CallerClient<'_> {
        self.client_of(testkit::owner(&shop.context))
    }

    pub fn with_subject(&self, shop: &Shop, subject: Subject) -> CallerClient<'_> {
        self.client_of(Caller {
            tenant: shop.context.clone(),
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
            tenant: shop.context.clone(),
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
            tenant: shop.context.clone(),
            subject,
            session: Some(session),
        })
    }

    fn client_of(&self, caller: Caller) -> CallerClient<'_> {
        CallerClient { app: self, caller }
    }

    pub async fn shop_by_slug(&self, slug: &str) -> Shop {
        let id: Uuid = sqlx::query_scalar("SELECT id FROM tenants WHERE slug = $1")
            .bind(slug)
            .fetch_one(&mut self.superuser().await)
            .await
            .unwrap();
        let mut shop = Shop::new(slug, "shop");
        shop.id = TenantId::from_uuid(id);
        shop.context.id = shop.id;
        shop
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

    // HTTP.

    pub async fn send(&self, request: Request<Body>) -> (u16, Vec<u8>) {
        let answer = tower::ServiceExt::oneshot(self.routes.clone(), request)
            .await
            .unwrap();
        let status = answer.status().as_u16();
        (
            status,
            to_bytes(answer.into_body(), usize::MAX)
                .await
                .unwrap()
                .to_vec(),
        )
    }

    pub async fn call_internal(&self, from: ServiceName, path: &str, body: Value) -> (u16, Value) {
        self.call_internal_for(None, from, path, body).await
    }

    pub async fn call_internal_for(
        &self,
        shop: Option<&Shop>,
        from: ServiceName,
        path: &str,
        body: Value,
    ) -> (u16, Value) {
        let tenant = shop.map(|shop| shop.id);
        let (status, answer) = self.internal.call(from, tenant, path, &body).await;
        (status.as_u16(), answer)
    }

    pub fn service_token(&self) -> String {
        let tokens = self.identities.service_tokens(ServiceName::Gateway);
        tokens
            .mint(ServiceName::Customers, None)
            .unwrap()
            .to_string()
    }

    // Events.

    /// Handles an event as the inbox worker does, in one transaction.
    async fn handle(&self, shop: &Shop, placed: &OrderPlacedV1) -> Result<(), NotHandled> {
        let envelope = Envelope {
            specversion: SPEC_VERSION.into(),
            id: EventId::from_uuid(fresh()),
            source: "/orders".into(),
            event_type: OrderPlacedV1::TYPE.name.into(),
            subject: placed.order_id.to_string(),
            time: self.app.now(),
            datacontenttype: "application/json".into(),
            tenantid: shop.id,
            stream: "orders".into(),
            sequence: "1".into(),
            traceparent: None,
            data: json!(placed),
        };
        let work = Work::of::<Customers>(&self.app);
        let mut tx = self.app.db.write(shop.id).await.unwrap();
        let consumer = &work.consumers()[0];
        let events = consumer.handle(&self.app, &mut tx, &envelope).await?;
        Ok(self.app.log.commit(tx, events).await?)
    }

    pub async fn deliver(&self, shop: &Shop, placed: &OrderPlacedV1) {
        self.handle(shop, placed).await.unwrap();
    }

    pub async fn reject(&self, shop: &Shop, placed: &OrderPlacedV1) -> String {
        match self.handle(shop, placed).await {
            Err(NotHandled::Reject(reason)) => reason,
            other => panic!("not rejected: {other:?}"),
        }
    }
}

fn build_app(
    database: &TestDatabase,
    identities: &Identities,
    clock: Arc<dyn Clock>,
    redis_url: &str,
) -> Arc<App> {
    let core = CoreConfig {
        database: database.config(),
        keys_dir: identities.folder().to_owned(),
        cursor_keys: CursorKeys::random(),
    };
    let mut core = Core::start(ServiceName::Customers, core, &Tasks::new()).unwrap();
    core.clock = clock;
    let config = CustomersConfig {
        redis: CacheConfig::new(redis_url),
        sessions: SessionsConfig::default(),
        plans: Plans::default(),
    };
    App::start(core, config).unwrap()
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
