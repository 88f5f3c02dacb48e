//! Counter of failed attempts in a fixed window, e.g. wrong passwords for one address.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use deadpool_redis::redis::{AsyncCommands as _, Script};
use ids::TenantId;
use moka::sync::Cache;
use service::telemetry::catalogue;
use sha2::{Digest as _, Sha256};

use crate::{CacheError, Redis};

/// Capacity of the in-memory fallback; beyond it the least used entries are evicted.
const MAX_LOCAL: u64 = 100_000;

/// Counts a failure and starts the window with the first one, atomically.
const RECORD: &str = "
local failures = redis.call('INCR', KEYS[1])
if redis.call('PTTL', KEYS[1]) < 0 then
    redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
return failures
";

/// Name and window of a counter.
#[derive(Debug, Clone, Copy)]
pub struct AttemptOptions {
    /// First part of the keys, e.g. `sign_in`.
    pub name: &'static str,
    /// Length of the window. It starts with the first failure; after it the count is 0 again.
    pub window: Duration,
}

/// Counts failed attempts per (tenant, subject). The count is in Redis, so that all processes share it.
/// While Redis is unavailable, the count in this process's memory is used, which is always kept along.
/// No call takes longer than 50 ms, and none fails.
#[derive(Debug, Clone)]
pub struct AttemptCounter {
    redis: Redis,
    options: AttemptOptions,
    record: Arc<Script>,
    local: Cache<String, Arc<AtomicU32>>,
}

impl AttemptCounter {
    /// A counter in this Redis.
    pub fn new(redis: Redis, options: AttemptOptions) -> Self {
        Self {
            redis,
            options,
            record: Arc::new(Script::new(RECORD)),
            local: Cache::builder()
                .max_capacity(MAX_LOCAL)
                .time_to_live(options.window)
                .build(),
        }
    }

    /// Counts a failure. Returns the number of failures in the window, this one included.
    pub async fn record_failure(&self, tenant: TenantId, subject: &str) -> u32 {
        let key = self.key(tenant, subject);
        let local = self.local.get_with_by_ref(&key, Arc::default);
        let counted_here = local.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        let window = u64::try_from(self.options.window.as_millis())
            .unwrap_or(u64::MAX)
            .max(1);
        let counted = self
            .redis
            .run(async |connection| {
                self.record
                    .key(&key)
                    .arg(window)
                    .invoke_async::<u32>(connection)
                    .await
            })
            .await;
        self.or_local(counted, counted_here)
    }

    /// The number of failures in the window.
    pub async fn failures(&self, tenant: TenantId, subject: &str) -> u32 {
        let key = self.key(tenant, subject);
        let counted = self
            .redis
            .run(async |connection| connection.get::<_, Option<u32>>(&key).await)
            .await
            .map(Option::unwrap_or_default);
        let counted_here = self
            .local
            .get(&key)
            .map_or(0, |count| count.load(Ordering::Relaxed));
        self.or_local(counted, counted_here)
    }

    /// Resets the count after a successful attempt.
    pub async fn clear(&self, tenant: TenantId, subject: &str) {
        let key = self.key(tenant, subject);
        self.local.invalidate(&key);
        let cleared = self
            .redis
            .run(async |connection| connection.del::<_, u32>(&key).await)
            .await;
        if let Err(error) = cleared {
            // The count in Redis expires with its window.
            tracing::debug!(error = %service::log::chain(&error), "failed attempts reset in memory only");
        }
    }

    fn or_local(&self, counted: Result<u32, CacheError>, counted_here: u32) -> u32 {
        match counted {
            Ok(failures) => failures,
            Err(error) => {
                metrics::counter!(catalogue::CACHE_FALLBACK_TOTAL).increment(1);
                tracing::debug!(
                    counter = self.options.name,
                    error = %service::log::chain(&error),
                    "attempts are counted in memory"
                );
                counted_here
            }
        }
    }

    /// The key of a subject. It contains only a hash of the subject, which is often a personal address.
    fn key(&self, tenant: TenantId, subject: &str) -> String {
        let mut key = format!("{tenant}:{}:", self.options.name);
        for byte in Sha256::digest(subject.as_bytes()).iter().take(16) {
            // Writing to a string cannot fail.
            write!(key, "{byte:02x}").unwrap_or_default();
        }
        key
    }
}
