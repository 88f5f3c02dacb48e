//! Everything that is open in somebody's name and has to end when access does: sockets, and subscriptions over
//! whatever transport.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ids::TenantId;
use tokio_util::sync::CancellationToken;

use super::record::{Holder, Void};

/// Something that can be told that access has ended.
pub trait Revocable: Send + Sync {
    /// Ends it. What waits to be delivered is not delivered.
    fn revoke(&self);

    /// What it is, for logs and metrics.
    fn kind(&self) -> &'static str;
}

/// A socket waits for its token.
impl Revocable for CancellationToken {
    fn revoke(&self) {
        self.cancel();
    }

    fn kind(&self) -> &'static str {
        "socket"
    }
}

/// Who is here, by shop. Cloning shares the list.
#[derive(Clone, Default)]
pub struct Presences(Arc<Mutex<List>>);

#[derive(Default)]
struct List {
    last_id: u64,
    tenants: HashMap<TenantId, HashMap<u64, Entry>>,
}

struct Entry {
    holder: Holder,
    open: Arc<dyn Revocable>,
}

/// One entry in the list; dropping it takes it out.
pub struct Presence {
    presences: Presences,
    tenant: TenantId,
    id: u64,
}

impl Presences {
    /// Enters something that is open.
    pub fn enter(&self, tenant: TenantId, holder: Holder, open: Arc<dyn Revocable>) -> Presence {
        let mut list = self.list();
        list.last_id += 1;
        let id = list.last_id;
        let entries = list.tenants.entry(tenant).or_default();
        entries.insert(id, Entry { holder, open });
        drop(list);
        Presence {
            presences: self.clone(),
            tenant,
            id,
        }
    }

    /// Whether anything is open in a shop.
    pub fn has_any(&self, tenant: TenantId) -> bool {
        self.list().tenants.contains_key(&tenant)
    }

    /// Ends what a verdict is against. Returns what that was.
    pub fn end_where(
        &self,
        tenant: TenantId,
        verdict: impl Fn(&Holder) -> Option<Void>,
    ) -> Vec<(&'static str, Void)> {
        let mut ended: Vec<(Arc<dyn Revocable>, Void)> = Vec::new();
        let mut list = self.list();
        let Some(entries) = list.tenants.get_mut(&tenant) else {
            return Vec::new();
        };
        // Each is told once; its guard takes it out again when it is gone, which changes nothing then.
        entries.retain(|_, entry| match verdict(&entry.holder) {
            None => true,
            Some(void) => {
                ended.push((Arc::clone(&entry.open), void));
                false
            }
        });
        if entries.is_empty() {
            list.tenants.remove(&tenant);
        }
        drop(list);
        let told = ended.into_iter().map(|(open, void)| {
            open.revoke();
            (open.kind(), void)
        });
        told.collect()
    }

    fn leave(&self, tenant: TenantId, id: u64) {
        let mut list = self.list();
        if let Some(entries) = list.tenants.get_mut(&tenant) {
            entries.remove(&id);
            if entries.is_empty() {
                list.tenants.remove(&tenant);
            }
        }
    }

    fn list(&self) -> MutexGuard<'_, List> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.presences.leave(self.tenant, self.id);
    }
}
