//! Counts failed attempts in a fixed window, e.g. wrong passwords of one address.

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

/// Entries of the fallback in memory; beyond it the least used are forgotten.
const MAX_LOCAL: u64 = 100_000;

/// Counts and begins the window with the first failure, in one step.
const RECORD: &str = "
local failures = redis.call('INCR', KEYS[1])
if redis.call('PTTL', KEYS[1]) < 0 then
    redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
return failures
";

/// What is counted, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct AttemptOptions {
    /// First part of the keys, e.g. `sign_in`.
    pub name: &'static str,
    /// Begins with the first failure; after it the count is 0 again.
    pub window: Duration,
}

/// Failed attempts per (tenant, subject). Counts in Redis, so that all processes share it; while
/// Redis is away, in the memory of this process, which has counted along. No call takes longer
/// than 50 ms, and none fails.
#[derive(Debug, Clone)]
pub struct AttemptCounter {
    redis: Redis,
    options: AttemptOptions,
    record: Arc<Script>,
    local: Cache<String, Arc<AtomicU32>>,
}

impl AttemptCounter {
    /// A counter on this Redis.
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
            .ask(async |connection| {
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
            .ask(async |connection| connection.get::<_, Option<u32>>(&key).await)
            .await
            .map(Option::unwrap_or_default);
        let counted_here = self
            .local
            .get(&key)
            .map_or(0, |count| count.load(Ordering::Relaxed));
        self.or_local(counted, counted_here)
    }

    /// Forgets the failures: the attempt has succeeded.
    pub async fn clear(&self, tenant: TenantId, subject: &str) {
        let key = self.key(tenant, subject);
        self.local.invalidate(&key);
        let cleared = self
            .redis
            .ask(async |connection| connection.del::<_, u32>(&key).await)
            .await;
        if let Err(error) = cleared {
            // The window ends by itself.
            tracing::debug!(%error, "failed attempts were forgotten in memory only");
        }
    }

    fn or_local(&self, counted: Result<u32, CacheError>, counted_here: u32) -> u32 {
        match counted {
            Ok(failures) => failures,
            Err(error) => {
                metrics::counter!(catalogue::CACHE_FALLBACK_TOTAL).increment(1);
                tracing::debug!(counter = self.options.name, %error, "attempts are counted in memory");
                counted_here
            }
        }
    }

    /// The subject is often an address of a person; the key carries only its hash.
    fn key(&self, tenant: TenantId, subject: &str) -> String {
        let mut key = format!("{tenant}:{}:", self.options.name);
        for byte in Sha256::digest(subject.as_bytes()).iter().take(16) {
            // Writing to a string cannot fail.
            write!(key, "{byte:02x}").unwrap_or_default();
        }
        key
    }
}
