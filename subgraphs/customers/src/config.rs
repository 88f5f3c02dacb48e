//! Settings of the customers subgraph, besides those of every subgraph. Every key starts with `CUSTOMERS_`.

use std::path::PathBuf;
use std::time::Duration;

use cache::CacheConfig;
use internal_api::tenants::PlanLimits;
use service::Settings;

pub use crate::tenants::Plans;

const MAX_LIFETIME: Duration = Duration::from_hours(366 * 24);

/// Settings of its own.
pub struct CustomersConfig {
    /// `REDIS__URL`: counts of failed sign-ins.
    pub redis: CacheConfig,
    /// `IDENTITY__KEYS_DIR`: for this subgraph the folder also holds the private key of access tokens.
    pub keys_dir: PathBuf,
    /// `SESSIONS__…`.
    pub sessions: SessionsConfig,
    /// `PLANS__<PLAN>__<LIMIT>`, e.g. `PLANS__LARGE__SUBSCRIPTIONS_PER_PRINCIPAL`: every limit of every
    /// plan, with the defaults of `tenants/plans.rs`.
    pub plans: Plans,
}

impl CustomersConfig {
    /// Reads the settings.
    pub(crate) fn read(settings: &mut Settings) -> Self {
        Self {
            redis: CacheConfig::read(settings),
            keys_dir: settings.required("IDENTITY__KEYS_DIR"),
            sessions: SessionsConfig::read(settings),
            plans: read_plans(settings),
        }
    }
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
            access_token_lifetime: Duration::from_mins(15),
            refresh_token_lifetime: Duration::from_hours(30 * 24),
            refresh_grace: Duration::from_secs(10),
            stream_ticket_lifetime: Duration::from_mins(1),
        }
    }
}

impl SessionsConfig {
    fn read(settings: &mut Settings) -> Self {
        let default = Self::default();
        Self {
            access_token_lifetime: lifetime(
                settings,
                "SESSIONS__ACCESS_TOKEN_SECONDS",
                default.access_token_lifetime,
            ),
            refresh_token_lifetime: lifetime(
                settings,
                "SESSIONS__REFRESH_TOKEN_SECONDS",
                default.refresh_token_lifetime,
            ),
            refresh_grace: settings
                .duration_secs("SESSIONS__REFRESH_GRACE_SECONDS", default.refresh_grace),
            stream_ticket_lifetime: lifetime(
                settings,
                "SESSIONS__STREAM_TICKET_SECONDS",
                default.stream_ticket_lifetime,
            ),
        }
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

    const PREFIX: &str = "CUSTOMERS";

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
