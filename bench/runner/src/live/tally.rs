//! What arrives at the sockets of a crowd, counted without keeping it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};

use crate::report::millis;

/// Steps per doubling of a delay: a percentile is exact to less than two percent.
const STEPS: u64 = 64;
/// Enough for more than an hour.
const BUCKETS: usize = 2_048;

/// Shared by all sockets of a crowd.
pub struct Tally {
    /// Delays by size.
    buckets: Vec<AtomicU64>,
    troubles: AtomicU64,
    first_trouble: Mutex<Option<String>>,
}

/// What arrived in a while.
pub struct Arrived {
    buckets: Vec<u64>,
    /// Events, over all sockets.
    pub events: u64,
}

impl Tally {
    pub fn new() -> Self {
        Self {
            buckets: (0..BUCKETS).map(|_| AtomicU64::new(0)).collect(),
            troubles: AtomicU64::new(0),
            first_trouble: Mutex::new(None),
        }
    }

    /// Takes note of a message: an event, or something that must not be.
    pub fn hear(&self, message: &str) {
        if let Some(occurred) = occurred_at(message) {
            let delay = (Utc::now() - occurred)
                .num_microseconds()
                .unwrap_or_default();
            if let Some(bucket) = self.buckets.get(bucket_of(delay)) {
                bucket.fetch_add(1, Ordering::Relaxed);
            }
        } else if message.contains("\"errors\"") || !message.contains("\"type\":\"ping\"") {
            self.trouble(message);
        }
    }

    /// Takes note of a socket that ended, or of a message that is no event.
    pub fn trouble(&self, what: &str) {
        self.troubles.fetch_add(1, Ordering::Relaxed);
        if let Ok(mut first) = self.first_trouble.lock() {
            first.get_or_insert_with(|| what.chars().take(300).collect());
        }
    }

    /// How many troubles there were so far, with the first one; none if all is well.
    pub fn troubles(&self) -> Option<String> {
        let count = self.troubles.load(Ordering::Relaxed);
        let first = self.first_trouble.lock().ok()?.clone()?;
        Some(format!(
            "{count} sockets or messages in trouble, first: {first}"
        ))
    }

    /// Events that arrived and were not taken yet.
    pub fn waiting(&self) -> u64 {
        let count = |bucket: &AtomicU64| bucket.load(Ordering::Relaxed);
        self.buckets.iter().map(count).sum()
    }

    /// Takes what arrived since the last time.
    pub fn take(&self) -> Arrived {
        let take = |bucket: &AtomicU64| bucket.swap(0, Ordering::Relaxed);
        let buckets: Vec<u64> = self.buckets.iter().map(take).collect();
        Arrived {
            events: buckets.iter().sum(),
            buckets,
        }
    }
}

impl Arrived {
    /// The delay in milliseconds that this percentage of events did not exceed.
    pub fn percentile(&self, percent: u64) -> f64 {
        let wanted = (self.events * percent).div_ceil(100).max(1);
        let mut seen = 0;
        for (bucket, count) in (0..).zip(&self.buckets) {
            seen += count;
            if seen >= wanted {
                return millis(micros_of(bucket));
            }
        }
        0.0
    }

    /// `p50 …, p99 …`.
    pub fn print(&self) -> String {
        format!(
            "p50 {:.1} ms, p99 {:.1} ms",
            self.percentile(50),
            self.percentile(99)
        )
    }
}

/// Up to twice [`STEPS`] every microsecond has a bucket of its own; beyond, each doubling has as many.
fn bucket_of(micros: i64) -> usize {
    let micros = u64::from(u32::try_from(micros.max(0)).unwrap_or(u32::MAX));
    let doublings = (micros / STEPS).max(1).ilog2();
    let bucket = STEPS * u64::from(doublings) + (micros >> doublings);
    usize::try_from(bucket).unwrap_or(usize::MAX)
}

/// The smallest delay of a bucket.
fn micros_of(bucket: u64) -> i64 {
    let doublings = (bucket / STEPS).saturating_sub(1);
    let micros = (bucket - STEPS * doublings) << doublings;
    i64::try_from(micros).unwrap_or(i64::MAX)
}

/// When the event of a message occurred, by the field that every document of the crowd asks for.
fn occurred_at(message: &str) -> Option<DateTime<Utc>> {
    let (_, rest) = message.split_once("\"occurredAt\":\"")?;
    let (text, _) = rest.split_once('"')?;
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_close_to_what_falls_into_it() {
        for micros in [
            0_i64, 1, 63, 127, 128, 129, 1_000, 12_345, 999_999, 60_000_000,
        ] {
            let bucket = u64::try_from(bucket_of(micros)).unwrap();
            let low = micros_of(bucket);
            let high = micros_of(bucket + 1);

            assert!(low <= micros && micros < high, "{low} {micros} {high}");
            assert!((high - low) * 64 <= micros.max(64), "{low} {micros} {high}");
        }
    }

    #[test]
    fn events_are_told_from_troubles() {
        let tally = Tally::new();
        let now = Utc::now().to_rfc3339();

        tally.hear(&format!(
            "{{\"id\":\"1\",\"type\":\"next\",\"payload\":{{\"data\":{{\"e\":{{\"occurredAt\":\"{now}\"}}}}}}}}"
        ));
        tally.hear("{\"type\":\"ping\",\"payload\":{\"cursors\":{\"1\":\"x\"}}}");
        assert_eq!((tally.waiting(), tally.troubles()), (1, None));
        tally.hear("{\"id\":\"1\",\"type\":\"error\",\"payload\":[]}");

        assert!(tally.troubles().is_some());
        assert_eq!(tally.take().events, 1);
        assert_eq!(tally.waiting(), 0);
    }
}
