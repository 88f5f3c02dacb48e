//! Registry of what has to end when the access of its caller is revoked: sockets, and subscriptions over every
//! transport.

use std::collections::HashMap;
use std::sync::Arc;

use ids::TenantId;
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use super::known_revocations::{GrantKey, RevocationReason};

/// Something that ends when access is revoked.
pub trait Revocable: Send + Sync {
    /// Ends it. What is queued for delivery is discarded.
    fn revoke(&self);

    /// What it is, for logs and metrics.
    fn kind(&self) -> &'static str;
}

/// A socket waits for the cancellation of its token.
impl Revocable for CancellationToken {
    fn revoke(&self) {
        self.cancel();
    }

    fn kind(&self) -> &'static str {
        "socket"
    }
}

/// Open sockets and subscriptions by tenant. Cloning shares the registry.
#[derive(Clone, Default)]
pub struct Registry(Arc<Mutex<Entries>>);

#[derive(Default)]
struct Entries {
    last_id: u64,
    tenants: HashMap<TenantId, HashMap<u64, Entry>>,
}

struct Entry {
    grant: GrantKey,
    open: Arc<dyn Revocable>,
}

/// One entry of the registry; dropping it removes the entry.
pub struct Registration {
    registry: Registry,
    tenant: TenantId,
    id: u64,
}

impl Registry {
    /// Registers an open socket or subscription.
    pub fn register(
        &self,
        tenant: TenantId,
        grant: GrantKey,
        open: Arc<dyn Revocable>,
    ) -> Registration {
        let mut all = self.0.lock();
        all.last_id += 1;
        let id = all.last_id;
        let entries = all.tenants.entry(tenant).or_default();
        entries.insert(id, Entry { grant, open });
        drop(all);
        Registration {
            registry: self.clone(),
            tenant,
            id,
        }
    }

    /// Whether a tenant has any entry.
    pub fn has_any(&self, tenant: TenantId) -> bool {
        self.0.lock().tenants.contains_key(&tenant)
    }

    /// Revokes every entry of a tenant for which `decide` returns a reason. Returns their kinds and reasons.
    pub fn revoke_where(
        &self,
        tenant: TenantId,
        decide: impl Fn(&GrantKey) -> Option<RevocationReason>,
    ) -> Vec<(&'static str, RevocationReason)> {
        let mut revoked: Vec<(Arc<dyn Revocable>, RevocationReason)> = Vec::new();
        let mut all = self.0.lock();
        let Some(entries) = all.tenants.get_mut(&tenant) else {
            return Vec::new();
        };
        // Each entry is revoked once. Its registration removes it again when it is dropped, which has no effect then.
        entries.retain(|_, entry| match decide(&entry.grant) {
            None => true,
            Some(reason) => {
                revoked.push((Arc::clone(&entry.open), reason));
                false
            }
        });
        if entries.is_empty() {
            all.tenants.remove(&tenant);
        }
        drop(all);
        let revoked = revoked.into_iter().map(|(open, reason)| {
            open.revoke();
            (open.kind(), reason)
        });
        revoked.collect()
    }

    fn deregister(&self, tenant: TenantId, id: u64) {
        let mut all = self.0.lock();
        if let Some(entries) = all.tenants.get_mut(&tenant) {
            entries.remove(&id);
            if entries.is_empty() {
                all.tenants.remove(&tenant);
            }
        }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.registry.deregister(self.tenant, self.id);
    }
}
