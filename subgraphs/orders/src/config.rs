//! Settings of the orders service: environment variables `ORDERS_…`, read once at start.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use database::DatabaseConfig;
use event_log::cursor::CursorKeys;
use graphql_server::SocketsConfig;
use service::telemetry::TelemetryConfig;
use service::{Secret, Settings, SettingsError, deadlines};

const PREFIX: &str = "ORDERS";

/// Everything that can be set.
pub struct OrdersConfig {
    /// `LISTEN`: where role `serve` listens.
    pub listen: SocketAddr,
    /// `WORK_LISTEN`: health and metrics of role `work`; port 0 picks one.
    pub work_listen: SocketAddr,
    /// `DATABASE__APP_URL`, `DATABASE__PLATFORM_URL`, `DATABASE__MAX_CONNECTIONS`.
    pub database: DatabaseConfig,
    /// `DATABASE__OWNER_URL`: role `migrate`.
    pub owner_url: Option<Secret<String>>,
    /// `DATABASE__ADMIN_URL`: role `provision`.
    pub admin_url: Option<Secret<String>>,
    /// `BROKER__URL`.
    pub broker_url: Secret<String>,
    /// `IDENTITY__KEYS_DIR`.
    pub keys_dir: PathBuf,
    /// `CURSOR__KEYS`.
    pub cursor_keys: CursorKeys,
    /// `CATALOG__URL`.
    pub catalog_url: String,
    /// `CHECKOUT__…`.
    pub checkout: CheckoutConfig,
    /// `SOCKETS__…`.
    pub sockets: SocketsConfig,
    /// `LOG`, `TELEMETRY__OTLP_ENDPOINT`.
    pub telemetry: TelemetryConfig,
}

/// Times and sizes of checkout.
#[derive(Debug, Clone)]
pub struct CheckoutConfig {
    /// `CHECKOUT__HOLD_SECONDS`: a hold that nobody ends runs out after this time.
    pub hold_seconds: u32,
    /// `CHECKOUT__SAGA_DEADLINE_MS`: a placement that is no order by then is undone.
    pub saga_deadline: Duration,
    /// `CHECKOUT__PAYMENT_TIMEOUT_MS`: a provider that has not answered by then is asked again later.
    pub payment_timeout: Duration,
    /// `CHECKOUT__SWEEP_INTERVAL_MS`: between two looks for sagas past their deadline.
    pub sweep_interval: Duration,
    /// `CHECKOUT__CONNECTIONS`: database connections of checkout's own pool.
    pub connections: u32,
}

impl Default for CheckoutConfig {
    fn default() -> Self {
        Self {
            hold_seconds: 900,
            saga_deadline: Duration::from_secs(10),
            payment_timeout: deadlines::PAYMENT,
            sweep_interval: Duration::from_secs(1),
            connections: 8,
        }
    }
}

impl CheckoutConfig {
    fn read(settings: &mut Settings) -> Self {
        let default = Self::default();
        Self {
            hold_seconds: settings.or_default("CHECKOUT__HOLD_SECONDS", default.hold_seconds),
            saga_deadline: settings
                .duration_ms("CHECKOUT__SAGA_DEADLINE_MS", default.saga_deadline),
            payment_timeout: settings
                .duration_ms("CHECKOUT__PAYMENT_TIMEOUT_MS", default.payment_timeout),
            sweep_interval: settings
                .duration_ms("CHECKOUT__SWEEP_INTERVAL_MS", default.sweep_interval),
            connections: settings.or_default("CHECKOUT__CONNECTIONS", default.connections),
        }
    }
}

impl OrdersConfig {
    /// Reads everything from the environment; the error lists every missing, invalid and unknown key together.
    pub fn read() -> Result<Self, SettingsError> {
        let settings = &mut Settings::from_env(PREFIX);
        let config = Self {
            listen: settings.or_default("LISTEN", SocketAddr::from(([127, 0, 0, 1], 8081))),
            work_listen: settings.or_default("WORK_LISTEN", SocketAddr::from(([127, 0, 0, 1], 0))),
            database: DatabaseConfig::read(settings),
            owner_url: settings.secret_optional("DATABASE__OWNER_URL"),
            admin_url: settings.secret_optional("DATABASE__ADMIN_URL"),
            broker_url: settings.secret("BROKER__URL"),
            keys_dir: settings.required("IDENTITY__KEYS_DIR"),
            cursor_keys: CursorKeys::read(settings),
            catalog_url: settings.required("CATALOG__URL"),
            checkout: CheckoutConfig::read(settings),
            sockets: SocketsConfig::read(settings),
            telemetry: TelemetryConfig::read(settings),
        };
        settings.finish()?;
        Ok(config)
    }
}
