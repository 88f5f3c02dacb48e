//! The plans of tenants and the limits of each. A limit changes with a release or a setting, not with
//! a row.

use internal_api::tenants::PlanLimits;
use strum::{Display, EnumString, IntoStaticStr};

/// The plan of a tenant. Its text is as stored, and as in the internal identity token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, Display, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Plan {
    Free,
    Standard,
    Large,
}

impl Plan {
    /// Every plan, smallest first.
    pub const ALL: [Self; 3] = [Self::Free, Self::Standard, Self::Large];

    /// Limits of the plan unless settings override them.
    pub const fn default_limits(self) -> PlanLimits {
        match self {
            Self::Free => PlanLimits {
                cost_points_per_second: 100,
                subscriptions_per_socket: 20,
                subscriptions_per_principal: 50,
                subscriptions_per_tenant: 200,
                sockets_per_address: 100,
            },
            Self::Standard => PlanLimits {
                cost_points_per_second: 500,
                subscriptions_per_socket: 20,
                subscriptions_per_principal: 200,
                subscriptions_per_tenant: 1_000,
                sockets_per_address: 500,
            },
            Self::Large => PlanLimits {
                cost_points_per_second: 2_000,
                subscriptions_per_socket: 20,
                subscriptions_per_principal: 1_000,
                subscriptions_per_tenant: 2_000,
                sockets_per_address: 2_000,
            },
        }
    }
}

/// Limits of every plan in this deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plans {
    free: PlanLimits,
    standard: PlanLimits,
    large: PlanLimits,
}

impl Plans {
    /// Calls `limits` for every plan.
    pub fn from_fn(mut limits: impl FnMut(Plan) -> PlanLimits) -> Self {
        Self {
            free: limits(Plan::Free),
            standard: limits(Plan::Standard),
            large: limits(Plan::Large),
        }
    }

    /// Limits of the plan.
    pub const fn limits(&self, plan: Plan) -> PlanLimits {
        match plan {
            Plan::Free => self.free,
            Plan::Standard => self.standard,
            Plan::Large => self.large,
        }
    }
}

impl Default for Plans {
    fn default() -> Self {
        Self::from_fn(Plan::default_limits)
    }
}
