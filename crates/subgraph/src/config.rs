//! Settings of every subgraph, per role. All roles of an executable share one environment: each role reads what it
//! uses, and accepts the settings of the others.

use std::net::{Ipv4Addr, SocketAddr};

use database::DatabaseConfig;
use event_log::cursor::CursorKeys;
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
                keys_dir: settings.required(
                    "IDENTITY__KEYS_DIR",
                    "Folder with the private keys of this service and `trusted.json`, the public keys of all.",
                ),
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
    pub listen: SocketAddr,
    pub sockets: SocketsConfig,
    pub app: AppConfig<S>,
}

impl<S: Subgraph> ServeConfig<S> {
    pub fn read(settings: &mut Settings) -> Self {
        Self {
            listen: settings.or_default(
                "LISTEN",
                loopback(S::PORT),
                "Address of GraphQL, internal calls, health and metrics of role `serve`.",
            ),
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
    pub listen: SocketAddr,
    pub broker: BrokerConfig,
    pub app: AppConfig<S>,
}

impl<S: Subgraph> WorkConfig<S> {
    pub fn read(settings: &mut Settings) -> Self {
        Self {
            listen: settings.or_default(
                "WORK_LISTEN",
                loopback(0),
                "Address of health and metrics of role `work`; port 0 selects a free one.",
            ),
            broker: BrokerConfig::read(settings),
            app: AppConfig::read(settings),
        }
    }
}

pub(crate) fn read_owner_url(settings: &mut Settings) -> Secret<String> {
    settings.secret(
        "DATABASE__OWNER_URL",
        "Database as role `<name>_owner`, which owns the tables. Not for long-running roles.",
    )
}

/// Settings of role `provision`.
pub(crate) struct ProvisionConfig {
    pub admin_url: Secret<String>,
    pub owner_url: Secret<String>,
    pub database: DatabaseConfig,
}

impl ProvisionConfig {
    pub fn read(settings: &mut Settings) -> Self {
        Self {
            admin_url: settings.secret(
                "DATABASE__ADMIN_URL",
                "PostgreSQL as a role that may create roles and databases. Not for long-running roles.",
            ),
            owner_url: read_owner_url(settings),
            database: DatabaseConfig::read(settings),
        }
    }
}

/// What the roles read, by name. Operator commands read the settings of `serve`, or less.
type Roles = [(&'static str, fn(&mut Settings)); 4];

fn roles<S: Subgraph>() -> Roles {
    [
        ("serve", |settings| drop(ServeConfig::<S>::read(settings))),
        ("work", |settings| drop(WorkConfig::<S>::read(settings))),
        ("migrate", |settings| drop(read_owner_url(settings))),
        ("provision", |settings| {
            drop(ProvisionConfig::read(settings));
        }),
    ]
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
    for (_, other) in roles::<S>() {
        settings.accept(other);
    }
    settings.finish()?;
    Ok((config, telemetry))
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}
