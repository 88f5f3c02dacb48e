//! Counts what is held per key, up to a limit.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use parking_lot::Mutex;

type Counts<K> = Arc<Mutex<HashMap<K, u32>>>;

/// Counts per key.
pub struct Counter<K>(Counts<K>);

/// One of the counted; dropping it releases it.
pub struct Permit<K: Copy + Eq + Hash> {
    counts: Counts<K>,
    key: K,
}

/// As many as allowed are held already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitReached {
    /// How many may be held.
    pub limit: u32,
}

impl<K> Default for Counter<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Copy + Eq + Hash> Counter<K> {
    /// Counts one more for a key.
    pub fn acquire(&self, key: K, limit: u32) -> Result<Permit<K>, LimitReached> {
        let mut counts = self.0.lock();
        let count = counts.get(&key).copied().unwrap_or_default();
        if count >= limit {
            return Err(LimitReached { limit });
        }
        counts.insert(key, count + 1);
        drop(counts);
        let counts = Arc::clone(&self.0);
        Ok(Permit { counts, key })
    }
}

impl<K: Copy + Eq + Hash> Drop for Permit<K> {
    fn drop(&mut self) {
        let mut counts = self.counts.lock();
        if let Some(count) = counts.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.key);
            }
        }
    }
}
