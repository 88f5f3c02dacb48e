//! Settings of the gateway (environment variables with the prefix `GATEWAY_`).

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use event_cursor::CursorKeys;
use http::Uri;
use messaging::BrokerConfig;
use service::telemetry::TelemetryConfig;
use service::{Secret, Settings, SettingsError, settings};

pub mod access;
pub mod list;
pub mod live;
pub mod origin;
pub mod trusted_proxies;

pub use access::AccessConfig;
pub use live::LiveConfig;
pub use origin::{AllowedOrigins, Origin};
pub use trusted_proxies::TrustedProxies;

settings! {
    /// All settings.
    pub struct GatewayConfig {
        /// Address that clients connect to.
        pub listen: SocketAddr = or_default("LISTEN", SocketAddr::from((Ipv4Addr::LOCALHOST, 4000)));
        /// Limit of open connections, sockets included; further ones wait for a permit. The limit of open files is
        /// raised accordingly, as far as the system allows.
        pub connections: usize = or_default("CONNECTIONS", 20_480);
        /// Serves GraphiQL at `/graphiql` and the live board at `/live`, and allows introspection for every client.
        pub development: bool = or_default("DEVELOPMENT", false);
        /// Origins of cross-origin pages that may open sockets and streams of every tenant, such as
        /// `https://admin.example`; separated by commas. The origins of a tenant itself are always allowed.
        pub allowed_origins: AllowedOrigins = list("ALLOWED_ORIGINS");
        /// Addresses or networks, such as `10.0.0.0/8`, whose `X-Forwarded-For` is trusted; separated by commas.
        pub trusted_proxies: TrustedProxies = list("TRUSTED_PROXIES");
        /// Path of the composed public schema.
        pub api_schema: String = or_default("API_SCHEMA", "schemas/api.graphql".to_owned());
        /// Interval at which the file of the public schema is polled. A new schema applies at once; subscriptions that
        /// are valid under it continue.
        pub api_schema_interval: Duration = duration_ms("API_SCHEMA_INTERVAL_MS", Duration::from_secs(2));
        /// The router.
        pub router: RouterConfig;
        /// The subgraphs.
        pub subgraphs: SubgraphsConfig;
        /// Base domains: `<slug>.<base domain>` is the host of a tenant; separated by commas.
        pub base_domains: String = or_default("TENANTS__BASE_DOMAINS", "localhost".to_owned());
        /// The broker that delivers hints.
        pub broker: BrokerConfig;
        /// Folder with `gateway.pem` and `trusted.json`.
        pub keys_dir: PathBuf = required("IDENTITY__KEYS_DIR");
        /// Keys of event cursors.
        pub cursor_keys: CursorKeys;
        /// Access revocation.
        pub access: AccessConfig;
        /// Subscriptions.
        pub live: LiveConfig;
        /// Logs and traces.
        pub telemetry: TelemetryConfig;
    }
}

settings! {
    /// The router behind the gateway.
    pub struct RouterConfig {
        /// GraphQL address of the router, plain HTTP in a private network.
        pub url: Uri = or_default("ROUTER__URL", Uri::from_static("http://127.0.0.1:4001/graphql"));
        /// Address that answers 200 when the router is ready.
        pub health_url: Uri = or_default("ROUTER__HEALTH_URL", Uri::from_static("http://127.0.0.1:8088/health?ready"));
        /// `ROUTER_SECRET` of the router, which refuses requests without it.
        pub secret: Secret<String> = secret("ROUTER__SECRET");
    }
}

settings! {
    /// Base addresses of the subgraphs for internal calls: scheme and authority, no path.
    #[derive(Clone)]
    pub struct SubgraphsConfig {
        /// Address of the subgraph for internal calls.
        pub catalog: Uri = or_default("SUBGRAPHS__CATALOG_URL", Uri::from_static("http://127.0.0.1:8080"));
        /// Address of the subgraph for internal calls.
        pub orders: Uri = or_default("SUBGRAPHS__ORDERS_URL", Uri::from_static("http://127.0.0.1:8081"));
        /// Address of the subgraph for internal calls.
        pub customers: Uri = or_default("SUBGRAPHS__CUSTOMERS_URL", Uri::from_static("http://127.0.0.1:8084"));
    }
}

impl GatewayConfig {
    /// Reads all settings; the error lists every missing, invalid or unknown one.
    pub fn load(settings: &mut Settings) -> Result<Self, SettingsError> {
        let config = Self::read(settings);
        settings.finish()?;
        Ok(config)
    }

    /// The base domains in lower case, without a leading dot.
    pub fn base_domains(&self) -> Vec<String> {
        list::entries(&self.base_domains)
            .map(|domain| domain.trim_start_matches('.').to_ascii_lowercase())
            .filter(|domain| !domain.is_empty())
            .collect()
    }
}
