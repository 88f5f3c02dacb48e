//! Deterministic time and ids.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Duration, Utc};
use ids::IdGenerator;
use service::Clock;
use uuid::Uuid;

/// A clock that stands still until it is advanced.
pub struct ExactClock(Mutex<DateTime<Utc>>);

impl ExactClock {
    /// A clock at the time, which is in RFC 3339 form.
    pub fn at(time: &str) -> Self {
        Self(Mutex::new(time.parse().expect("time is in RFC 3339 form")))
    }

    /// Advances the clock.
    pub fn advance(&self, by: Duration) {
        *self.0.lock().expect("clock is not poisoned") += by;
    }
}

impl Clock for ExactClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().expect("clock is not poisoned")
    }
}

/// Generates the ids 1, 2, 3 and so on, in the form of version 7 UUIDs.
#[derive(Default)]
pub struct CountingIds(AtomicU64);

impl IdGenerator for CountingIds {
    fn next_uuid(&self) -> Uuid {
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | u128::from(number))
    }
}
