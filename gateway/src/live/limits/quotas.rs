//! Quotas of open subscriptions per principal and per tenant, by the tenant's plan.
//!
//! Counted in this process; several gateways each grant the plan's limits.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use ids::TenantId;
use parking_lot::Mutex;

use crate::answer::Refusal;
use crate::principal::Principal;

/// Counts open subscriptions. Clones share the counts.
#[derive(Clone, Default)]
pub struct Quotas(Arc<Mutex<Counts>>);

#[derive(Default)]
struct Counts {
    principals: HashMap<[u8; 32], u32>,
    tenants: HashMap<TenantId, u32>,
}

/// Permit of one subscription; released on drop.
pub struct QuotaPermit {
    quotas: Quotas,
    principal: [u8; 32],
    tenant: TenantId,
}

impl Quotas {
    /// Acquires a permit, or refuses with `RATE_LIMITED` and the limit.
    pub fn acquire(&self, principal: &Principal) -> Result<QuotaPermit, Refusal> {
        let limits = &principal.tenant.plan.limits;
        let (key, tenant) = (principal.quota_key(), principal.tenant.id);
        let mut counts = self.0.lock();
        let of_principal = counts.principals.get(&key).copied().unwrap_or_default();
        if of_principal >= limits.subscriptions_per_principal {
            let limit = limits.subscriptions_per_principal;
            return Err(Refusal::limit("subscriptions of one caller", limit));
        }
        let of_tenant = counts.tenants.get(&tenant).copied().unwrap_or_default();
        if of_tenant >= limits.subscriptions_per_tenant {
            let limit = limits.subscriptions_per_tenant;
            return Err(Refusal::limit("subscriptions of one shop", limit));
        }
        counts.principals.insert(key, of_principal + 1);
        counts.tenants.insert(tenant, of_tenant + 1);
        Ok(QuotaPermit {
            quotas: self.clone(),
            principal: key,
            tenant,
        })
    }
}

impl Drop for QuotaPermit {
    fn drop(&mut self) {
        let mut counts = self.quotas.0.lock();
        decrement(&mut counts.principals, &self.principal);
        decrement(&mut counts.tenants, &self.tenant);
    }
}

/// Decrements a count and removes it at zero.
pub(super) fn decrement<K: Eq + Hash>(counts: &mut HashMap<K, u32>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}
