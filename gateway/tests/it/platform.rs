//! A real gateway on a free port, with stubs of the router and the customers service that answer as a test configures
//! and record their requests.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt as _;
use gateway::app::App;
use gateway::config::GatewayConfig;
use gateway::live::Hub;
use http::{HeaderMap, StatusCode, header};
use identity::{ClientTokens, NewClientToken, Subject};
use ids::{CustomerId, SessionId, TenantId};
use internal_api::tenants::{
    Plan, PlanLimits, ResolveTenantRequest, ResolveTenantResponse, TenantProfile, TenantStatus,
};
use money::Currency;
use serde_json::{Value, json};
use service::{Clock as _, Readiness, Settings, SystemClock, Tasks};
use testkit::Identities;
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::access;
use crate::access::stub::AccountsStub;
use crate::http_client::{HttpClient, RequestBuilder};

pub const ROUTER_SECRET: &str = "router-secret-of-the-tests";

/// An address without a listener.
pub const UNREACHABLE: &str = "http://127.0.0.1:9";

/// All that runs during a test.
pub struct Platform {
    pub address: SocketAddr,
    pub app: App,
    pub router: Arc<RouterStub>,
    pub customers: Arc<CustomersStub>,
    pub keys: Identities,
    pub client: HttpClient,
    pub tasks: Tasks,
}

/// A router that answers as the test configures.
pub struct RouterStub {
    answer: Mutex<Reply>,
    asked: Mutex<Vec<Asked>>,
    healthy: AtomicBool,
    pub working: AtomicUsize,
}

/// One request that the router got.
#[derive(Clone)]
pub struct Asked {
    pub headers: HeaderMap,
    pub body: Bytes,
}

#[derive(Clone)]
pub enum Reply {
    Now(StatusCode, Vec<Bytes>),
    BreaksOff(Bytes),
    Never,
}

/// Customers with the tenants `kava` (also `kava.example`), `knyhy`, and the suspended `closed`.
pub struct CustomersStub {
    tenants: Mutex<Vec<TenantProfile>>,
    pub resolved: AtomicUsize,
    pub keys_given: AtomicUsize,
    key_set: Mutex<String>,
    pub broken: AtomicBool,
    pub accounts: AccountsStub,
}

/// What a client got.
#[derive(Debug)]
pub struct Got {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Platform {
    pub async fn start() -> Self {
        Self::start_with([]).await
    }

    /// With additional settings.
    pub async fn start_with<const N: usize>(settings: [(&str, &str); N]) -> Self {
        let keys = Identities::new();
        let tasks = Tasks::new();
        let router = Arc::new(RouterStub::new());
        let router_address = serve(&tasks, router_routes(Arc::clone(&router))).await;
        let customers = Arc::new(CustomersStub::new(keys.ring("customers").client_key_set()));
        let customers_address = serve(&tasks, customers_routes(Arc::clone(&customers))).await;
        let config = config(&keys, router_address, customers_address, &settings);
        let app = App::start(&config, tasks.clone()).unwrap();
        let readiness = Readiness::new();
        app.watch_readiness(readiness.clone());
        let address = serve(&tasks, app.routes(readiness)).await;
        let client = HttpClient::new();
        Self {
            address,
            app,
            router,
            customers,
            keys,
            client,
            tasks,
        }
    }

    /// The subscriptions of the gateway.
    pub fn hub(&self) -> &Hub {
        &self.app.gateway.live.hub
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A builder of a POST to `/graphql`.
    pub fn post(&self) -> RequestBuilder {
        self.client
            .post(self.url("/graphql"))
            .header(header::HOST, "kava.localhost:4000")
            .header(header::CONTENT_TYPE, "application/json")
    }

    /// A query of an anonymous caller.
    pub async fn query(&self, document: &str) -> Got {
        send(self.post().body(json!({ "query": document }).to_string())).await
    }

    /// The same, with one more header.
    pub async fn query_with(&self, name: &str, value: &str) -> Got {
        let request = self.post().header(name, value);
        send(request.body(json!({ "query": "{ shop { name } }" }).to_string())).await
    }

    /// A query with exactly these headers for the tenant.
    pub async fn query_at(&self, host: &str, x_tenant: Option<&str>) -> Got {
        let mut request = self
            .client
            .post(self.url("/graphql"))
            .header(header::HOST, host)
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(slug) = x_tenant {
            request = request.header("X-Tenant", slug);
        }
        send(request.body(json!({ "query": "{ shop { name } }" }).to_string())).await
    }

    /// An access token of a customer of a tenant.
    pub fn token(&self, tenant: u128, expires_in: TimeDelta) -> String {
        let now = SystemClock.now();
        self.token_until(tenant, now + expires_in)
    }

    fn token_until(&self, tenant: u128, expires_at: DateTime<Utc>) -> String {
        let token = NewClientToken {
            tenant: tenant_id(tenant),
            subject: Subject::customer(CustomerId::from_uuid(Uuid::from_u128(7))),
            session: SessionId::from_uuid(Uuid::from_u128(8)),
            issued_at: expires_at - TimeDelta::minutes(15),
            expires_at,
        };
        ClientTokens::load(self.keys.folder())
            .unwrap()
            .issue(&token)
            .unwrap()
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        self.tasks.token().cancel();
    }
}

impl RouterStub {
    fn new() -> Self {
        let answer = br#"{"data":{"shop":{"name":"Kava"}}}"#;
        Self {
            answer: Mutex::new(Reply::Now(StatusCode::OK, vec![Bytes::from_static(answer)])),
            asked: Mutex::default(),
            healthy: AtomicBool::new(true),
            working: AtomicUsize::new(0),
        }
    }

