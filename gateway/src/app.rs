//! Puts the parts of the gateway together and starts its background tasks.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use identity::{InternalTokens, KeyRing, ServiceName, ServiceTokens};
use service::{Clock, Readiness, SystemClock, Tasks};

use crate::access::{Access, TenantHint};
use crate::config::GatewayConfig;
use crate::http;
use crate::http::gateway::Gateway;
use crate::http::steps::check_origin::OriginPolicy;
use crate::live::{AddressQuotas, Hub, LiveServer, Services, hints};
use crate::schema::CurrentSchema;
use crate::upstream::{RouterClient, Subgraphs};

/// Interval between readiness probes of the router and of customers; also the time-out of a probe of the router.
const READINESS_INTERVAL: Duration = Duration::from_secs(1);
/// Consecutive failed probes until the gateway reports that it is not ready.
const FAILURES_UNTIL_UNREADY: u32 = 3;

/// A running gateway.
pub struct App {
    /// What requests are served with.
    pub gateway: Arc<Gateway>,
    tasks: Tasks,
}

impl App {
    /// Reads keys and schema, and starts the background tasks. No connection is opened yet.
    pub fn start(config: &GatewayConfig, tasks: Tasks) -> anyhow::Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let service = ServiceName::Gateway.as_str();
        let ring = Arc::new(KeyRing::load(&config.keys_dir, service)?);
        let router = RouterClient::new(&config.router, InternalTokens::new(Arc::clone(&ring)))?;
        let subgraphs = Subgraphs::new(&config.subgraphs, ServiceTokens::new(ring));
        let customers = subgraphs.customers.clone();
        let api = start_schema(config, &tasks)?;

        let access = Access::start(config, customers, Arc::clone(&clock), tasks.clone());
        let services = Services::new(config, router.clone(), subgraphs, tasks.clone());
        let revocations = Arc::clone(&access.revocations);
        let hub = Hub::start(services, api.clone(), clock, Arc::clone(&revocations));
        hints::follow(&config.broker, &tasks, Arc::clone(&hub), revocations);
        let live = LiveServer {
            hub,
            access: access.clone(),
            api: api.clone(),
            router: router.clone(),
            addresses: AddressQuotas::default(),
            tasks: tasks.clone(),
        };
        let gateway = Gateway {
            origins: OriginPolicy::new(config, access.tenants.clone()),
            access,
            api,
            router,
            live: Arc::new(live),
            trusted_proxies: config.trusted_proxies.clone(),
            development: config.development,
        };
        Ok(Self {
            gateway: Arc::new(gateway),
            tasks,
        })
    }

    /// The routes of the gateway.
    pub fn routes(&self, readiness: Readiness) -> Router {
        http::routes(Arc::clone(&self.gateway), readiness)
    }

    /// An internal token of an anonymous caller, for calling the router without the gateway.
    pub async fn anonymous_token(&self, slug: &str) -> anyhow::Result<Arc<str>> {
        let hint = TenantHint {
            x_tenant: Some(slug),
            ..TenantHint::default()
        };
        let principal = self.gateway.access.identify(hint, None).await?;
        Ok(self.gateway.router.identity_token(&principal)?)
    }

    /// Keeps `readiness` true while the router is ready. After the start customers has to answer once as well;
    /// later the known tenants are served even while it is unavailable. A single failed probe changes nothing.
    pub fn watch_readiness(&self, readiness: Readiness) {
        let gateway = Arc::clone(&self.gateway);
        let stop = self.tasks.token();
        self.tasks.spawn("gateway.readiness", async move {
            let mut failures = 0;
            let mut tenants_reached = false;
            loop {
                tenants_reached = tenants_reached || gateway.access.tenants.is_reachable().await;
                let ready = tenants_reached && gateway.router.is_ready(READINESS_INTERVAL).await;
                failures = if ready { 0 } else { failures + 1 };
                if ready {
                    readiness.set_ready(true);
                } else if failures == FAILURES_UNTIL_UNREADY && readiness.is_ready() {
                    tracing::warn!("not ready: the router fails its health check");
                    readiness.set_ready(false);
                }
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(READINESS_INTERVAL) => {}
                }
            }
        });
    }
}

fn start_schema(config: &GatewayConfig, tasks: &Tasks) -> anyhow::Result<CurrentSchema> {
    let path = PathBuf::from(&config.api_schema);
    let api = CurrentSchema::load(&path, config.development)?;
    let interval = config.api_schema_interval;
    let follow = api.clone().follow(path, interval, tasks.token());
    tasks.spawn("gateway.schema", follow);
    Ok(api)
}
