//! Quotas of sockets and streams per client address.
//!
//! Before `connection_init`, a socket counts against a limit of this gateway. After it, a socket counts against the
//! plan of its tenant; a stream does so from the start. Several gateways each grant the plan's limits.

use std::collections::HashMap;
use std::sync::Arc;

use ids::TenantId;
use internal_api::tenants::TenantProfile;
use parking_lot::Mutex;

use super::client_address::ClientAddress;
use super::quotas::decrement;

/// Name of the limit in messages to clients.
pub const SOCKETS_OF_ONE_ADDRESS: &str = "sockets of one address";

/// Counts open connections. Clones share the counts.
#[derive(Clone, Default)]
pub struct AddressQuotas(Arc<Mutex<HashMap<Key, u32>>>);

/// `None` for the tenant: a socket before `connection_init`.
type Key = (Option<TenantId>, ClientAddress);

/// Permit of one socket or stream; released on drop.
pub struct AddressPermit {
    quotas: AddressQuotas,
    key: Key,
}

/// The address already holds as many connections as allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotaExceeded {
    /// Number of connections that the address may hold.
    pub limit: u32,
}

impl AddressQuotas {
    /// Acquires a permit for a socket before `connection_init`.
    pub fn acquire_unidentified(
        &self,
        address: ClientAddress,
        limit: u32,
    ) -> Result<AddressPermit, QuotaExceeded> {
        self.acquire_key((None, address), limit)
    }

    /// Acquires a permit for a socket or a stream of a tenant.
    pub fn acquire(
        &self,
        tenant: &TenantProfile,
        address: ClientAddress,
    ) -> Result<AddressPermit, QuotaExceeded> {
        let limit = tenant.plan.limits.sockets_per_address;
        self.acquire_key((Some(tenant.id), address), limit)
    }

    fn acquire_key(&self, key: Key, limit: u32) -> Result<AddressPermit, QuotaExceeded> {
        let mut counts = self.0.lock();
        let count = counts.get(&key).copied().unwrap_or_default();
        if count >= limit {
            return Err(QuotaExceeded { limit });
        }
        counts.insert(key, count + 1);
        Ok(AddressPermit {
            quotas: self.clone(),
            key,
        })
    }
}

impl Drop for AddressPermit {
    fn drop(&mut self) {
        decrement(&mut self.quotas.0.lock(), &self.key);
    }
}