    pub fn replies(&self, reply: Reply) {
        *self.answer.lock().unwrap() = reply;
    }

    pub fn answers(&self, answer: &Value) {
        self.replies(Reply::Now(StatusCode::OK, vec![answer.to_string().into()]));
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The one request that came.
    pub fn only_asked(&self) -> Asked {
        let asked = self.asked();
        assert_eq!(asked.len(), 1, "requests at the router");
        asked[0].clone()
    }

    pub fn set_healthy(&self, healthy: bool) {
        self.healthy.store(healthy, Ordering::Relaxed);
    }
}

impl CustomersStub {
    fn new(key_set: String) -> Self {
        let mut kava = tenant("kava", 1);
        kava.domains = vec!["kava.example".to_owned()];
        let mut closed = tenant("closed", 3);
        closed.status = TenantStatus::Suspended;
        Self {
            tenants: Mutex::new(vec![kava, tenant("knyhy", 2), closed]),
            resolved: AtomicUsize::new(0),
            keys_given: AtomicUsize::new(0),
            key_set: Mutex::new(key_set),
            broken: AtomicBool::new(false),
            accounts: AccountsStub::new(),
        }
    }

    pub fn suspend(&self, slug: &str) {
        self.set_status(slug, TenantStatus::Suspended);
    }

    /// Changes the plan of a tenant; must be called before the gateway has cached the tenant.
    pub fn set_sockets_per_address(&self, slug: &str, limit: u32) {
        for tenant in self.tenants.lock().unwrap().iter_mut() {
            if tenant.slug == slug {
                tenant.plan.limits.sockets_per_address = limit;
            }
        }
    }

    pub fn set_status(&self, slug: &str, status: TenantStatus) {
        for tenant in self
            .tenants
            .lock()
            .unwrap()
            .iter_mut()
            .filter(|tenant| tenant.slug == slug)
        {
            tenant.status = status;
        }
    }

    pub fn set_key_set(&self, json: &str) {
        json.clone_into(&mut self.key_set.lock().unwrap());
    }

    /// Every call is answered with 500.
    pub fn set_broken(&self, broken: bool) {
        self.broken.store(broken, Ordering::Relaxed);
    }
}

impl Got {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// The code of the first error.
    pub fn code(&self) -> String {
        let code = self.json()["errors"][0]["extensions"]["code"].clone();
        code.as_str().unwrap_or_default().to_owned()
    }

    #[track_caller]
    pub fn assert_refused(&self, status: u16, code: &str) {
        assert_eq!(
            (self.status.as_u16(), self.code().as_str()),
            (status, code),
            "{}",
            self.text
        );
        assert!(self.json().get("data").is_none(), "{}", self.text);
    }

