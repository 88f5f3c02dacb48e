//! Registry of the keys whose commands run in this process, so that a concurrent repeat waits without polling the
//! database.

use std::collections::HashMap;
use std::sync::Arc;

use ids::TenantId;
use parking_lot::Mutex;
use service::Deadline;
use tokio::sync::watch;

use crate::waiting::StillRunning;
use crate::{Key, Request};

type Keys = Arc<Mutex<HashMap<(TenantId, Key), watch::Receiver<()>>>>;

/// The registry. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Leaders {
    keys: Keys,
}

/// Whether a request runs the command of its key or waits for the request that does.
pub enum Turn {
    /// No other request of this process runs the command of the key.
    Lead(Lead),
    /// Another one does.
    Follow(Leader),
}

/// Registration of the leader of a key. Dropping it wakes all followers.
pub struct Lead {
    keys: Keys,
    key: (TenantId, Key),
    _wakes_followers: watch::Sender<()>,
}

/// The request that leads, as its followers see it.
pub struct Leader(watch::Receiver<()>);

impl Leaders {
    /// Registers the request as the leader of its key, or follows the leader that is registered.
    pub(crate) fn enter(&self, request: &Request) -> Turn {
        let key = (request.tenant, request.key.clone());
        let mut keys = self.keys.lock();
        if let Some(leader) = keys.get(&key) {
            return Turn::Follow(Leader(leader.clone()));
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

impl Leader {
    /// Waits until the leader has finished, at most until the deadline.
    pub async fn finished(mut self, deadline: Deadline) -> Result<(), StillRunning> {
        match deadline.run(self.0.changed()).await {
            // The channel is closed: the leader has finished.
            Ok(_) => Ok(()),
            Err(_over) => Err(StillRunning),
        }
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        self.keys.lock().remove(&self.key);
    }
}
