//! Calls from the gateway to customers: resolution of a request's tenant.

use ids::TenantId;
use money::Currency;
use serde::{Deserialize, Serialize};

use crate::InternalRequest;

/// `POST` [`ResolveTenantRequest`] → [`ResolveTenantResponse`].
pub const RESOLVE_TENANT: &str = "/internal/tenants/resolve";

/// Asks for a tenant by its slug or by its own domain; exactly one is set.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ResolveTenantRequest {
    /// Slug, e.g. `kava`.
    pub slug: Option<String>,
    /// Host name without port, lower case.
    pub host: Option<String>,
}

impl InternalRequest for ResolveTenantRequest {
    const PATH: &'static str = RESOLVE_TENANT;
    type Response = ResolveTenantResponse;

    fn tenant(&self) -> Option<TenantId> {
        None
    }
}

/// The resolved tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ResolveTenantResponse {
    /// `None` for an unknown slug or host.
    pub tenant: Option<TenantProfile>,
}

/// The properties of a tenant that the gateway needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantProfile {
    /// The tenant.
    pub id: TenantId,
    /// Slug, used in host names.
    pub slug: String,
    /// Display name, in the default locale.
    pub name: String,
    /// Whether the tenant is active or suspended.
    pub status: TenantStatus,
    /// The plan with its limits.
    pub plan: Plan,
    /// Currency of prices.
    pub default_currency: Currency,
    /// Language of texts unless another is requested, BCP 47, e.g. `uk`.
    pub default_locale: String,
    /// Languages that texts exist in.
    pub locales: Vec<String>,
    /// The tenant's own domains.
    pub domains: Vec<String>,
}

/// Whether a tenant is active or suspended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TenantStatus {
    /// Requests are served.
    Active,
    /// Requests are refused at the gateway.
    Suspended,
}

/// A plan and its limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// `free`, `standard` or `large`.
    pub name: String,
    /// The limits.
    pub limits: PlanLimits,
}

/// The limits of a plan, per tenant unless the field says otherwise. The gateway refuses what exceeds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanLimits {
    /// Rate limit in cost points per second; the token bucket holds ten times as many.
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
