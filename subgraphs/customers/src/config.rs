//! Settings of the customers subgraph. Every key starts with `CUSTOMERS_`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use cache::CacheConfig;
use database::DatabaseConfig;
use messaging::BrokerConfig;
use service::telemetry::TelemetryConfig;
use service::{Secret, Settings, SettingsError};

use crate::tenants::PlanLimits;
pub use crate::tenants::Plans;

const PREFIX: &str = "CUSTOMERS";
const LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8084);
const WORK_LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);
const ACCESS_TOKEN_LIFETIME: Duration = Duration::from_mins(15);
const REFRESH_TOKEN_LIFETIME: Duration = Duration::from_hours(30 * 24);
const REFRESH_GRACE: Duration = Duration::from_secs(10);
const STREAM_TICKET_LIFETIME: Duration = Duration::from_mins(1);
const MAX_LIFETIME: Duration = Duration::from_hours(366 * 24);

/// Settings of the roles `serve`, `work`, `seed`, `inbox` and `tenant`.
pub struct CustomersConfig {
    /// `LISTEN`: address of role `serve`, default 127.0.0.1:8084.
    pub listen: SocketAddr,
    /// `WORK_LISTEN`: address of the health and metrics routes of role `work`; port 0, the default,
    /// picks one.
    pub work_listen: SocketAddr,
    /// `BROKER__URL`.
    pub broker: BrokerConfig,
    /// Settings of the adapters.
    pub adapters: AdaptersConfig,
    /// `LOG` and `TELEMETRY__…`.
    pub telemetry: TelemetryConfig,
}

/// Settings from which [`crate::app::App`] is built.
pub struct AdaptersConfig {
    /// `DATABASE__…`.
    pub database: DatabaseConfig,
    /// `REDIS__URL`: counts of failed sign-ins.
    pub redis: CacheConfig,
    /// `IDENTITY__KEYS_DIR`: folder with this service's private keys and the public keys of the others.
    pub keys_dir: PathBuf,
    /// `SESSIONS__…`.
    pub sessions: SessionsConfig,
    /// `PLANS__<PLAN>__<LIMIT>`, e.g. `PLANS__LARGE__SUBSCRIPTIONS_PER_PRINCIPAL`: every limit of every
    /// plan, with the defaults of `tenants/plans.rs`.
    pub plans: Plans,
}

/// Lifetimes of sessions, tokens and stream tickets.
#[derive(Clone, Debug)]
pub struct SessionsConfig {
    /// `SESSIONS__ACCESS_TOKEN_SECONDS`, default 900.
    pub access_token_lifetime: Duration,
    /// `SESSIONS__REFRESH_TOKEN_SECONDS`, default 30 days: a session expires this long after the
    /// sign-in, however often it was refreshed.
    pub refresh_token_lifetime: Duration,
    /// `SESSIONS__REFRESH_GRACE_SECONDS`, default 10: how long after its first use a refresh token is
    /// accepted again, because concurrent requests of one client may carry the same one.
    pub refresh_grace: Duration,
    /// `SESSIONS__STREAM_TICKET_SECONDS`, default 60: a ticket expires this long after it was
    /// created, unless it was used.
    pub stream_ticket_lifetime: Duration,
}

impl Default for SessionsConfig {
    fn default() -> Self {
        Self {
            access_token_lifetime: ACCESS_TOKEN_LIFETIME,
            refresh_token_lifetime: REFRESH_TOKEN_LIFETIME,
            refresh_grace: REFRESH_GRACE,
            stream_ticket_lifetime: STREAM_TICKET_LIFETIME,
        }
    }
}

impl SessionsConfig {
    const KEYS: [&str; 4] = [
        "SESSIONS__ACCESS_TOKEN_SECONDS",
        "SESSIONS__REFRESH_TOKEN_SECONDS",
        "SESSIONS__REFRESH_GRACE_SECONDS",
        "SESSIONS__STREAM_TICKET_SECONDS",
    ];

    fn read(settings: &mut Settings) -> Self {
        let [access_token, refresh_token, refresh_grace, stream_ticket] = Self::KEYS;
        Self {
            access_token_lifetime: lifetime(settings, access_token, ACCESS_TOKEN_LIFETIME),
            refresh_token_lifetime: lifetime(settings, refresh_token, REFRESH_TOKEN_LIFETIME),
            refresh_grace: settings.duration_secs(refresh_grace, REFRESH_GRACE),
            stream_ticket_lifetime: lifetime(settings, stream_ticket, STREAM_TICKET_LIFETIME),
        }
    }
}

/// Settings of the roles `migrate` and `provision`.
pub struct SetupConfig {
    /// `DATABASE__OWNER_URL`: the role that owns the tables.
    pub owner_url: Secret<String>,
    /// `DATABASE__APP_URL`.
    pub app_url: Secret<String>,
    /// `DATABASE__PLATFORM_URL`.
    pub platform_url: Secret<String>,
    /// `DATABASE__ADMIN_URL`: a role that may create roles and databases; only for `provision`.
    pub admin_url: Option<Secret<String>>,
    /// `LOG` and `TELEMETRY__…`.
    pub telemetry: TelemetryConfig,
}

