//! The adapters that operations use, and nothing else: those of every subgraph, Redis, passwords, client tokens.

use std::ops::Deref;
use std::sync::Arc;

use anyhow::Result;
use cache::{AttemptCounter, Redis};
use identity::ClientTokens;
use subgraph::Core;

use crate::accounts::{FAILED_SIGN_INS, Passwords};
use crate::config::{CustomersConfig, SessionsConfig};
use crate::random::{RandomSource, SystemRandom};
use crate::tenants::Plans;

/// Built once per process, from the configuration or by tests.
pub struct App {
    core: Core,
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
    /// Lifetimes of sessions and their tokens.
    pub sessions: SessionsConfig,
    /// Limits of every plan.
    pub plans: Plans,
}

impl App {
    /// Builds the adapters. They connect at first use: a process starts even while its database or Redis is
    /// unavailable.
    pub fn start(core: Core, config: CustomersConfig) -> Result<Arc<Self>> {
        let redis = Redis::connect(&config.redis, &core.tasks)?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Arc::new(Self {
            random: Arc::new(SystemRandom),
            passwords: Passwords::new(cores)?,
            failed_sign_ins: AttemptCounter::new(redis.clone(), FAILED_SIGN_INS),
            redis,
            client_tokens: ClientTokens::load(&core.keys_dir)?,
            sessions: config.sessions,
            plans: config.plans,
            core,
        }))
    }
}

impl Deref for App {
    type Target = Core;

    fn deref(&self) -> &Core {
        &self.core
    }
}
