//! Quotas of sockets and streams per client address.
//!
//! Before `connection_init`, a socket counts against a limit of this gateway. After it, a socket counts against the
//! plan of its tenant; a stream does so from the start. Several gateways each grant the plan's limits.

use ids::TenantId;
use internal_api::tenants::TenantProfile;

use super::client_address::ClientAddress;
use super::counter::{Counter, LimitReached, Permit};

/// Name of the limit in messages to clients.
pub const SOCKETS_OF_ONE_ADDRESS: &str = "sockets of one address";

/// Counts open connections.
#[derive(Default)]
pub struct AddressQuotas(Counter<Key>);

/// `None` for the tenant: a socket before `connection_init`.
type Key = (Option<TenantId>, ClientAddress);

/// Permit of one socket or stream; released on drop.
pub type AddressPermit = Permit<Key>;

impl AddressQuotas {
    /// Acquires a permit for a socket before `connection_init`.
    pub fn acquire_unidentified(
        &self,
        address: ClientAddress,
        limit: u32,
    ) -> Result<AddressPermit, LimitReached> {
        self.0.acquire((None, address), limit)
    }

    /// Acquires a permit for a socket or a stream of a tenant.
    pub fn acquire(
        &self,
        tenant: &TenantProfile,
        address: ClientAddress,
    ) -> Result<AddressPermit, LimitReached> {
        let limit = tenant.plan.limits.sockets_per_address;
        self.0.acquire((Some(tenant.id), address), limit)
    }
}
