//! Settings of the catalog subgraph. Every key starts with `CATALOG_`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use database::DatabaseConfig;
use event_log::cursor::CursorKeys;
use graphql_server::SocketsConfig;
use messaging::BrokerConfig;
use service::telemetry::TelemetryConfig;
use service::{Secret, Settings, SettingsError};

const PREFIX: &str = "CATALOG";

/// Settings of every role except `schema`.
pub struct CatalogConfig {
    /// `LISTEN`: address of role `serve`.
    pub listen: SocketAddr,
    /// `WORK_LISTEN`: address of the health and metrics routes of role `work`; port 0 picks one.
    pub work_listen: SocketAddr,
    /// `DATABASE__…`.
    pub database: DatabaseConfig,
    /// `DATABASE__OWNER_URL`: for roles `migrate` and `provision`.
    pub owner_url: Option<Secret<String>>,
    /// `DATABASE__ADMIN_URL`: for role `provision`.
    pub admin_url: Option<Secret<String>>,
    /// `BROKER__…`.
    pub broker: BrokerConfig,
    /// `IDENTITY__KEYS_DIR`: folder with this service's private key and the public keys of the others.
    pub keys_dir: PathBuf,
    /// `CURSOR__KEYS`: sign and verify cursors of the event log.
    pub cursor_keys: CursorKeys,
    /// `HOLDS__…`.
    pub holds: HoldsConfig,
    /// `SOCKETS__…`.
    pub sockets: SocketsConfig,
    /// `LOG` and `TELEMETRY__…`.
    pub telemetry: TelemetryConfig,
}

/// Schedule of hold expiry.
#[derive(Debug, Clone, Copy)]
pub struct HoldsConfig {
    /// `HOLDS__EXPIRY_INTERVAL_MS`: how often role `work` expires overdue holds, default 1 s.
    pub expiry_interval: Duration,
}

impl CatalogConfig {
    /// Reads all settings; the error lists every missing, invalid and unknown key together.
    pub fn read() -> Result<Self, SettingsError> {
        let mut settings = Settings::from_env(PREFIX);
        let config = Self {
            listen: settings.or_default("LISTEN", SocketAddr::from(([127, 0, 0, 1], 8080))),
            work_listen: settings.or_default("WORK_LISTEN", SocketAddr::from(([127, 0, 0, 1], 0))),
            database: DatabaseConfig::read(&mut settings),
            owner_url: settings.secret_optional("DATABASE__OWNER_URL"),
            admin_url: settings.secret_optional("DATABASE__ADMIN_URL"),
            broker: BrokerConfig::read(&mut settings),
            keys_dir: settings.required("IDENTITY__KEYS_DIR"),
            cursor_keys: CursorKeys::read(&mut settings),
            holds: HoldsConfig {
                expiry_interval: settings
                    .duration_ms("HOLDS__EXPIRY_INTERVAL_MS", Duration::from_secs(1)),
            },
            sockets: SocketsConfig::read(&mut settings),
            telemetry: TelemetryConfig::read(&mut settings),
        };
        settings.finish()?;
        Ok(config)
    }
}
