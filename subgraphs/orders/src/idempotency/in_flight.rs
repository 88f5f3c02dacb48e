//! Registry of the keys whose commands run in this process, so that a concurrent repeat waits without polling the
//! database.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ids::TenantId;
use tokio::sync::watch;

use super::model::KeyScope;

type Keys = Arc<Mutex<HashMap<(TenantId, KeyScope), watch::Receiver<()>>>>;

/// The registry. Cheap to clone.
#[derive(Clone, Default)]
pub struct InFlight {
    keys: Keys,
}

/// Whether a request runs the command of its key or waits for the request that does.
pub enum Turn {
    /// No other request of this process runs the command of the key.
    Lead(Lead),
    /// The channel closes when the leader has finished.
    Follow(watch::Receiver<()>),
}

/// Registration of the leader of a key. Dropping it wakes all followers.
pub struct Lead {
    keys: Keys,
    key: (TenantId, KeyScope),
    _wakes_followers: watch::Sender<()>,
}

impl InFlight {
    /// Registers the leader of a key, or follows the registered leader.
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
