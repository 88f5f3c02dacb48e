//! How many subscriptions a principal and a tenant may hold, by the tenant's plan.
//!
//! Counted in this process; several gateways each grant the plan's limits.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ids::TenantId;

use crate::principal::Principal;
use crate::subscriptions::refusal::Refusal;

/// Counts open subscriptions. Cloning shares the counts.
#[derive(Clone, Default)]
pub struct Quotas(Arc<Mutex<Counts>>);

#[derive(Default)]
struct Counts {
    principals: HashMap<[u8; 32], u32>,
    tenants: HashMap<TenantId, u32>,
}

/// One counted subscription; dropping it gives the place back.
pub struct Place {
    quotas: Quotas,
    principal: [u8; 32],
    tenant: TenantId,
}

impl Quotas {
    /// Takes a place, or refuses with `RATE_LIMITED` and the limit.
    pub fn take(&self, principal: &Principal) -> Result<Place, Refusal> {
        let limits = &principal.tenant.plan.limits;
        let (who, tenant) = (principal.person(), principal.tenant.id);
        let mut counts = self.counts();
        let of_principal = counts.principals.get(&who).copied().unwrap_or_default();
        if of_principal >= limits.subscriptions_per_principal {
            let limit = limits.subscriptions_per_principal;
            return Err(Refusal::limit("subscriptions of one caller", limit));
        }
        let of_tenant = counts.tenants.get(&tenant).copied().unwrap_or_default();
        if of_tenant >= limits.subscriptions_per_tenant {
            let limit = limits.subscriptions_per_tenant;
            return Err(Refusal::limit("subscriptions of one shop", limit));
        }
        counts.principals.insert(who, of_principal + 1);
        counts.tenants.insert(tenant, of_tenant + 1);
        Ok(Place {
            quotas: self.clone(),
            principal: who,
            tenant,
        })
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.quotas.counts();
        give_back(&mut counts.principals, &self.principal);
        give_back(&mut counts.tenants, &self.tenant);
    }
}

/// Counts one less; what nobody holds any more is not kept.
pub(super) fn give_back<K: Eq + Hash>(counts: &mut HashMap<K, u32>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}
