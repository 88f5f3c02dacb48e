//! What the gateway asks of customers: which tenant a request is for.

use ids::TenantId;
use money::Currency;
use serde::{Deserialize, Serialize};

/// `POST` [`ResolveTenantRequest`] → [`ResolveTenantResponse`].
pub const RESOLVE_TENANT: &str = "/internal/tenants/resolve";

/// Asks for a tenant by its slug or by a domain of its own; exactly one is given.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ResolveTenantRequest {
    /// E.g. `kava`.
    pub slug: Option<String>,
    /// Host name without port, lower case.
    pub host: Option<String>,
}

/// The tenant, if there is one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ResolveTenantResponse {
    /// `None` for an unknown slug or host.
    pub tenant: Option<TenantProfile>,
}

/// What the edge needs to know of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantProfile {
    /// The tenant.
    pub id: TenantId,
    /// Its name in host names.
    pub slug: String,
    /// Its name for people, in the default locale.
    pub name: String,
    /// Whether it is served.
    pub status: TenantStatus,
    /// What it may use.
    pub plan: Plan,
    /// Currency of its prices.
    pub default_currency: Currency,
    /// Language of its texts unless another is asked for, BCP 47, e.g. `uk`.
    pub default_locale: String,
    /// Languages that its texts exist in.
    pub locales: Vec<String>,
    /// Domains of its own.
    pub domains: Vec<String>,
}

/// Whether a tenant is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TenantStatus {
    /// Served.
    Active,
    /// Refused at the gateway.
    Suspended,
}

/// A plan and the limits that belong to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// `free`, `standard` or `large`.
    pub name: String,
    /// Its limits.
    pub limits: PlanLimits,
}

/// The limits of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanLimits {
    /// Cost points per second; the bucket holds ten times as many.
    pub cost_points_per_second: u32,
    /// Subscriptions of one socket.
    pub subscriptions_per_socket: u32,
    /// Subscriptions of one principal.
    pub subscriptions_per_principal: u32,
    /// Subscriptions of the tenant.
    pub subscriptions_per_tenant: u32,
    /// Sockets from one address.
    pub sockets_per_address: u32,
}