impl CustomersConfig {
    /// Reads all settings; the error lists every missing, invalid and unknown key together.
    pub fn read() -> Result<Self, SettingsError> {
        Self::read_from(&mut Settings::from_env(PREFIX))
    }

    fn read_from(settings: &mut Settings) -> Result<Self, SettingsError> {
        let config = Self {
            listen: settings.or_default("LISTEN", LISTEN),
            work_listen: settings.or_default("WORK_LISTEN", WORK_LISTEN),
            broker: BrokerConfig::read(settings),
            adapters: AdaptersConfig {
                database: DatabaseConfig::read(settings),
                redis: CacheConfig::read(settings),
                keys_dir: settings.required("IDENTITY__KEYS_DIR"),
                sessions: SessionsConfig::read(settings),
                plans: read_plans(settings),
            },
            telemetry: TelemetryConfig::read(settings),
        };
        accept(
            settings,
            &["DATABASE__OWNER_URL", "DATABASE__ADMIN_URL", "CURSOR__KEYS"],
        );
        settings.finish()?;
        Ok(config)
    }
}

impl SetupConfig {
    /// Reads the database URLs; the environment may also hold the keys of the other roles.
    pub fn read() -> Result<Self, SettingsError> {
        let mut settings = Settings::from_env(PREFIX);
        let config = Self {
            owner_url: settings.secret("DATABASE__OWNER_URL"),
            app_url: settings.secret("DATABASE__APP_URL"),
            platform_url: settings.secret("DATABASE__PLATFORM_URL"),
            admin_url: settings.secret_optional("DATABASE__ADMIN_URL"),
            telemetry: TelemetryConfig::read(&mut settings),
        };
        accept(
            &mut settings,
            &[
                "LISTEN",
                "WORK_LISTEN",
                "BROKER__URL",
                "DATABASE__MAX_CONNECTIONS",
                "REDIS__URL",
                "IDENTITY__KEYS_DIR",
                "CURSOR__KEYS",
            ],
        );
        accept(&mut settings, &SessionsConfig::KEYS);
        // Marks the keys as known; only other roles use the values.
        read_plans(&mut settings);
        settings.finish()?;
        Ok(config)
    }
}

/// Marks keys of other roles as known: all roles share one environment.
fn accept(settings: &mut Settings, keys: &[&str]) {
    for key in keys {
        drop(settings.secret_optional(key));
    }
}

fn read_plans(settings: &mut Settings) -> Plans {
    Plans::from_fn(|plan| {
        let name = plan.to_string().to_ascii_uppercase();
        let mut read =
            |limit: &str, default| settings.or_default(&format!("PLANS__{name}__{limit}"), default);
        let default = plan.default_limits();
        PlanLimits {
            cost_points_per_second: read("COST_POINTS_PER_SECOND", default.cost_points_per_second),
            subscriptions_per_socket: read(
                "SUBSCRIPTIONS_PER_SOCKET",
                default.subscriptions_per_socket,
            ),
            subscriptions_per_principal: read(
                "SUBSCRIPTIONS_PER_PRINCIPAL",
                default.subscriptions_per_principal,
            ),
            subscriptions_per_tenant: read(
                "SUBSCRIPTIONS_PER_TENANT",
                default.subscriptions_per_tenant,
            ),
            sockets_per_address: read("SOCKETS_PER_ADDRESS", default.sockets_per_address),
        }
    })
}

fn lifetime(settings: &mut Settings, key: &str, default: Duration) -> Duration {
    let lifetime = settings.duration_secs(key, default);
    if lifetime.is_zero() || lifetime > MAX_LIFETIME {
        settings.invalid(key, "must be more than 0 and at most 366 days");
        return default;
    }
    lifetime
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_have_their_defaults_unless_configured() {
        let mut settings = Settings::from_map(PREFIX, [("", "")]);

        assert_eq!(read_plans(&mut settings), Plans::default());
    }

    #[test]
    fn every_limit_of_every_plan_can_be_set() {
        let limits = [
            "COST_POINTS_PER_SECOND",
            "SUBSCRIPTIONS_PER_SOCKET",
            "SUBSCRIPTIONS_PER_PRINCIPAL",
            "SUBSCRIPTIONS_PER_TENANT",
            "SOCKETS_PER_ADDRESS",
        ];
        let keys = ["FREE", "STANDARD", "LARGE"]
            .iter()
            .flat_map(|plan| limits.map(|limit| format!("CUSTOMERS_PLANS__{plan}__{limit}")));
        let values = keys
            .zip(1_u32..)
            .map(|(key, number)| (key, number.to_string()));
        let mut settings = Settings::from_map(PREFIX, values);

        let plans = read_plans(&mut settings);

        settings.finish().unwrap();
        let mut next = 1_u32..;
        let mut next = || next.next().unwrap();
        let expected = Plans::from_fn(|_plan| PlanLimits {
            cost_points_per_second: next(),
            subscriptions_per_socket: next(),
            subscriptions_per_principal: next(),
            subscriptions_per_tenant: next(),
            sockets_per_address: next(),
        });
        assert_eq!(plans, expected);
    }
}
