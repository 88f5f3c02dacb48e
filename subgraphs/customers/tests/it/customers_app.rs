//! The subgraph with two shops in a database of its own.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cache::CacheConfig;
use chrono::{DateTime, Utc};
use customers::app::App;
use customers::config::{AdaptersConfig, SessionsConfig};
use customers::roles::{self, TenantCommand};
use event_contracts::orders::{ORDER_PLACED, OrderPlacedV1};
use event_contracts::{Envelope, SPEC_VERSION};
use event_log::inbox::Outcome;
use identity::{
    Caller, ClientIdentity, ClientTokenVerifier, Role, ServiceName, Subject, TenantContext,
};
use ids::{
    CustomerId, EventId, IdGenerator, OrderId, SessionId, StaffMemberId, TenantId, UuidV7Generator,
};
use money::{Currency, Money};
use serde_json::{Value, json};
use service::{Deadline, Readiness, Tasks, deadlines};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, PgConnection};
use testkit::{GraphqlClient, Identities, TestDatabase};
use uuid::Uuid;

/// Everybody's.
pub const PASSWORD: &str = "Demo-2026-pass";

const ENTITIES: &str = "query($r: [_Any!]!) {
    _entities(representations: $r) { ... on Customer { id email name } } }";

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
        // Counts of failed sign-ins are in a Redis that all tests share: ids must be fresh.
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

    /// A shop that no row tells of.
    pub fn gone() -> Self {
        Self::new("gone", "shop")
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

/// Ids that are the same in both shops.
pub struct Twins {
    pub customer: CustomerId,
    pub staff: StaffMemberId,
}

/// What a client keeps of a session.
pub struct Tokens {
    pub access: String,
    pub refresh: String,
}

impl Tokens {
    pub fn of(payload: &Value) -> Self {
        assert_eq!(payload["userErrors"], json!([]));
        let text = |field: &str| payload[field].as_str().unwrap().to_owned();
        Self {
            access: text("accessToken"),
            refresh: text("refreshToken"),
        }
    }
}

#[derive(sqlx::FromRow)]
pub struct SessionRow {
    #[sqlx(rename = "staff_id")]
    pub staff: Option<Uuid>,
    #[sqlx(rename = "customer_id")]
    pub customer: Option<Uuid>,
    pub expires_at: DateTime<Utc>,
    pub end_reason: Option<String>,
}

#[derive(sqlx::FromRow)]
pub struct HistoryRow {
    pub order: Uuid,
    pub customer: Uuid,
    pub number: String,
    pub total_minor: i64,
    pub currency: String,
    pub kind: String,
    pub email: String,
}

#[derive(Debug, sqlx::FromRow)]
pub struct EventRow {
    pub event_type: String,
    pub subjects: Vec<String>,
    pub payload: Value,
}

pub struct CustomersApp {
    pub app: Arc<App>,
    pub kava: Shop,
    pub knyhy: Shop,
    database: TestDatabase,
    identities: Identities,
    routes: Router,
    client: GraphqlClient,
}

impl CustomersApp {
    /// Two shops, `kava` and `knyhy`.
    pub async fn start() -> Self {
        let app = Self::start_empty().await;
        app.seed_shop(&app.kava, "Кава", "Coffee").await.unwrap();
        app.seed_shop(&app.knyhy, "Книги", "Books").await.unwrap();
        app
    }

    /// The same, but nothing listens where Redis should be, so that failed sign-ins are counted by
    /// this process alone: exactly, also on a machine so busy that Redis misses its 50 ms.
    pub async fn start_without_redis() -> Self {
        let app = Self::build("redis://127.0.0.1:9").await;
        app.seed_shop(&app.kava, "Кава", "Coffee").await.unwrap();
        app.seed_shop(&app.knyhy, "Книги", "Books").await.unwrap();
        app
    }

    /// No shop at all; `kava` and `knyhy` are only names.
    pub async fn start_empty() -> Self {
        let app = Self::build(&testkit::redis_url()).await;
        testkit::eventually("Redis", async || app.app.redis.is_there().then_some(())).await;
        app
    }

    async fn build(redis_url: &str) -> Self {
        let database = TestDatabase::create("customers", &customers::MIGRATOR).await;
        let identities = Identities::new();
        let app = build_app(&database, &identities, redis_url);
        let routes = customers::http::routes(&app, Readiness::new());
        let client = GraphqlClient::new(routes.clone(), identities.internal_tokens());
        Self {
            app,
            kava: Shop::new("kava", "shop"),
            knyhy: Shop::new("knyhy", "shop"),
            database,
            identities,
            routes,
            client,
        }
    }

    /// What another process of the same subgraph works with.
    pub fn another_process(&self) -> Arc<App> {
        build_app(&self.database, &self.identities, &testkit::redis_url())
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
        customers::seed::run(&self.app, folder.path()).await
    }

    // Callers.

    pub fn anonymous(&self, shop: &Shop) -> Asker<'_> {
        self.asker(testkit::anonymous(&shop.context))
    }

    pub fn customer(&self, shop: &Shop, id: CustomerId) -> Asker<'_> {
        self.asker(testkit::customer(&shop.context, id))
    }

    pub fn owner(&self, shop: &Shop) -> Asker<'_> {
        self.asker(testkit::owner(&shop.context))
    }

    pub fn with_subject(&self, shop: &Shop, subject: Subject) -> Asker<'_> {
        self.asker(Caller {
            tenant: shop.context.clone(),
            subject,
            session: None,
        })
    }

    pub fn manager(&self, shop: &Shop) -> Asker<'_> {
        self.with_subject(shop, Subject::staff(shop.manager, Role::Manager))
    }

    /// Somebody with the session that the access token belongs to, as the gateway tells it.
    pub async fn bearer(&self, shop: &Shop, access_token: &str) -> Asker<'_> {
        let identity = self.verify(access_token).await;
        assert_eq!(identity.tenant, shop.id);
        self.asker(Caller {
            tenant: shop.context.clone(),
            subject: identity.subject,
            session: Some(identity.session),
        })
    }

    pub fn with_session(&self, shop: &Shop, subject: Subject, session: SessionId) -> Asker<'_> {
        self.asker(Caller {
            tenant: shop.context.clone(),
            subject,
            session: Some(session),
        })
    }

    fn asker(&self, caller: Caller) -> Asker<'_> {
        Asker { app: self, caller }
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
        roles::change_tenant(&self.app, TenantCommand::Suspend { slug })
            .await
            .unwrap()
    }

    pub async fn resume(&self, shop: &Shop) -> String {
        let slug = shop.slug.clone();
        roles::change_tenant(&self.app, TenantCommand::Resume { slug })
            .await
            .unwrap()
    }

    // Signing in.

    pub async fn try_sign_in(&self, shop: &Shop, email: &str, password: &str) -> Value {
        let query = "mutation($input: SignInInput!) { signIn(input: $input) {
            accessToken refreshToken expiresAt userErrors { code message field } } }";
        let variables = json!({ "input": { "email": email, "password": password } });
        let caller = testkit::anonymous(&shop.context);
        self.client.execute(&caller, query, variables).await.0
    }

    pub async fn sign_in(&self, shop: &Shop, email: &str, password: &str) -> Value {
        let answer = self.try_sign_in(shop, email, password).await;
        assert_eq!(answer.get("errors"), None, "{answer}");
        answer["data"]["signIn"].clone()
    }

    /// Signs in and returns both tokens.
    pub async fn tokens(&self, shop: &Shop, email: &str) -> Tokens {
        Tokens::of(&self.sign_in(shop, email, PASSWORD).await)
    }

    pub async fn refresh(&self, shop: &Shop, refresh_token: &str) -> Value {
        let query = "mutation($input: RefreshSessionInput!) { refreshSession(input: $input) {
            accessToken refreshToken expiresAt userErrors { code message field } } }";
        let variables = json!({ "input": { "refreshToken": refresh_token } });
        let answer = self.anonymous(shop).ask_with(query, variables).await;
        assert_eq!(answer.get("errors"), None, "{answer}");
        answer["data"]["refreshSession"].clone()
    }

    pub async fn access_token(&self, shop: &Shop, email: &str, password: &str) -> String {
        let payload = self.sign_in(shop, email, password).await;
        payload["accessToken"]
            .as_str()
            .unwrap_or_else(|| panic!("{payload}"))
            .to_owned()
    }

    /// What the token says, checked as the gateway does: against the published keys.
    pub async fn verify(&self, token: &str) -> ClientIdentity {
        let request = Request::get("/.well-known/jwks.json")
            .body(Body::empty())
            .unwrap();
        let (_, keys) = self.send(request).await;
        ClientTokenVerifier::from_key_set(&keys)
            .unwrap()
            .verify(token)
            .unwrap()
    }

    /// What is kept of a refresh token or a stream ticket.
    pub fn hash_of_token(token: &str) -> Vec<u8> {
        let (_, encoded) = token.split_once('_').unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(encoded).unwrap();
        assert_eq!(bytes.len(), 32);
        Sha256::digest(bytes).to_vec()
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
        let tokens = self.identities.service_tokens(from);
        let token = tokens
            .mint(ServiceName::Customers, shop.map(|shop| shop.id))
            .unwrap();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::from(body.to_string()))
            .unwrap();
        let (status, answer) = self.send(request).await;
        (status, serde_json::from_slice(&answer).unwrap())
    }

    pub fn service_token(&self) -> String {
        let tokens = self.identities.service_tokens(ServiceName::Gateway);
        tokens
            .mint(ServiceName::Customers, None)
            .unwrap()
            .to_string()
    }

    // Events.

    /// Handles an event as the inbox worker does: effect and mark in one transaction.
    async fn handle(&self, shop: &Shop, placed: &OrderPlacedV1) -> Outcome {
        let envelope = Envelope {
            specversion: SPEC_VERSION.into(),
            id: EventId::from_uuid(fresh()),
            source: "/orders".into(),
            event_type: ORDER_PLACED.into(),
            subject: placed.order_id.to_string(),
            time: self.app.now(),
            datacontenttype: "application/json".into(),
            tenantid: shop.id,
            stream: "orders".into(),
            sequence: "1".into(),
            traceparent: None,
            data: json!(placed),
        };
        let consumers = customers::workers::consumers(&self.app);
        let mut tx = self.app.db.write(shop.id).await.unwrap();
        let outcome = consumers[0].handler.handle(&mut tx, &envelope).await;
        if matches!(outcome, Outcome::Done) {
            tx.commit().await.unwrap();
        }
        outcome
    }

    pub async fn deliver(&self, shop: &Shop, placed: &OrderPlacedV1) {
        let outcome = self.handle(shop, placed).await;
        assert!(matches!(outcome, Outcome::Done));
    }

    pub async fn reject(&self, shop: &Shop, placed: &OrderPlacedV1) -> String {
        match self.handle(shop, placed).await {
            Outcome::Reject(reason) => reason,
            Outcome::Done | Outcome::Retry { .. } => panic!("not rejected"),
        }
    }

    // Rows, seen past every policy.

    async fn superuser(&self) -> PgConnection {
        self.database.superuser().await
    }

    pub async fn session(&self, shop: &Shop, id: SessionId) -> SessionRow {
        sqlx::query_as(
            "SELECT staff_id, customer_id, expires_at, end_reason FROM sessions WHERE tenant_id = $1 AND id = $2",
        )
        .bind(shop.id.uuid())
        .bind(id.uuid())
        .fetch_one(&mut self.superuser().await)
        .await
        .unwrap()
    }

    /// Live sessions of all people of the shop.
    pub async fn count_live_sessions(&self, shop: &Shop) -> i64 {
        sqlx::query_scalar(
            "SELECT count(*) FROM sessions WHERE tenant_id = $1 AND ended_at IS NULL",
        )
        .bind(shop.id.uuid())
        .fetch_one(&mut self.superuser().await)
        .await
        .unwrap()
    }

    /// Hashes of the refresh tokens of a session, the used ones too.
    pub async fn refresh_token_hashes(&self, shop: &Shop, session: SessionId) -> Vec<Vec<u8>> {
        sqlx::query_scalar(
            "SELECT hash FROM refresh_tokens WHERE tenant_id = $1 AND session_id = $2",
        )
        .bind(shop.id.uuid())
        .bind(session.uuid())
        .fetch_all(&mut self.superuser().await)
        .await
        .unwrap()
    }

    /// Makes the past longer ago than it is: the first use of a refresh token.
    pub async fn age_use_of(&self, shop: &Shop, refresh_token: &str, seconds: f64) {
        let done = sqlx::query(
            "UPDATE refresh_tokens SET used_at = used_at - make_interval(secs => $3)
             WHERE tenant_id = $1 AND hash = $2 AND used_at IS NOT NULL",
        )
        .bind(shop.id.uuid())
        .bind(Self::hash_of_token(refresh_token))
        .bind(seconds)
        .execute(&mut self.superuser().await)
        .await
        .unwrap();
        assert_eq!(done.rows_affected(), 1);
    }

    /// Lets a session end by itself in so many seconds, or so many seconds ago.
    pub async fn expire_session(&self, shop: &Shop, session: SessionId, in_seconds: f64) {
        let done = sqlx::query(
            "UPDATE sessions
             SET created_at = created_at - make_interval(days => 60), expires_at = date_trunc('second', now()) + make_interval(secs => $3)
             WHERE tenant_id = $1 AND id = $2",
        )
        .bind(shop.id.uuid())
        .bind(session.uuid())
        .bind(in_seconds)
        .execute(&mut self.superuser().await)
        .await
        .unwrap();
        assert_eq!(done.rows_affected(), 1);
    }

    /// Hashes of the shop's stream tickets.
    pub async fn ticket_hashes(&self, shop: &Shop) -> Vec<Vec<u8>> {
        sqlx::query_scalar("SELECT hash FROM stream_tickets WHERE tenant_id = $1")
            .bind(shop.id.uuid())
            .fetch_all(&mut self.superuser().await)
            .await
            .unwrap()
    }

    /// Makes the past longer ago than it is: the making of all stream tickets.
    pub async fn age_tickets(&self, shop: &Shop, seconds: f64) {
        sqlx::query(
            "UPDATE stream_tickets
             SET created_at = created_at - make_interval(secs => $2), expires_at = expires_at - make_interval(secs => $2)
             WHERE tenant_id = $1",
        )
        .bind(shop.id.uuid())
        .bind(seconds)
        .execute(&mut self.superuser().await)
        .await
        .unwrap();
    }

    /// Makes the past longer ago than it is: the end of a session.
    pub async fn age_end_of(&self, shop: &Shop, session: SessionId, seconds: f64) {
        let done = sqlx::query(
            "UPDATE sessions SET ended_at = ended_at - make_interval(secs => $3)
             WHERE tenant_id = $1 AND id = $2 AND ended_at IS NOT NULL",
        )
        .bind(shop.id.uuid())
        .bind(session.uuid())
        .bind(seconds)
        .execute(&mut self.superuser().await)
        .await
        .unwrap();
        assert_eq!(done.rows_affected(), 1);
    }

    /// Every session of the shop has ended by itself so many seconds ago.
    pub async fn expire_all_sessions(&self, shop: &Shop, seconds_ago: f64) {
        sqlx::query(
            "UPDATE sessions
             SET created_at = created_at - make_interval(days => 60), expires_at = now() - make_interval(secs => $2)
             WHERE tenant_id = $1",
        )
        .bind(shop.id.uuid())
        .bind(seconds_ago)
        .execute(&mut self.superuser().await)
        .await
        .unwrap();
    }

    /// Live sessions that nobody has tokens of.
    pub async fn add_sessions(&self, shop: &Shop, customer: CustomerId, count: i32) {
        sqlx::query(
            "INSERT INTO sessions (tenant_id, id, customer_id, created_at, expires_at)
             SELECT $1, gen_random_uuid(), $2, now(), now() + interval '1 day' FROM generate_series(1, $3)",
        )
        .bind(shop.id.uuid())
        .bind(customer.uuid())
        .bind(count)
        .execute(&mut self.superuser().await)
        .await
        .unwrap();
    }

    /// Makes the past longer ago than it is: an event of the stream `accounts`.
    pub async fn age_access_events(&self, shop: &Shop, seq: i64, seconds: f64) {
        let done = sqlx::query(
            "UPDATE events SET occurred_at = occurred_at - make_interval(secs => $3)
             WHERE tenant_id = $1 AND stream = 'accounts' AND seq = $2",
        )
        .bind(shop.id.uuid())
        .bind(seq)
        .bind(seconds)
        .execute(&mut self.superuser().await)
        .await
        .unwrap();
        assert_eq!(done.rows_affected(), 1);
    }

    /// What stands in the stream `accounts`.
    pub async fn access_events(&self, shop: &Shop) -> Vec<EventRow> {
        self.events_of(shop, "accounts").await
    }

    pub async fn history(&self, shop: &Shop) -> Vec<HistoryRow> {
        sqlx::query_as(
            r#"SELECT o.order_id AS "order", o.customer_id AS customer, o.number, o.total_minor, o.currency, c.kind, c.email
             FROM customer_orders o JOIN customers c ON c.tenant_id = o.tenant_id AND c.id = o.customer_id
             WHERE o.tenant_id = $1 ORDER BY o.recorded_at, o.order_id"#,
        )
        .bind(shop.id.uuid())
        .fetch_all(&mut self.superuser().await)
        .await
        .unwrap()
    }

    pub async fn events(&self, shop: &Shop) -> Vec<EventRow> {
        self.events_of(shop, "customers").await
    }

    async fn events_of(&self, shop: &Shop, stream: &str) -> Vec<EventRow> {
        sqlx::query_as(
            "SELECT type AS event_type, subjects, payload FROM events
             WHERE tenant_id = $1 AND stream = $2 ORDER BY seq",
        )
        .bind(shop.id.uuid())
        .bind(stream)
        .fetch_all(&mut self.superuser().await)
        .await
        .unwrap()
    }

    pub async fn count_people(&self) -> (i64, i64, i64) {
        sqlx::query_as(
            "SELECT (SELECT count(*) FROM staff_members), (SELECT count(*) FROM customers), (SELECT count(*) FROM accounts)",
        )
        .fetch_one(&mut self.superuser().await)
        .await
        .unwrap()
    }

    pub async fn password_hash(&self, shop: &Shop, email: &str) -> String {
        sqlx::query_scalar("SELECT password_hash FROM accounts WHERE tenant_id = $1 AND email = $2")
            .bind(shop.id.uuid())
            .bind(email)
            .fetch_one(&mut self.superuser().await)
            .await
            .unwrap()
    }

    pub async fn set_password_hash(&self, shop: &Shop, email: &str, hash: &str) {
        let done = sqlx::query(
            "UPDATE accounts SET password_hash = $3 WHERE tenant_id = $1 AND email = $2",
        )
        .bind(shop.id.uuid())
        .bind(email)
        .bind(hash)
        .execute(&mut self.superuser().await)
        .await
        .unwrap();
        assert_eq!(done.rows_affected(), 1);
    }

    pub async fn add_customers(&self, shop: &Shop, count: usize) -> Vec<CustomerId> {
        let ids: Vec<Uuid> = (0..count).map(|_| fresh()).collect();
        sqlx::query(
            "INSERT INTO customers (tenant_id, id, kind, email, created_at)
             SELECT $1, id, 'guest', id || '@example.com', now() FROM UNNEST($2::uuid[]) AS id",
        )
        .bind(shop.id.uuid())
        .bind(&ids)
        .execute(&mut self.superuser().await)
        .await
        .unwrap();
        ids.into_iter().map(CustomerId::from_uuid).collect()
    }

    /// A customer and an owner with one id each in both shops; the shops know them by different
    /// addresses.
    pub async fn add_twins(&self, kava_email: &str, knyhy_email: &str) -> Twins {
        let twins = Twins {
            customer: CustomerId::from_uuid(fresh()),
            staff: StaffMemberId::from_uuid(fresh()),
        };
        let mut superuser = self.superuser().await;
        for (shop, email) in [(&self.kava, kava_email), (&self.knyhy, knyhy_email)] {
            for (table, columns, id) in [
                ("customers", "kind", twins.customer.uuid()),
                ("staff_members", "role", twins.staff.uuid()),
            ] {
                let value = if table == "customers" {
                    "registered"
                } else {
                    "owner"
                };
                let sql = format!(
                    "INSERT INTO {table} (tenant_id, id, email, {columns}, created_at) VALUES ($1, $2, $3, $4, now())"
                );
                sqlx::query(AssertSqlSafe(sql))
                    .bind(shop.id.uuid())
                    .bind(id)
                    .bind(email)
                    .bind(value)
                    .execute(&mut superuser)
                    .await
                    .unwrap();
            }
        }
        twins
    }
}

