//! The parts that the steps use. Built from the settings, or by tests.

use std::sync::Arc;
use std::time::Duration;

use identity::{InternalTokens, KeyRing, ServiceName, ServiceTokens};
use service::{Clock, Readiness, SystemClock, Tasks};

use crate::access::Revocations;
use crate::access::tickets::Tickets;
use crate::api_schema::CurrentSchema;
use crate::config::GatewayConfig;
use crate::hints;
use crate::internal_client::InternalClient;
use crate::principal::TenantHint;
use crate::rejection::Rejection;
use crate::router_client::RouterClient;
use crate::steps::authenticate::Authenticator;
use crate::steps::resolve_tenant::Tenants;
use crate::subscriptions::Hub;
use crate::subscriptions::limits::addresses::AddressQuotas;

/// Interval between readiness probes of the router and of customers; also the time-out of a probe of the router.
const READINESS_INTERVAL: Duration = Duration::from_secs(1);
/// Consecutive failed probes until the gateway reports that it is not ready.
const FAILURES_UNTIL_UNREADY: u32 = 3;

/// The parts of the gateway, shared by all requests.
pub struct App {
    /// Clients of other services, schema, clock and settings; also used by the subscription hub.
    pub adapters: Adapters,
    /// Resolves tenants by host or slug.
    pub tenants: Tenants,
    /// Verifies access tokens.
    pub authenticator: Authenticator,
    /// Rejects and ends what belongs to callers whose access was revoked.
    pub revocations: Arc<Revocations>,
    /// Redeems stream tickets.
    pub tickets: Tickets,
    /// Permits of sockets and streams by client address.
    pub addresses: AddressQuotas,
    /// Live subscriptions of all sockets and event streams.
    pub hub: Arc<Hub>,
}

/// Clients of other services, schema, clock and settings. Cloning shares them.
#[derive(Clone)]
pub struct Adapters {
    /// All settings of the gateway.
    pub config: Arc<GatewayConfig>,
    /// Source of the current time.
    pub clock: Arc<dyn Clock>,
    /// The public schema; it can be replaced while the process runs.
    pub api: CurrentSchema,
    /// Sends GraphQL operations to the router on behalf of a principal.
    pub router: RouterClient,
    /// Internal calls to the subgraphs, authenticated as `service:gateway`.
    pub internal: InternalClient,
    /// Background tasks.
    pub tasks: Tasks,
}

impl Adapters {
    /// Reads keys and schema; opens no connection.
    pub fn new(config: GatewayConfig, tasks: Tasks) -> anyhow::Result<Self> {
        let api = CurrentSchema::load(&config.api_schema)?;
        let ring = Arc::new(KeyRing::load(
            &config.keys_dir,
            ServiceName::Gateway.as_str(),
        )?);
        let router = RouterClient::new(
            config.router.url.clone(),
            config.router.health_url.clone(),
            &config.router.secret,
            InternalTokens::new(Arc::clone(&ring)),
        )?;
        let internal = InternalClient::new(&config.subgraphs, ServiceTokens::new(ring));
        Ok(Self {
            api,
            config: Arc::new(config),
            clock: Arc::new(SystemClock),
            router,
            internal,
            tasks,
        })
    }
}

impl App {
    /// Builds the gateway and starts its background tasks.
    pub fn start(adapters: Adapters) -> Arc<Self> {
        let tenants = Tenants::new(
            adapters.config.tenants.base_domains.clone(),
            adapters.internal.clone(),
            adapters.tasks.clone(),
        );
        let authenticator = Authenticator::new(adapters.internal.clone());
        let revocations = Revocations::start(&adapters, tenants.clone());
        let config = adapters.config.subscriptions.clone();
        let (api, path) = (adapters.api.clone(), adapters.config.api_schema.clone());
        let interval = adapters.config.api_schema_interval;
        let follow = api.follow(path, interval, adapters.tasks.token());
        adapters.tasks.spawn("gateway.schema", follow);
        let hub = Hub::start(adapters.clone(), config, Arc::clone(&revocations));
        hints::follow(&adapters, Arc::clone(&hub), Arc::clone(&revocations));
        let tickets = Tickets::new(adapters.internal.clone());
        Arc::new(Self {
            adapters,
            tenants,
            authenticator,
            revocations,
            tickets,
            addresses: AddressQuotas::default(),
            hub,
        })
    }

    /// An internal token of an anonymous caller, for calling the router without the gateway.
    pub async fn anonymous_token(&self, slug: &str) -> Result<String, Rejection> {
        let hint = TenantHint {
            x_tenant: Some(slug),
            ..TenantHint::default()
        };
        let principal = self.identify(hint, None).await?;
        self.adapters.router.identity_token(&principal)
    }

    /// Keeps `readiness` true while the router is ready. After the start customers has to answer once as well;
    /// later the known tenants are served even while it is unavailable. A single failed probe changes nothing.
    pub fn watch_readiness(self: &Arc<Self>, readiness: Readiness) {
        let app = Arc::clone(self);
        let stop = self.adapters.tasks.token();
        self.adapters.tasks.spawn("gateway.readiness", async move {
            let mut failures = 0;
            let mut tenants_reached = false;
            loop {
                tenants_reached = tenants_reached || app.tenants.is_reachable().await;
                let ready =
                    tenants_reached && app.adapters.router.is_ready(READINESS_INTERVAL).await;
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
