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
const ACCESS_TOKEN_LIFE: Duration = Duration::from_mins(15);
const REFRESH_TOKEN_LIFE: Duration = Duration::from_hours(30 * 24);
const REFRESH_GRACE: Duration = Duration::from_secs(10);
const STREAM_TICKET_LIFE: Duration = Duration::from_mins(1);
const LONGEST_LIFE: Duration = Duration::from_hours(366 * 24);

/// What the roles `serve`, `work`, `seed` and `inbox` need.
pub struct CustomersConfig {
    /// `LISTEN`: address of role `serve`, default 127.0.0.1:8084.
    pub listen: SocketAddr,
    /// `WORK_LISTEN`: address of the health and metrics routes of role `work`; port 0, the default,
    /// picks one.
    pub work_listen: SocketAddr,
    /// `BROKER__URL`.
    pub broker: BrokerConfig,
    /// What the adapters connect to.
    pub adapters: AdaptersConfig,
    /// `LOG` and `TELEMETRY__…`.
    pub telemetry: TelemetryConfig,
}

/// What [`crate::app::App`] is built from.
pub struct AdaptersConfig {
    /// `DATABASE__…`.
    pub database: DatabaseConfig,
    /// `REDIS__URL`: counts of failed sign-ins.
    pub redis: CacheConfig,
    /// `IDENTITY__KEYS_DIR`: the folder with our private keys and the public keys of the others.
    pub keys_dir: PathBuf,
    /// `SESSIONS__…`.
    pub sessions: SessionsConfig,
    /// `PLANS__<PLAN>__<LIMIT>`, e.g. `PLANS__LARGE__SUBSCRIPTIONS_PER_PRINCIPAL`: every limit of every
    /// plan, with the defaults of `tenants/plans.rs`.
    pub plans: Plans,
}

/// How long a sign-in lasts.
#[derive(Clone, Debug)]
pub struct SessionsConfig {
    /// `SESSIONS__ACCESS_TOKEN_SECONDS`, default 900.
    pub access_token_life: Duration,
    /// `SESSIONS__REFRESH_TOKEN_SECONDS`, default 30 days: a session ends by itself this long after the
    /// sign-in, however often it was refreshed.
    pub refresh_token_life: Duration,
    /// `SESSIONS__REFRESH_GRACE_SECONDS`, default 10: how long after its first use a refresh token may
    /// be used again, for requests of one client that carry the same one.
    pub refresh_grace: Duration,
    /// `SESSIONS__STREAM_TICKET_SECONDS`, default 60: how long a ticket waits for its first use.
    pub stream_ticket_life: Duration,
}

impl Default for SessionsConfig {
    fn default() -> Self {
        Self {
            access_token_life: ACCESS_TOKEN_LIFE,
            refresh_token_life: REFRESH_TOKEN_LIFE,
            refresh_grace: REFRESH_GRACE,
            stream_ticket_life: STREAM_TICKET_LIFE,
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
            access_token_life: life(settings, access_token, ACCESS_TOKEN_LIFE),
            refresh_token_life: life(settings, refresh_token, REFRESH_TOKEN_LIFE),
            refresh_grace: settings.duration_secs(refresh_grace, REFRESH_GRACE),
            stream_ticket_life: life(settings, stream_ticket, STREAM_TICKET_LIFE),
        }
    }
}

/// What the roles `migrate` and `provision` need.
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
    /// Reads everything; the error lists every missing, invalid and unknown key together.
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
    /// Reads the database addresses; the other roles' keys may stand in the same environment.
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
        let _of_another_role = read_plans(&mut settings);
        settings.finish()?;
        Ok(config)
    }
}

/// Roles share one environment: what another role reads is not unknown.
fn accept(settings: &mut Settings, keys: &[&str]) {
    for key in keys {
        let _of_another_role = settings.secret_optional(key);
    }
}

fn read_plans(settings: &mut Settings) -> Plans {
    Plans::from_fn(|plan| {
        let name = plan.as_str().to_ascii_uppercase();
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

fn life(settings: &mut Settings, key: &str, default: Duration) -> Duration {
    let life = settings.duration_secs(key, default);
    if life.is_zero() || life > LONGEST_LIFE {
        settings.invalid(key, "must be more than nothing and at most a year");
        return default;
    }
    life
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_have_their_defaults_unless_told_otherwise() {
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
