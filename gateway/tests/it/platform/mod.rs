//! A real gateway on a free port, with stubs of the router and the customers service that answer as a test configures
//! and record their requests.

mod customers_stub;
mod got;
mod router_stub;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use chrono::TimeDelta;
use gateway::app::App;
use gateway::config::GatewayConfig;
use gateway::live::Hub;
use http::header;
use identity::{ClientTokens, NewClientToken, Subject};
use ids::{CustomerId, SessionId, TenantId};
use serde_json::json;
use service::{Clock as _, Readiness, Settings, SystemClock, Tasks};
use testkit::Identities;
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::http_client::{HttpClient, RequestBuilder};

pub use customers_stub::CustomersStub;
pub use got::{Got, send};
pub use router_stub::{Reply, RouterStub};

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

impl Platform {
    pub async fn start() -> Self {
        Self::start_with([]).await
    }

    /// With additional settings.
    pub async fn start_with<'a>(settings: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let keys = Identities::new();
        let tasks = Tasks::new();
        let router = Arc::new(RouterStub::new());
        let router_address = serve(&tasks, router_stub::routes(Arc::clone(&router))).await;
        let customers = Arc::new(CustomersStub::new(keys.ring("customers").client_key_set()));
        let customers_address = serve(&tasks, customers_stub::routes(Arc::clone(&customers))).await;
        let config = config(&keys, router_address, customers_address, settings);
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
        let expires_at = SystemClock.now() + expires_in;
        self.issue(&NewClientToken {
            tenant: tenant_id(tenant),
            subject: Subject::customer(CustomerId::from_uuid(Uuid::from_u128(7))),
            session: SessionId::from_uuid(Uuid::from_u128(8)),
            issued_at: expires_at - TimeDelta::minutes(15),
            expires_at,
        })
    }

    /// Signs an access token as customers does.
    pub fn issue(&self, token: &NewClientToken) -> String {
        let tokens = ClientTokens::load(self.keys.folder()).unwrap();
        tokens.issue(token).unwrap()
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        self.tasks.token().cancel();
    }
}

pub fn tenant_id(number: u128) -> TenantId {
    TenantId::from_uuid(Uuid::from_u128(number))
}

fn config<'a>(
    keys: &Identities,
    router: SocketAddr,
    customers: SocketAddr,
    more: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> GatewayConfig {
    let usual = [
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
    ];
    let more = more.into_iter();
    let settings: HashMap<String, String> = usual
        .into_iter()
        .chain(more.map(|(key, value)| (key, value.to_owned())))
        .map(|(key, value)| (format!("GATEWAY_{key}"), value))
        .collect();
    GatewayConfig::load(&mut Settings::from_map("gateway", settings)).unwrap()
}

/// Serves routes on a free port until the tasks end.
pub async fn serve(tasks: &Tasks, routes: Router) -> SocketAddr {
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
