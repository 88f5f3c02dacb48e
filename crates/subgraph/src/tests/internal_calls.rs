use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use event_contracts::orders::{OrderCancelledV1, OrderConfirmedV1};
use event_cursor::CursorKeys;
use event_log::Recorded;
use identity::{ServiceName, TenantContext};
use ids::{OrderId, TenantId};
use internal_api::events::{FEED, HEADS};
use serde_json::{Value, json};
use service::{Deadline, Readiness, Tasks};
use testkit::{Identities, TestDatabase, a_tenant};
use tower::ServiceExt as _;
use uuid::Uuid;

use super::sample::{App, Live, MIGRATOR};
use crate::{Core, CoreConfig, SocketsConfig, Subgraph as _, routes};

struct World {
    identities: Identities,
    app: Arc<App>,
    routes: Router,
    kava: TenantContext,
    knyhy: TenantContext,
}

/// The order of all events.
fn an_order() -> OrderId {
    OrderId::from_uuid(Uuid::from_u128(1))
}

impl World {
    /// Tenant `kava` has two events.
    async fn start() -> Self {
        let database = TestDatabase::create("orders", &MIGRATOR).await;
        let identities = Identities::new();
        let config = CoreConfig {
            database: database.config(),
            keys_dir: identities.folder().to_owned(),
            cursor_keys: CursorKeys::random(),
        };
        let core = Core::start(ServiceName::Orders, config, &Tasks::new()).unwrap();
        let app = Live::app(core, String::new()).unwrap();
        let world = Self {
            routes: routes::<Live>(&app, SocketsConfig::default(), Readiness::new()),
            identities,
            app,
            kava: a_tenant("kava", 1),
            knyhy: a_tenant("knyhy", 2),
        };
        world.append_two_events(world.kava.id).await;
        world
    }

    async fn append_two_events(&self, tenant: TenantId) {
        let order_id = an_order();
        let now = self.app.now();
        let cancelled = OrderCancelledV1 {
            order_id,
            reason: None,
        };
        let events = [
            Recorded::at(now, OrderConfirmedV1 { order_id }),
            Recorded::at(now, cancelled),
        ];
        let tx = self.app.db.write(tenant).await.unwrap();
        self.app.log.commit(tx, events).await.unwrap();
    }

    fn token(&self, caller: ServiceName, tenant: Option<&TenantContext>) -> String {
        let tokens = self.identities.service_tokens(caller);
        let token = tokens.mint(ServiceName::Orders, tenant.map(|tenant| tenant.id));
        token.unwrap().to_string()
    }

    async fn post(&self, path: &str, token: &str, body: &Value) -> (StatusCode, Value) {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.send(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    async fn send(&self, request: Request<Body>) -> (StatusCode, Value) {
        let response = self.routes.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    fn feed(&self) -> Value {
        json!({ "tenant": self.kava.id, "stream": "orders", "after": 1, "limit": 10 })
    }

    fn heads(&self, streams: usize) -> Value {
        let key = json!({ "tenant": self.kava.id, "stream": "orders" });
        json!({ "streams": vec![key; streams] })
    }
}

#[tokio::test]
async fn the_gateway_reads_the_feed_of_one_tenant_and_the_heads_of_all() {
    let world = World::start().await;
    let bound = world.token(ServiceName::Gateway, Some(&world.kava));
    let unbound = world.token(ServiceName::Gateway, None);

    let (feed_status, feed) = world.post(FEED, &bound, &world.feed()).await;
    let (heads_status, heads) = world.post(HEADS, &unbound, &world.heads(1)).await;

    assert_eq!(
        (feed_status, heads_status),
        (StatusCode::OK, StatusCode::OK)
    );
    assert_eq!(
        feed["entries"],
        json!([{ "seq": 2, "event_type": "order.cancelled.v1", "subjects": [an_order()] }])
    );
    assert_eq!(heads["heads"][0]["head"], 2);
}

#[tokio::test]
async fn a_token_for_another_tenant_or_for_none_does_not_open_a_feed() {
    let world = World::start().await;

    for tenant in [Some(&world.knyhy), None] {
        let token = world.token(ServiceName::Gateway, tenant);
        let (status, error) = world.post(FEED, &token, &world.feed()).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        assert_eq!(error["code"], "FORBIDDEN");
    }
}

#[tokio::test]
async fn other_services_read_no_event_log() {
    let world = World::start().await;
    let catalog = world.token(ServiceName::Catalog, Some(&world.kava));

    let (feed, _) = world.post(FEED, &catalog, &world.feed()).await;
    let (heads, _) = world.post(HEADS, &catalog, &world.heads(1)).await;
    let (unsigned, _) = world.post(HEADS, "nonsense", &world.heads(1)).await;

    assert_eq!(
        (feed, heads),
        (StatusCode::FORBIDDEN, StatusCode::FORBIDDEN)
    );
    assert_eq!(unsigned, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn one_call_asks_for_at_most_ten_thousand_heads() {
    let world = World::start().await;
    let token = world.token(ServiceName::Gateway, None);

    let (most, _) = world.post(HEADS, &token, &world.heads(10_000)).await;
    let (more, error) = world.post(HEADS, &token, &world.heads(10_001)).await;

    assert_eq!((most, more), (StatusCode::OK, StatusCode::BAD_REQUEST));
    assert_eq!(error["code"], "BAD_REQUEST");
}

#[tokio::test]
async fn a_call_ends_at_the_deadline_of_its_caller() {
    let world = World::start().await;
    let token = world.token(ServiceName::Gateway, Some(&world.kava));

    for (path, body) in [(FEED, world.feed()), (HEADS, world.heads(1))] {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(Deadline::HEADER, "0");
        let (status, error) = world
            .send(request.body(Body::from(body.to_string())).unwrap())
            .await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(error["code"], "UNAVAILABLE");
    }
}

#[tokio::test]
async fn a_malformed_body_is_a_bad_request() {
    let world = World::start().await;
    let token = world.token(ServiceName::Gateway, None);

    let (status, error) = world.post(FEED, &token, &json!({ "stream": 1 })).await;

    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(error["code"], "BAD_REQUEST");
}
