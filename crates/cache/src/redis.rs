//! The connection: short answers, and a quick "no" while it is away.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use deadpool_redis::redis::RedisResult;
use deadpool_redis::{Config, Connection, Pool, Runtime};
use service::{Secret, Settings, Tasks, deadlines};
use tokio::sync::Notify;

const CONNECTIONS: usize = 8;
const LOOK_WHILE_AWAY: Duration = Duration::from_millis(250);
const LOOK_WHILE_THERE: Duration = Duration::from_secs(5);
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
            url: settings.secret("REDIS__URL"),
        };
        let url = config.url.expose();
        if !url.is_empty() && pool(&config).is_err() {
            settings.invalid("REDIS__URL", "not a Redis address");
        }
        config
    }
}

/// Why Redis gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The address is not one.
    #[error("address of Redis is not usable")]
    Address,
    /// It is away, or did not answer in time. Nobody has waited longer than 50 ms.
    #[error("Redis is away")]
    Away,
    /// It refused the command.
    #[error("Redis refused the command")]
    Refused(#[source] deadpool_redis::redis::RedisError),
}

/// A handle to Redis; clones share its connections.
#[derive(Clone)]
pub struct Redis(Arc<Inner>);

struct Inner {
    pool: Pool,
    there: AtomicBool,
    look: Notify,
}

impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redis")
            .field("there", &self.is_there())
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
    /// Begins to connect in the background and returns at once, also while Redis is down. Fails
    /// only for an address that is none.
    pub fn connect(config: &CacheConfig, tasks: &Tasks) -> Result<Self, CacheError> {
        let redis = Self(Arc::new(Inner {
            pool: pool(config)?,
            there: AtomicBool::new(false),
            look: Notify::new(),
        }));
        let token = tasks.token();
        let keeper = redis.clone();
        tasks.spawn("cache.redis", async move {
            loop {
                let there = keeper.look().await;
                let before = keeper.0.there.swap(there, Ordering::AcqRel);
                if there != before {
                    tracing::info!(there, "Redis changed its state");
                }
                let pause = if there {
                    LOOK_WHILE_THERE
                } else {
                    LOOK_WHILE_AWAY
                };
                tokio::select! {
                    () = token.cancelled() => return,
                    () = keeper.0.look.notified() => tokio::time::sleep(LOOK_WHILE_AWAY).await,
                    () = tokio::time::sleep(pause) => {}
                }
            }
        });
        Ok(redis)
    }

    /// Whether Redis answered last time.
    pub fn is_there(&self) -> bool {
        self.0.there.load(Ordering::Acquire)
    }

    /// Has a connection open and answering, without haste: a slow connect must not fail for ever
    /// because commands are not allowed to wait for it.
    async fn look(&self) -> bool {
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

    /// Runs one command, or gives up after 50 ms. While Redis is away it is not asked at all.
    pub(crate) async fn ask<T>(
        &self,
        command: impl AsyncFnOnce(&mut Connection) -> RedisResult<T>,
    ) -> Result<T, CacheError> {
        if !self.is_there() {
            return Err(CacheError::Away);
        }
        let answer = async {
            let mut connection = self
                .0
                .pool
                .get()
                .await
                .map_err(|_unavailable| CacheError::Away)?;
            command(&mut connection).await.map_err(CacheError::Refused)
        };
        match tokio::time::timeout(deadlines::REDIS, answer).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(CacheError::Refused(error))) if !error.is_io_error() => {
                Err(CacheError::Refused(error))
            }
            Ok(Err(_)) | Err(_) => {
                self.0.there.store(false, Ordering::Release);
                self.0.look.notify_one();
                Err(CacheError::Away)
            }
        }
    }
}
