//! Settings of the gateway (environment variables with the prefix `GATEWAY_`).

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use event_cursor::CursorKeys;
use http::Uri;
use service::Secret;
use service::settings::{Settings, SettingsError};
use service::telemetry::TelemetryConfig;

pub mod access;
pub mod list;
pub mod live;
pub mod origin;
pub mod trusted_proxies;

pub use access::AccessConfig;
pub use live::LiveConfig;
pub use origin::{AllowedOrigins, Origin};
pub use trusted_proxies::TrustedProxies;

/// All settings.
pub struct GatewayConfig {
    /// `LISTEN`: address that clients connect to. Default `127.0.0.1:4000`.
    pub listen: SocketAddr,
    /// `CONNECTIONS`: limit of open connections, sockets included; further ones wait. Default 20,480.
    pub connections: usize,
    /// `DEVELOPMENT`: serves `/graphiql` and `/live`, and allows introspection. Default `false`.
    pub development: bool,
    /// `ALLOWED_ORIGINS`: origins that may open sockets and streams of every tenant, such as `https://admin.example`;
    /// separated by commas. The origins of a tenant itself are always allowed. Default none.
    pub allowed_origins: AllowedOrigins,
    /// `TRUSTED_PROXIES`: addresses or networks whose `X-Forwarded-For` is trusted; separated by commas.
    /// Default none.
    pub trusted_proxies: TrustedProxies,
    /// `API_SCHEMA`: path of the composed public schema. Default `schemas/api.graphql`.
    pub api_schema: PathBuf,
    /// `API_SCHEMA_INTERVAL_MS`: how often that file is checked for changes. Default 2 s.
    pub api_schema_interval: Duration,
    /// `ROUTER__…`
    pub router: RouterConfig,
    /// `SUBGRAPHS__…`
    pub subgraphs: SubgraphsConfig,
    /// `TENANTS__BASE_DOMAINS`: `<slug>.<one of these>` is the host of a tenant; separated by commas. Default
    /// `localhost`.
    pub base_domains: Vec<String>,
    /// `BROKER__URL`: the broker that delivers the hints of subscriptions.
    pub broker_url: Secret<String>,
    /// `IDENTITY__KEYS_DIR`: folder with `gateway.pem` and `trusted.json`.
    pub keys_dir: PathBuf,
    /// `CURSOR__KEYS`: shared with the subgraphs.
    pub cursor_keys: CursorKeys,
    /// `ACCOUNTS__…`
    pub access: AccessConfig,
    /// `SUBSCRIPTIONS__…`
    pub live: LiveConfig,
    /// `LOG`, `TELEMETRY__…`
    pub telemetry: TelemetryConfig,
}

/// The router behind the gateway.
pub struct RouterConfig {
    /// `ROUTER__URL`: its GraphQL address, plain HTTP in a private network. Default
    /// `http://127.0.0.1:4001/graphql`.
    pub url: Uri,
    /// `ROUTER__HEALTH_URL`: answers 200 when the router is ready. Default
    /// `http://127.0.0.1:8088/health?ready`.
    pub health_url: Uri,
    /// `ROUTER__SECRET`: the router refuses requests without it.
    pub secret: Secret<String>,
}

/// Base addresses of the subgraphs for internal calls: scheme and authority, no path.
#[derive(Clone)]
pub struct SubgraphsConfig {
    /// `SUBGRAPHS__CATALOG_URL`. Default `http://127.0.0.1:8080`.
    pub catalog: Uri,
    /// `SUBGRAPHS__ORDERS_URL`. Default `http://127.0.0.1:8081`.
    pub orders: Uri,
    /// `SUBGRAPHS__CUSTOMERS_URL`. Default `http://127.0.0.1:8084`.
    pub customers: Uri,
}

impl GatewayConfig {
    /// Reads all settings; the error lists every missing, invalid or unknown one.
    pub fn read(settings: &mut Settings) -> Result<Self, SettingsError> {
        let config = Self {
            listen: settings.or_default("LISTEN", SocketAddr::from((Ipv4Addr::LOCALHOST, 4000))),
            connections: settings.or_default("CONNECTIONS", 20_480),
            development: settings.or_default("DEVELOPMENT", false),
            allowed_origins: settings.or_default("ALLOWED_ORIGINS", AllowedOrigins::default()),
            trusted_proxies: settings.or_default("TRUSTED_PROXIES", TrustedProxies::default()),
            api_schema: settings.or_default("API_SCHEMA", PathBuf::from("schemas/api.graphql")),
            api_schema_interval: settings
                .duration_ms("API_SCHEMA_INTERVAL_MS", Duration::from_secs(2)),
            router: RouterConfig {
                url: settings.or_default("ROUTER__URL", local("4001/graphql")),
                health_url: settings.or_default("ROUTER__HEALTH_URL", local("8088/health?ready")),
                secret: settings.secret("ROUTER__SECRET"),
            },
            subgraphs: SubgraphsConfig {
                catalog: settings.or_default("SUBGRAPHS__CATALOG_URL", local("8080")),
                orders: settings.or_default("SUBGRAPHS__ORDERS_URL", local("8081")),
                customers: settings.or_default("SUBGRAPHS__CUSTOMERS_URL", local("8084")),
            },
            base_domains: domains(
                &settings.or_default("TENANTS__BASE_DOMAINS", "localhost".to_owned()),
            ),
            broker_url: settings.secret("BROKER__URL"),
            keys_dir: settings.required("IDENTITY__KEYS_DIR"),
            cursor_keys: CursorKeys::read(settings),
            access: AccessConfig::read(settings),
            live: LiveConfig::read(settings),
            telemetry: TelemetryConfig::read(settings),
        };
        settings.finish()?;
        Ok(config)
    }
}

fn local(port_and_path: &str) -> Uri {
    Uri::try_from(format!("http://127.0.0.1:{port_and_path}")).unwrap_or_default()
}

fn domains(list: &str) -> Vec<String> {
    list::entries(list)
        .map(|domain| domain.trim_start_matches('.').to_ascii_lowercase())
        .filter(|domain| !domain.is_empty())
        .collect()
}
