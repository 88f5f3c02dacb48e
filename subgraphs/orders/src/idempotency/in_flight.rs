//! Which keys this process is working on, so that a parallel repeat waits without touching the database.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ids::TenantId;
use tokio::sync::watch;

use super::model::KeyScope;

type Keys = Arc<Mutex<HashMap<(TenantId, KeyScope), watch::Receiver<()>>>>;

/// The keys in work. Cheap to clone.
#[derive(Clone, Default)]
pub struct InFlight {
    keys: Keys,
}

/// Whether a request does the work of its key or waits for who does.
pub enum Turn {
    /// Nobody else works on the key.
    Lead(Lead),
    /// The receiver ends when the leader has ended.
    Follow(watch::Receiver<()>),
}

/// The right to work on a key. Dropped, it wakes everyone who waits.
pub struct Lead {
    keys: Keys,
    key: (TenantId, KeyScope),
    _wakes_followers: watch::Sender<()>,
}

impl InFlight {
    /// Takes the lead of a key, or the place behind its leader.
    pub fn enter(&self, tenant: TenantId, scope: &KeyScope) -> Turn {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (tenant, scope.clone());
        if let Some(leader) = keys.get(&key) {
            return Turn::Follow(leader.clone());
        }
        let (sender, receiver) = watch::channel(());
        keys.insert(key.clone(), receiver);
        Turn::Lead(Lead {
            keys: Arc::clone(&self.keys),
            key,
            _wakes_followers: sender,
        })
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        self.keys
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.key);
    }
}
