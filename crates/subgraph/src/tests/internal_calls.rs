use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use event_contracts::orders::{OrderCancelledV1, OrderConfirmedV1};
use event_log::Recorded;
use identity::{ServiceName, TenantContext};
use ids::{OrderId, TenantId};
use internal_api::events::{FEED, HEADS};
use serde_json::{Value, json};
use service::{Deadline, Readiness};
use testkit::{EVENT_LOG_MIGRATOR, Identities, InternalClient, TestDatabase, a_tenant};
use uuid::Uuid;

use super::a_core;
use super::sample::{App, Live};
use crate::{SocketsConfig, Subgraph as _, routes};

struct World {
    app: Arc<App>,
    internal: InternalClient,
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
        let database = TestDatabase::create("orders", &EVENT_LOG_MIGRATOR).await;
        let identities = Arc::new(Identities::new());
        let core = a_core(database.config(), &identities);
        let app = Live::app(core, String::new()).unwrap();
        let routes = routes::<Live>(&app, SocketsConfig::default(), Readiness::new());
        let world = Self {
            app,
            internal: InternalClient::new(routes.clone(), identities, ServiceName::Orders),
            routes,
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
    let (internal, gateway) = (&world.internal, ServiceName::Gateway);

    let feed = internal
        .expect_answer(gateway, world.kava.id, FEED, &world.feed())
        .await;
    let heads = internal
        .expect_answer(gateway, None, HEADS, &world.heads(1))
        .await;

    assert_eq!(
        feed["entries"],
        json!([{ "seq": 2, "event_type": "order.cancelled.v1", "subjects": [an_order()] }])
    );
    assert_eq!(heads["heads"][0]["head"], 2);
}

#[tokio::test]
async fn a_token_for_another_tenant_or_for_none_does_not_open_a_feed() {
    let world = World::start().await;

    world
        .internal
        .assert_bound_to_tenant(ServiceName::Gateway, FEED, &world.feed(), world.knyhy.id)
        .await;
}

#[tokio::test]
async fn other_services_read_no_event_log() {
    let world = World::start().await;
    let (internal, kava) = (&world.internal, world.kava.id);
    let (feed, heads) = (world.feed(), world.heads(1));

    let (feed, _) = internal.call(ServiceName::Catalog, kava, FEED, &feed).await;
    let (of_catalog, _) = internal
        .call(ServiceName::Catalog, kava, HEADS, &heads)
        .await;
    let (unsigned, _) = internal.post(HEADS, Some("nonsense"), &heads).await;

    assert_eq!(
        (feed, of_catalog),
        (StatusCode::FORBIDDEN, StatusCode::FORBIDDEN)
    );
    assert_eq!(unsigned, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn one_call_asks_for_at_most_ten_thousand_heads() {
    let world = World::start().await;
    let ask = async |heads: Value| {
        let internal = &world.internal;
        internal
            .call(ServiceName::Gateway, None, HEADS, &heads)
            .await
    };

    let (most, _) = ask(world.heads(10_000)).await;
    let (more, error) = ask(world.heads(10_001)).await;

    assert_eq!((most, more), (StatusCode::OK, StatusCode::BAD_REQUEST));
    assert_eq!(error["code"], "BAD_REQUEST");
}

#[tokio::test]
async fn a_call_ends_at_the_deadline_of_its_caller() {
    let world = World::start().await;
    let token = world.internal.token(ServiceName::Gateway, world.kava.id);

    for (path, body) in [(FEED, world.feed()), (HEADS, world.heads(1))] {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(Deadline::HEADER, "0");
        let request = request.body(Body::from(body.to_string())).unwrap();
        let (status, error) = testkit::send(&world.routes, request).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(error["code"], "UNAVAILABLE");
    }
}

#[tokio::test]
async fn a_malformed_body_is_a_bad_request() {
    let world = World::start().await;

    let (status, error) = world
        .internal
        .call(ServiceName::Gateway, None, FEED, &json!({ "stream": 1 }))
        .await;

    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(error["code"], "BAD_REQUEST");
}
