//! How many sockets and streams one client address may hold.
//!
//! As long as a socket has not said who it is, it counts against a bound of this gateway; from then on, as a stream does
//! from the beginning, against the plan of the shop. Several gateways each grant the plan's limits.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ids::TenantId;
use internal_api::tenants::TenantProfile;

use super::quotas::give_back;
use crate::steps::find_address::ClientAddress;

/// What is counted, for people.
pub const SOCKETS_OF_ONE_ADDRESS: &str = "sockets of one address";

/// Counts what is open. Cloning shares the counts.
#[derive(Clone, Default)]
pub struct Addresses(Arc<Mutex<HashMap<Key, u32>>>);

/// Without a shop for sockets that have not said who they are.
type Key = (Option<TenantId>, ClientAddress);

/// One counted socket or stream; dropping it gives the place back.
pub struct AddressPlace {
    addresses: Addresses,
    key: Key,
}

/// There are that many already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full {
    /// The limit.
    pub limit: u32,
}

impl Addresses {
    /// A place for a socket that has not said who it is.
    pub fn take_unidentified(
        &self,
        address: ClientAddress,
        limit: u32,
    ) -> Result<AddressPlace, Full> {
        self.take_at((None, address), limit)
    }

    /// A place for a socket or a stream of a shop.
    pub fn take(&self, shop: &TenantProfile, address: ClientAddress) -> Result<AddressPlace, Full> {
        let limit = shop.plan.limits.sockets_per_address;
        self.take_at((Some(shop.id), address), limit)
    }

    fn take_at(&self, key: Key, limit: u32) -> Result<AddressPlace, Full> {
        let mut counts = self.counts();
        let count = counts.get(&key).copied().unwrap_or_default();
        if count >= limit {
            return Err(Full { limit });
        }
        counts.insert(key, count + 1);
        Ok(AddressPlace {
            addresses: self.clone(),
            key,
        })
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Key, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for AddressPlace {
    fn drop(&mut self) {
        give_back(&mut self.addresses.counts(), &self.key);
    }
}
