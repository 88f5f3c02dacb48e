//! What the steps work with. Built from the settings, or by tests.

use std::sync::Arc;
use std::time::Duration;

use identity::{InternalTokens, KeyRing, ServiceName, ServiceTokens};
use service::{Clock, Readiness, SystemClock, Tasks};

use crate::accounts::Accounts;
use crate::accounts::tickets::Tickets;
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
use crate::subscriptions::limits::addresses::Addresses;

/// How often router and customers are asked whether they are ready.
const READINESS_EVERY: Duration = Duration::from_secs(1);
/// Failed probes in a row until the gateway says that it is not ready.
const FAILURES_UNTIL_UNREADY: u32 = 3;

/// The adapters of the gateway and nothing else.
pub struct App {
    /// Adapters that the subscription hub uses as well.
    pub adapters: Adapters,
    /// Shops by address.
    pub tenants: Tenants,
    /// Access tokens.
    pub authenticator: Authenticator,
    /// Who has lost access.
    pub accounts: Arc<Accounts>,
    /// Who shows a stream ticket.
    pub tickets: Tickets,
    /// Sockets and streams by client address.
    pub addresses: Addresses,
    /// Live subscriptions of all sockets and event streams.
    pub hub: Arc<Hub>,
}

/// Ways to other parts. Cloning shares them.
#[derive(Clone)]
pub struct Adapters {
    /// The settings.
    pub config: Arc<GatewayConfig>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The public schema, which may change while the process runs.
    pub api: CurrentSchema,
    /// GraphQL in the name of a principal.
    pub router: RouterClient,
    /// Internal calls to the subgraphs in the name of `service:gateway`.
    pub internal: InternalClient,
    /// Background work.
    pub tasks: Tasks,
}

impl Adapters {
    /// Reads keys and schema; connects to nothing.
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
    /// Puts the gateway together and starts its hub.
    pub fn start(adapters: Adapters) -> Arc<Self> {
        let tenants = Tenants::new(
            adapters.config.tenants.base_domains.clone(),
            adapters.internal.clone(),
            adapters.tasks.clone(),
        );
        let authenticator = Authenticator::new(adapters.internal.clone());
        let accounts = Accounts::start(&adapters, tenants.clone());
        let config = adapters.config.subscriptions.clone();
        let (api, path) = (adapters.api.clone(), adapters.config.api_schema.clone());
        let interval = adapters.config.api_schema_interval;
        let follow = api.follow(path, interval, adapters.tasks.token());
        adapters.tasks.spawn("gateway.schema", follow);
        let hub = Hub::start(adapters.clone(), config, Arc::clone(&accounts));
        hints::follow(&adapters, Arc::clone(&hub), Arc::clone(&accounts));
        let tickets = Tickets::new(adapters.internal.clone());
        Arc::new(Self {
            adapters,
            tenants,
            authenticator,
            accounts,
            tickets,
            addresses: Addresses::default(),
            hub,
        })
    }

    /// An internal token of an anonymous shopper, for asking the router without the gateway.
    pub async fn anonymous_token(&self, slug: &str) -> Result<String, Rejection> {
        let hint = TenantHint {
            x_tenant: Some(slug),
            ..TenantHint::default()
        };
        let principal = self.identify(hint, None).await?;
        self.adapters.router.identity_token(&principal)
    }

    /// Keeps `readiness` true while the router is ready. At the start customers has to answer once as well;
    /// later the known shops are served even when it is down. A single failed probe changes nothing.
    pub fn watch_readiness(self: &Arc<Self>, readiness: Readiness) {
        let app = Arc::clone(self);
        let stop = self.adapters.tasks.token();
        self.adapters.tasks.spawn("gateway.readiness", async move {
            let mut failures = 0;
            let mut tenants_reached = false;
            loop {
                tenants_reached = tenants_reached || app.tenants.is_reachable().await;
                let ready = tenants_reached && app.adapters.router.is_ready(READINESS_EVERY).await;
                failures = if ready { 0 } else { failures + 1 };
                if ready {
                    readiness.set_ready(true);
                } else if failures == FAILURES_UNTIL_UNREADY && readiness.is_ready() {
                    tracing::warn!("not ready: the router does not answer its health check");
                    readiness.set_ready(false);
                }
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(READINESS_EVERY) => {}
                }
            }
        });
    }
}
