//! The connection to Redis: a short time-out per command, and immediate failure while Redis is unavailable.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use deadpool_redis::redis::RedisResult;
use deadpool_redis::{Config, Connection, Pool, Runtime};
use service::{Secret, Settings, Tasks, deadlines};
use tokio::sync::Notify;

const CONNECTIONS: usize = 8;
/// Interval of probes while Redis is unavailable.
const PROBE_INTERVAL_UNAVAILABLE: Duration = Duration::from_millis(250);
/// Interval of probes while Redis is available.
const PROBE_INTERVAL_AVAILABLE: Duration = Duration::from_secs(5);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Address of Redis.
#[derive(Debug, Clone)]
pub struct CacheConfig {
    /// `redis://[user:password@]host:port[/database]`
    pub url: Secret<String>,
}

impl CacheConfig {
    /// The configuration for a known address.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: Secret::new(url.into()),
        }
    }

    /// Reads `REDIS__URL`.
    pub fn read(settings: &mut Settings) -> Self {
        let config = Self {
            url: settings.secret(
                "REDIS__URL",
                "Redis, `redis://[user:password@]host:port[/database]`.",
            ),
        };
        let url = config.url.expose();
        if !url.is_empty() && pool(&config).is_err() {
            settings.invalid("REDIS__URL", "not a Redis address");
        }
        config
    }
}

/// Why Redis did not answer.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The address is invalid.
    #[error("Redis address is invalid")]
    Address,
    /// Redis is unavailable or did not answer within 50 ms.
    #[error("Redis unavailable")]
    Unavailable,
    /// Redis refused the command.
    #[error("Redis refused the command")]
    Refused(#[source] deadpool_redis::redis::RedisError),
}

/// A handle to Redis; clones share its connections.
#[derive(Clone)]
pub struct Redis(Arc<Inner>);

struct Inner {
    pool: Pool,
    available: AtomicBool,
    /// Requests a probe after a failed command.
    probe: Notify,
}

impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redis")
            .field("available", &self.is_available())
            .finish_non_exhaustive()
    }
}

fn pool(config: &CacheConfig) -> Result<Pool, CacheError> {
    let mut pool_config = Config::from_url(config.url.expose());
    pool_config.pool = Some(deadpool_redis::PoolConfig::new(CONNECTIONS));
    pool_config
        .create_pool(Some(Runtime::Tokio1))
        .map_err(|_unusable| CacheError::Address)
}

impl Redis {
    /// Connects in the background and returns at once, also while Redis is unavailable. Fails only
    /// for an invalid address.
    pub fn connect(config: &CacheConfig, tasks: &Tasks) -> Result<Self, CacheError> {
        let redis = Self(Arc::new(Inner {
            pool: pool(config)?,
            available: AtomicBool::new(false),
            probe: Notify::new(),
        }));
        let token = tasks.token();
        let prober = redis.clone();
        tasks.spawn("cache.redis", async move {
            loop {
                let available = prober.ping().await;
                let before = prober.0.available.swap(available, Ordering::AcqRel);
                if available != before {
                    tracing::info!(there = available, "Redis availability changed");
                }
                let interval = if available {
                    PROBE_INTERVAL_AVAILABLE
                } else {
                    PROBE_INTERVAL_UNAVAILABLE
                };
                tokio::select! {
                    () = token.cancelled() => return,
                    () = prober.0.probe.notified() => tokio::time::sleep(PROBE_INTERVAL_UNAVAILABLE).await,
                    () = tokio::time::sleep(interval) => {}
                }
            }
        });
        Ok(redis)
    }

    /// Whether Redis answered the last probe or command.
    pub fn is_available(&self) -> bool {
        self.0.available.load(Ordering::Acquire)
    }

    /// Connects if needed and pings, with the longer time-out [`CONNECT_TIMEOUT`]: a slow connect must not
    /// fail every time only because commands may not wait for it.
    async fn ping(&self) -> bool {
        let ping = async {
            let mut connection = self.0.pool.get().await.ok()?;
            deadpool_redis::redis::cmd("PING")
                .query_async::<String>(&mut connection)
                .await
                .ok()
        };
        matches!(
            tokio::time::timeout(CONNECT_TIMEOUT, ping).await,
            Ok(Some(_))
        )
    }

    /// Runs one command with a time-out of 50 ms. Fails without a call while Redis is unavailable.
    pub(crate) async fn run<T>(
        &self,
        command: impl AsyncFnOnce(&mut Connection) -> RedisResult<T>,
    ) -> Result<T, CacheError> {
        if !self.is_available() {
            return Err(CacheError::Unavailable);
        }
        let answer = async {
            let mut connection = self
                .0
                .pool
                .get()
                .await
                .map_err(|_unavailable| CacheError::Unavailable)?;
            command(&mut connection).await.map_err(CacheError::Refused)
        };
        match tokio::time::timeout(deadlines::REDIS, answer).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(CacheError::Refused(error))) if !error.is_io_error() => {
                Err(CacheError::Refused(error))
            }
            Ok(Err(_)) | Err(_) => {
                self.0.available.store(false, Ordering::Release);
                self.0.probe.notify_one();
                Err(CacheError::Unavailable)
            }
        }
    }
}
