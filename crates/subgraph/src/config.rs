//! Settings of every subgraph, per role. All roles of an executable share one environment: each role reads what it
//! uses, and accepts the settings of the others.

use std::net::{Ipv4Addr, SocketAddr};

use database::DatabaseConfig;
use event_cursor::CursorKeys;
use graphql_sockets::SocketsConfig;
use messaging::BrokerConfig;
use service::telemetry::TelemetryConfig;
use service::{Secret, Settings, SettingsError};

use crate::{CoreConfig, Subgraph, has_subscriptions};

/// Settings of the roles that run operations: `serve`, `work` and operator commands.
pub(crate) struct AppConfig<S: Subgraph> {
    pub core: CoreConfig,
    pub own: S::Config,
}

impl<S: Subgraph> AppConfig<S> {
    pub fn read(settings: &mut Settings) -> Self {
        Self {
            core: CoreConfig {
                database: DatabaseConfig::read(settings),
                keys_dir: settings.required("IDENTITY__KEYS_DIR"),
                cursor_keys: read_cursor_keys::<S>(settings),
            },
            own: S::config(settings),
        }
    }
}

/// Deployments give every subgraph the keys, also one that issues no cursors.
fn read_cursor_keys<S: Subgraph>(settings: &mut Settings) -> CursorKeys {
    if has_subscriptions::<S>() {
        return CursorKeys::read(settings);
    }
    settings.accept(CursorKeys::read);
    CursorKeys::random()
}

/// Settings of role `serve`.
pub(crate) struct ServeConfig<S: Subgraph> {
    /// `LISTEN`: address of GraphQL and internal calls.
    pub listen: SocketAddr,
    /// `SOCKETS__…`.
    pub sockets: SocketsConfig,
    pub app: AppConfig<S>,
}

impl<S: Subgraph> ServeConfig<S> {
    pub fn read(settings: &mut Settings) -> Self {
        Self {
            listen: settings.or_default("LISTEN", loopback(S::PORT)),
            sockets: if has_subscriptions::<S>() {
                SocketsConfig::read(settings)
            } else {
                SocketsConfig::default()
            },
            app: AppConfig::read(settings),
        }
    }
}

/// Settings of role `work`.
pub(crate) struct WorkConfig<S: Subgraph> {
    /// `WORK_LISTEN`: address of the health and metrics routes; port 0, the default, picks one.
    pub listen: SocketAddr,
    /// `BROKER__…`.
    pub broker: BrokerConfig,
    pub app: AppConfig<S>,
}

impl<S: Subgraph> WorkConfig<S> {
    pub fn read(settings: &mut Settings) -> Self {
        Self {
            listen: settings.or_default("WORK_LISTEN", loopback(0)),
            broker: BrokerConfig::read(settings),
            app: AppConfig::read(settings),
        }
    }
}

/// `DATABASE__OWNER_URL`: the role that owns the tables; for `migrate` and `provision`.
pub(crate) fn read_owner_url(settings: &mut Settings) -> Secret<String> {
    settings.secret("DATABASE__OWNER_URL")
}

/// Settings of role `provision`.
pub(crate) struct ProvisionConfig {
    /// `DATABASE__ADMIN_URL`: a role that may create roles and databases.
    pub admin_url: Secret<String>,
    /// `DATABASE__OWNER_URL`.
    pub owner_url: Secret<String>,
    /// `DATABASE__APP_URL`, `DATABASE__PLATFORM_URL`.
    pub database: DatabaseConfig,
}

impl ProvisionConfig {
    pub fn read(settings: &mut Settings) -> Self {
        Self {
            admin_url: settings.secret("DATABASE__ADMIN_URL"),
            owner_url: read_owner_url(settings),
            database: DatabaseConfig::read(settings),
        }
    }
}

/// Reads the settings of one role from the environment, and those of logs and traces. The error lists every missing,
/// invalid and unknown key together.
pub(crate) fn read<S: Subgraph, T>(
    role: impl FnOnce(&mut Settings) -> T,
) -> Result<(T, TelemetryConfig), SettingsError> {
    read_from::<S, T>(Settings::from_env(S::NAME.as_str()), role)
}

pub(crate) fn read_from<S: Subgraph, T>(
    mut settings: Settings,
    role: impl FnOnce(&mut Settings) -> T,
) -> Result<(T, TelemetryConfig), SettingsError> {
    let config = role(&mut settings);
    let telemetry = TelemetryConfig::read(&mut settings);
    settings.accept(ServeConfig::<S>::read);
    settings.accept(WorkConfig::<S>::read);
    settings.accept(ProvisionConfig::read);
    settings.finish()?;
    Ok((config, telemetry))
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}