    #[track_caller]
    pub fn assert_served(&self) {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        assert!(self.json().get("errors").is_none(), "{}", self.text);
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

/// Sends a request and reads the whole answer.
pub async fn send(request: RequestBuilder) -> Got {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    Got {
        status,
        headers,
        text: response.text().await.unwrap(),
    }
}

pub fn tenant_id(number: u128) -> TenantId {
    TenantId::from_uuid(Uuid::from_u128(number))
}

fn tenant(slug: &str, number: u128) -> TenantProfile {
    TenantProfile {
        id: tenant_id(number),
        slug: slug.to_owned(),
        name: slug.to_owned(),
        status: TenantStatus::Active,
        plan: Plan {
            name: "large".to_owned(),
            limits: PlanLimits {
                cost_points_per_second: 2_000,
                subscriptions_per_socket: 20,
                subscriptions_per_principal: 1_000,
                subscriptions_per_tenant: 2_000,
                sockets_per_address: 2_000,
            },
        },
        default_currency: Currency::parse("UAH").unwrap(),
        default_locale: "uk".to_owned(),
        locales: ["uk", "ru", "en"].map(str::to_owned).to_vec(),
        domains: Vec::new(),
    }
}

fn config(
    keys: &Identities,
    router: SocketAddr,
    customers: SocketAddr,
    more: &[(&str, &str)],
) -> GatewayConfig {
    let mut settings: HashMap<String, String> = [
        (
            "API_SCHEMA",
            concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/api.graphql").to_owned(),
        ),
        ("DEVELOPMENT", "true".to_owned()),
        ("ROUTER__URL", format!("http://{router}/graphql")),
        ("ROUTER__HEALTH_URL", format!("http://{router}/health")),
        ("ROUTER__SECRET", ROUTER_SECRET.to_owned()),
        ("SUBGRAPHS__CUSTOMERS_URL", format!("http://{customers}")),
        ("BROKER__URL", "amqp://127.0.0.1:9/%2f".to_owned()),
        ("IDENTITY__KEYS_DIR", keys.folder().display().to_string()),
        (
            "CURSOR__KEYS",
            "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".to_owned(),
        ),
    ]
    .into_iter()
    .map(|(key, value)| (format!("GATEWAY_{key}"), value))
    .collect();
    settings.extend(
        more.iter()
            .map(|(key, value)| (format!("GATEWAY_{key}"), (*value).to_owned())),
    );
    GatewayConfig::load(&mut Settings::from_map("gateway", settings)).unwrap()
}

async fn serve(tasks: &Tasks, routes: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = tasks.token();
    tasks.spawn("test.server", async move {
        let server = axum::serve(
            listener,
            routes.into_make_service_with_connect_info::<SocketAddr>(),
        );
        tokio::select! {
            () = stop.cancelled() => {}
            ended = server.into_future() => ended.unwrap(),
        }
    });
    address
}

fn router_routes(router: Arc<RouterStub>) -> Router {
    Router::new()
        .route("/graphql", post(answer_graphql))
        .route("/health", get(answer_health))
        .with_state(router)
}

async fn answer_health(State(router): State<Arc<RouterStub>>) -> StatusCode {
    if router.healthy.load(Ordering::Relaxed) {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    }
}

struct Working(Arc<RouterStub>);

impl Drop for Working {
    fn drop(&mut self) {
        self.0.working.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn answer_graphql(
    State(router): State<Arc<RouterStub>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    router.asked.lock().unwrap().push(Asked { headers, body });
    router.working.fetch_add(1, Ordering::Relaxed);
    let _working = Working(Arc::clone(&router));
    let reply = router.answer.lock().unwrap().clone();
    let content_type = [(header::CONTENT_TYPE, "application/json")];
    match reply {
        Reply::Now(status, pieces) if pieces.len() == 1 => {
            (status, content_type, pieces.concat()).into_response()
        }
        Reply::Now(status, pieces) => {
            let pieces = pieces.into_iter().map(Ok::<_, std::io::Error>);
            let stream = futures_util::stream::iter(pieces);
            (status, content_type, Body::from_stream(stream)).into_response()
        }
        Reply::BreaksOff(first) => {
            let pieces = [Ok(first), Err(std::io::Error::other("broken on purpose"))];
            // The first piece is on its way before the connection breaks.
            let stream = futures_util::stream::iter(pieces).then(|piece| async {
                if piece.is_err() {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                piece
            });
            (content_type, Body::from_stream(stream)).into_response()
        }
        Reply::Never => std::future::pending().await,
    }
}

fn customers_routes(customers: Arc<CustomersStub>) -> Router {
    Router::new()
        .route("/internal/tenants/resolve", post(resolve))
        .route("/.well-known/jwks.json", get(give_keys))
        .with_state(Arc::clone(&customers))
        .merge(access::stub::routes(customers))
}

async fn resolve(
    State(customers): State<Arc<CustomersStub>>,
    headers: HeaderMap,
    Json(request): Json<ResolveTenantRequest>,
) -> Response {
    customers.resolved.fetch_add(1, Ordering::Relaxed);
    let authorization = headers
        .get(header::AUTHORIZATION)
        .unwrap()
        .to_str()
        .unwrap();
    assert!(authorization.starts_with("Bearer "), "service token");
    if customers.broken.load(Ordering::Relaxed) {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let tenants = customers.tenants.lock().unwrap();
    let found = tenants
        .iter()
        .find(|tenant| match (&request.slug, &request.host) {
            (Some(slug), _) => tenant.slug == *slug,
            (None, Some(host)) => tenant.domains.contains(host),
            (None, None) => false,
        });
    Json(ResolveTenantResponse {
        tenant: found.cloned(),
    })
    .into_response()
}

async fn give_keys(State(customers): State<Arc<CustomersStub>>) -> Response {
    customers.keys_given.fetch_add(1, Ordering::Relaxed);
    if customers.broken.load(Ordering::Relaxed) {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    customers.key_set.lock().unwrap().clone().into_response()
}
