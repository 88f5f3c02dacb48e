//! Rate limits per key: a token bucket with a rate per second and a burst.
//!
//! A bucket is stored as one instant, at which it is full again. Keys whose bucket is full are removed, so memory
//! grows with the active keys.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

/// Number of keys from which on full buckets are looked for and removed.
const PRUNE_THRESHOLD: usize = 1_024;

/// Token buckets per key, all with the same rate and burst.
pub struct RateLimiter<K> {
    interval: Duration,
    burst_tolerance: Duration,
    buckets: Mutex<Buckets<K>>,
}

struct Buckets<K> {
    full_at: HashMap<K, Instant>,
    /// Number of keys at which full buckets are removed next.
    prune_at: usize,
}

impl<K: Copy + Eq + Hash> RateLimiter<K> {
    /// `per_second` on average, `burst` at once.
    pub fn new(per_second: u32, burst: u32) -> Self {
        let interval = Duration::from_secs(1) / per_second.max(1);
        Self {
            interval,
            burst_tolerance: interval * (burst.max(1) - 1),
            buckets: Mutex::new(Buckets {
                full_at: HashMap::new(),
                prune_at: PRUNE_THRESHOLD,
            }),
        }
    }

    /// Takes a token if there is one.
    pub fn try_acquire(&self, key: K, now: Instant) -> bool {
        let mut buckets = self.buckets.lock();
        let full_at = buckets.full_at(key, now);
        if full_at > now + self.burst_tolerance {
            return false;
        }
        buckets.store(key, full_at + self.interval, now);
        true
    }

    /// Takes the next token, even if it is not there yet, and returns how long to wait for it.
    pub fn reserve(&self, key: K, now: Instant) -> Duration {
        let mut buckets = self.buckets.lock();
        let full_at = buckets.full_at(key, now);
        buckets.store(key, full_at + self.interval, now);
        full_at.saturating_duration_since(now + self.burst_tolerance)
    }

    /// Number of keys whose bucket was not full when last checked.
    #[cfg(test)]
    pub fn tracked_keys(&self) -> usize {
        self.buckets.lock().full_at.len()
    }
}

impl<K: Copy + Eq + Hash> Buckets<K> {
    fn full_at(&self, key: K, now: Instant) -> Instant {
        let known = self.full_at.get(&key).copied();
        known.map_or(now, |full_at| full_at.max(now))
    }

    fn store(&mut self, key: K, full_at: Instant, now: Instant) {
        self.full_at.insert(key, full_at);
        if self.full_at.len() >= self.prune_at {
            self.full_at.retain(|_, full_at| *full_at > now);
            self.prune_at = (self.full_at.len() * 2).max(PRUNE_THRESHOLD);
        }
    }
}
