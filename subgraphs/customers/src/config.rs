//! Settings of the customers subgraph, besides those of every subgraph. Every key starts with `CUSTOMERS_`.

use std::time::Duration;

use cache::CacheConfig;
use internal_api::tenants::PlanLimits;
use service::{Settings, settings};

pub use crate::tenants::Plans;

const MAX_LIFETIME: Duration = Duration::from_hours(366 * 24);

/// Settings of its own.
pub struct CustomersConfig {
    /// Counts of failed sign-ins.
    pub redis: CacheConfig,
    /// Lifetimes.
    pub sessions: SessionsConfig,
    /// Limits of every plan.
    pub plans: Plans,
}

impl CustomersConfig {
    /// Reads the settings.
    pub(crate) fn read(settings: &mut Settings) -> Self {
        Self {
            redis: CacheConfig::read(settings),
            sessions: SessionsConfig::read(settings),
            plans: read_plans(settings),
        }
    }
}

settings! {
    /// Lifetimes of sessions, tokens and stream tickets.
    #[derive(Clone, Debug)]
    pub struct SessionsConfig: Default {
        /// Lifetime of an access token.
        pub access_token_lifetime: Duration = lifetime("SESSIONS__ACCESS_TOKEN_SECONDS", Duration::from_mins(15));
        /// A session expires this long after the sign-in, however often it was refreshed.
        pub refresh_token_lifetime: Duration = lifetime("SESSIONS__REFRESH_TOKEN_SECONDS", Duration::from_hours(30 * 24));
        /// Grace period after the first use of a refresh token: until then it is accepted again, because concurrent
        /// requests of one client may carry the same one. Later reuse ends the session.
        pub refresh_grace: Duration = duration_secs("SESSIONS__REFRESH_GRACE_SECONDS", Duration::from_secs(10));
        /// Expiry of a stream ticket that was not used.
        pub stream_ticket_lifetime: Duration = lifetime("SESSIONS__STREAM_TICKET_SECONDS", Duration::from_mins(1));
    }
}

trait Lifetimes {
    /// A number of seconds that a credential may live, with a default.
    fn lifetime(&mut self, key: &str, default: Duration, description: &'static str) -> Duration;
}

impl Lifetimes for Settings {
    fn lifetime(&mut self, key: &str, default: Duration, description: &'static str) -> Duration {
        let lifetime = self.duration_secs(key, default, description);
        if lifetime.is_zero() || lifetime > MAX_LIFETIME {
            self.invalid(key, "must be more than 0 and at most 366 days");
            return default;
        }
        lifetime
    }
}

/// `PLANS__<PLAN>__<LIMIT>`: every limit of every plan.
fn read_plans(settings: &mut Settings) -> Plans {
    Plans::from_fn(|plan| {
        let name = plan.to_string().to_ascii_uppercase();
        let mut read = |limit: &str, default, description| {
            settings.or_default(&format!("PLANS__{name}__{limit}"), default, description)
        };
        let default = plan.default_limits();
        PlanLimits {
            cost_points_per_second: read(
                "COST_POINTS_PER_SECOND",
                default.cost_points_per_second,
                "Limit of query cost of the whole tenant, in points per second.",
            ),
            subscriptions_per_socket: read(
                "SUBSCRIPTIONS_PER_SOCKET",
                default.subscriptions_per_socket,
                "Limit of subscriptions on one socket.",
            ),
            subscriptions_per_principal: read(
                "SUBSCRIPTIONS_PER_PRINCIPAL",
                default.subscriptions_per_principal,
                "Limit of subscriptions of one principal, over all sockets.",
            ),
            subscriptions_per_tenant: read(
                "SUBSCRIPTIONS_PER_TENANT",
                default.subscriptions_per_tenant,
                "Limit of subscriptions of the whole tenant.",
            ),
            sockets_per_address: read(
                "SOCKETS_PER_ADDRESS",
                default.sockets_per_address,
                "Limit of sockets from one IP address.",
            ),
        }
    })
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
