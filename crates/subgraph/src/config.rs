//! Settings of every subgraph, per role. All roles of an executable share one environment: each role reads what it
//! uses, and accepts the settings of the others.

use std::net::{Ipv4Addr, SocketAddr};

use database::DatabaseConfig;
use event_cursor::CursorKeys;
use graphql_sockets::SocketsConfig;
use messaging::BrokerConfig;
use service::settings::{Declaration, RoleReader};
use service::telemetry::TelemetryConfig;
use service::{Secret, Settings, SettingsError, settings};

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

settings! {
    /// Settings of role `migrate`.
    pub(crate) struct MigrateConfig {
        /// Database as role `<name>_owner`, which owns the tables. Not for long-running roles.
        pub owner_url: Secret<String> = secret("DATABASE__OWNER_URL");
    }
}

settings! {
    /// Settings of role `provision`.
    pub(crate) struct ProvisionConfig {
        /// PostgreSQL as a role that may create roles and databases. Not for long-running roles.
        pub admin_url: Secret<String> = secret("DATABASE__ADMIN_URL");
        /// The role that owns the tables.
        pub owner: MigrateConfig;
        /// The other two roles.
        pub database: DatabaseConfig;
    }
}

/// What each role reads. Operator commands read the settings of `serve`, or less.
fn readers<S: Subgraph>() -> [RoleReader; 5] {
    [
        ("serve", |settings| drop(ServeConfig::<S>::read(settings))),
        ("work", |settings| drop(WorkConfig::<S>::read(settings))),
        ("migrate", |settings| drop(MigrateConfig::read(settings))),
        ("provision", |settings| {
            drop(ProvisionConfig::read(settings));
        }),
        ("every role", |settings| {
            drop(TelemetryConfig::read(settings));
        }),
    ]
}

/// Every setting of the executable.
pub(crate) fn describe<S: Subgraph>() -> Vec<Declaration> {
    settings::describe(&readers::<S>())
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
    for (_, other) in readers::<S>() {
        settings.accept(other);
    }
    settings.finish()?;
    Ok((config, telemetry))
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}
