//! Quotas of open subscriptions per principal and per tenant, by the tenant's plan.
//!
//! Counted in this process; several gateways each grant the plan's limits.

use ids::TenantId;

use super::counter::{Counter, Permit};
use crate::answer::Refusal;
use crate::principal::Principal;

/// Counts open subscriptions.
#[derive(Default)]
pub struct Quotas {
    principals: Counter<[u8; 32]>,
    tenants: Counter<TenantId>,
}

/// Permit of one subscription; released on drop.
pub struct QuotaPermit {
    _of_principal: Permit<[u8; 32]>,
    _of_tenant: Permit<TenantId>,
}

impl Quotas {
    /// Acquires a permit, or refuses with `RATE_LIMITED` and the limit.
    pub fn acquire(&self, principal: &Principal) -> Result<QuotaPermit, Refusal> {
        let limits = &principal.tenant.plan.limits;
        let of_principal = self
            .principals
            .acquire(principal.quota_key(), limits.subscriptions_per_principal)
            .map_err(|reached| Refusal::limit("subscriptions of one caller", reached.limit))?;
        let of_tenant = self
            .tenants
            .acquire(principal.tenant.id, limits.subscriptions_per_tenant)
            .map_err(|reached| Refusal::limit("subscriptions of one shop", reached.limit))?;
        Ok(QuotaPermit {
            _of_principal: of_principal,
            _of_tenant: of_tenant,
        })
    }
}
