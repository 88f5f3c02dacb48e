//! Settings of the orders service: environment variables `ORDERS_…`, read once at startup.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use database::DatabaseConfig;
use event_log::cursor::CursorKeys;
use graphql_server::SocketsConfig;
use service::telemetry::TelemetryConfig;
use service::{Secret, Settings, SettingsError, deadlines};

const PREFIX: &str = "ORDERS";

/// All settings of the service.
pub struct OrdersConfig {
    /// `LISTEN`: address on which role `serve` listens.
    pub listen: SocketAddr,
    /// `WORK_LISTEN`: address of health and metrics of role `work`; port 0 picks a free port.
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

/// Time-outs and sizes of checkout.
#[derive(Debug, Clone)]
pub struct CheckoutConfig {
    /// `CHECKOUT__HOLD_SECONDS`: a hold that is neither committed nor released expires after this time.
    pub hold_seconds: u32,
    /// `CHECKOUT__SAGA_DEADLINE_MS`: a placement that has not become an order after this time is undone.
    pub saga_deadline: Duration,
    /// `CHECKOUT__PAYMENT_TIMEOUT_MS`: time-out of the authorisation; afterwards the provider is polled.
    pub payment_timeout: Duration,
    /// `CHECKOUT__SWEEP_INTERVAL_MS`: interval between two sweeps for sagas past their deadline.
    pub sweep_interval: Duration,
    /// `CHECKOUT__CONNECTIONS`: size of the separate connection pool of checkout.
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
    /// Reads the environment. The error lists all missing, invalid and unknown keys together.
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
