//! The adapters (database, Redis, clock, keys) that operations use, and nothing else.

use std::sync::Arc;

use anyhow::{Context, Result};
use cache::{AttemptCounter, Redis};
use chrono::{DateTime, Utc};
use database::{PlatformDb, TenantDb};
use event_log::EventLog;
use identity::{ClientTokens, InternalTokenVerifier, KeyRing, ServiceName, ServiceTokenVerifier};
use ids::{IdGenerator, TypedId, UuidV7Generator};
use service::{Clock, SystemClock, Tasks};

use crate::accounts::{FAILED_SIGN_INS, Passwords};
use crate::config::{AdaptersConfig, SessionsConfig};
use crate::random::{RandomSource, SystemRandom};
use crate::tenants::Plans;

/// Built once per process, from the configuration or by tests.
pub struct App {
    /// Access to the rows of one tenant.
    pub db: TenantDb,
    /// Access to the rows of all tenants, where row-level security allows it.
    pub platform: PlatformDb,
    /// Source of the current time.
    pub clock: Arc<dyn Clock>,
    /// Generator of ids.
    pub ids: Arc<dyn IdGenerator>,
    /// Commits changes with their events.
    pub log: EventLog,
    /// Source of random bytes for secrets.
    pub random: Arc<dyn RandomSource>,
    /// Hashes and checks passwords.
    pub passwords: Passwords,
    /// Short-lived state that processes share.
    pub redis: Redis,
    /// Counts failed sign-ins.
    pub failed_sign_ins: AttemptCounter,
    /// Signs access tokens.
    pub client_tokens: ClientTokens,
    /// The public keys of access tokens, as JSON.
    pub client_key_set: String,
    /// Verifies internal identity tokens, by which the gateway names the caller.
    pub identity: Arc<InternalTokenVerifier>,
    /// Verifies service tokens of internal calls.
    pub services: Arc<ServiceTokenVerifier>,
    /// Lifetimes of sessions and their tokens.
    pub sessions: SessionsConfig,
    /// Limits of every plan.
    pub plans: Plans,
}

impl App {
    /// Connects lazily: a process starts even while its database or Redis is unavailable.
    pub fn build(config: &AdaptersConfig, tasks: &Tasks) -> Result<Self> {
        let ring = KeyRing::load(&config.keys_dir, ServiceName::Customers.as_str())?;
        let ring = Arc::new(ring);
        let redis = Redis::connect(&config.redis, tasks)?;
        let platform = PlatformDb::connect(&config.database).context("platform database")?;
        let ids: Arc<dyn IdGenerator> = Arc::new(UuidV7Generator);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            db: TenantDb::connect(&config.database).context("application database")?,
            log: EventLog::start(&platform, Arc::clone(&ids), tasks),
            platform,
            clock: Arc::new(SystemClock),
            ids,
            random: Arc::new(SystemRandom),
            passwords: Passwords::new(cores)?,
            failed_sign_ins: AttemptCounter::new(redis.clone(), FAILED_SIGN_INS),
            redis,
            client_tokens: ClientTokens::load(&config.keys_dir)?,
            client_key_set: ring.client_key_set(),
            identity: Arc::new(InternalTokenVerifier::new(Arc::clone(&ring))),
            services: Arc::new(ServiceTokenVerifier::new(ring, ServiceName::Customers)),
            sessions: config.sessions.clone(),
            plans: config.plans.clone(),
        })
    }

    /// The current time.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A new id.
    pub fn next_id<Id: TypedId>(&self) -> Id {
        ids::next(&*self.ids)
    }
}