/// Asks as one caller.
pub struct Asker<'a> {
    app: &'a CustomersApp,
    caller: Caller,
}

impl Asker<'_> {
    pub fn in_locale(mut self, locale: &str) -> Self {
        self.caller.tenant.locale = locale.to_owned();
        self
    }

    pub async fn ask(&self, query: &str) -> Value {
        self.ask_with(query, json!({})).await
    }

    pub async fn ask_with(&self, query: &str, variables: Value) -> Value {
        self.app
            .client
            .execute(&self.caller, query, variables)
            .await
            .0
    }

    pub async fn sign_out(&self, all_sessions: bool) -> Value {
        let query = "mutation($all: Boolean!) { signOut(input: { allSessions: $all }) {
            endedSessions userErrors { code message field } } }";
        self.ask_with(query, json!({ "all": all_sessions })).await
    }

    pub async fn create_stream_ticket(&self, origin: Option<&str>) -> Value {
        let query =
            "mutation($input: CreateStreamTicketInput!) { createStreamTicket(input: $input) {
            ticket expiresAt userErrors { code message field } } }";
        self.ask_with(query, json!({ "input": { "origin": origin } }))
            .await
    }

    /// A ticket; a refusal fails the test.
    pub async fn stream_ticket(&self, origin: Option<&str>) -> String {
        let answer = self.create_stream_ticket(origin).await;
        answer["data"]["createStreamTicket"]["ticket"]
            .as_str()
            .unwrap_or_else(|| panic!("{answer}"))
            .to_owned()
    }

    /// The session of the caller.
    pub fn session(&self) -> SessionId {
        self.caller.session.unwrap()
    }

    pub async fn update_staff_member(&self, input: Value) -> Value {
        let query = "mutation($input: UpdateStaffMemberInput!) { updateStaffMember(input: $input) {
            staffMember { id role active } userErrors { code message field } } }";
        self.ask_with(query, json!({ "input": input })).await
    }

    pub async fn entities<Id: ToString>(&self, ids: &[Id]) -> Value {
        let variables = json!({ "r": representations(ids) });
        self.app
            .client
            .execute(&self.caller, ENTITIES, variables)
            .await
            .0
    }

    /// SQL statements of one look-up of entities.
    pub async fn statements_of_entities<Id: ToString>(&self, ids: &[Id]) -> u64 {
        self.statements(ENTITIES, json!({ "r": representations(ids) }))
            .await
    }

    /// SQL statements of one operation.
    pub async fn statements(&self, query: &str, variables: Value) -> u64 {
        let app = &self.app.app;
        let caller = Arc::new(self.caller.clone());
        let snapshot = app.db.snapshot(caller.tenant_id());
        let mut request = async_graphql::Request::new(query)
            .variables(async_graphql::Variables::from_json(variables));
        customers::schema::add_loaders(&caller, &snapshot, &mut request.data);
        let request = request
            .data(caller)
            .data(snapshot.clone())
            .data(Deadline::after(deadlines::SUBGRAPH));
        let schema = customers::schema::build(Arc::clone(app));
        let (answer, tally) = database::statements::counted(schema.execute(request)).await;
        snapshot.finish().await.unwrap();
        assert!(answer.is_ok(), "{:?}", answer.errors);
        tally.statements()
    }
}

fn build_app(database: &TestDatabase, identities: &Identities, redis_url: &str) -> Arc<App> {
    let config = AdaptersConfig {
        database: database.config(),
        redis: CacheConfig::new(redis_url),
        keys_dir: identities.folder().to_owned(),
        sessions: SessionsConfig::default(),
    };
    Arc::new(App::build(&config, &Tasks::new()).unwrap())
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

fn representations<Id: ToString>(ids: &[Id]) -> Value {
    ids.iter()
        .map(|id| json!({ "__typename": "Customer", "id": id.to_string() }))
        .collect()
}

fn fresh() -> Uuid {
    UuidV7Generator.next_uuid()
}
