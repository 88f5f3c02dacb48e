//! How often something may happen, per key: so many a second on average, and so many at once.
//!
//! One moment is kept per key, the one at which its account would be level again. A key whose account is level
//! is forgotten, so memory grows with those who are busy.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Keys that are kept before the level ones are looked for.
const KEPT: usize = 1_024;

/// Rates per key.
pub struct Paces<K> {
    interval: Duration,
    ahead: Duration,
    accounts: Mutex<Accounts<K>>,
}

struct Accounts<K> {
    level_at: HashMap<K, Instant>,
    /// How many keys there may be before the level ones are forgotten.
    tidy_at: usize,
}

impl<K: Copy + Eq + Hash> Paces<K> {
    /// `per_second` on average, `burst` at once.
    pub fn new(per_second: u32, burst: u32) -> Self {
        let interval = Duration::from_secs(1) / per_second.max(1);
        Self {
            interval,
            ahead: interval * (burst.max(1) - 1),
            accounts: Mutex::new(Accounts {
                level_at: HashMap::new(),
                tidy_at: KEPT,
            }),
        }
    }

    /// Takes one if there is one now.
    pub fn take(&self, key: K, now: Instant) -> bool {
        let mut accounts = self.accounts();
        let level_at = accounts.level_at(key, now);
        if level_at > now + self.ahead {
            return false;
        }
        accounts.note(key, level_at + self.interval, now);
        true
    }

    /// Takes the next one and says how long to wait for it.
    pub fn reserve(&self, key: K, now: Instant) -> Duration {
        let mut accounts = self.accounts();
        let level_at = accounts.level_at(key, now);
        accounts.note(key, level_at + self.interval, now);
        level_at.saturating_duration_since(now + self.ahead)
    }

    /// How many keys are not level, or were not when last looked at.
    #[cfg(test)]
    pub fn remembered(&self) -> usize {
        self.accounts().level_at.len()
    }

    fn accounts(&self) -> MutexGuard<'_, Accounts<K>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Copy + Eq + Hash> Accounts<K> {
    fn level_at(&self, key: K, now: Instant) -> Instant {
        let known = self.level_at.get(&key).copied();
        known.map_or(now, |level_at| level_at.max(now))
    }

    fn note(&mut self, key: K, level_at: Instant, now: Instant) {
        self.level_at.insert(key, level_at);
        if self.level_at.len() >= self.tidy_at {
            self.level_at.retain(|_, level_at| *level_at > now);
            self.tidy_at = (self.level_at.len() * 2).max(KEPT);
        }
    }
}
