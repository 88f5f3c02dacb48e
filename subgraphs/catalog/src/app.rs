//! What operations reach the outside through: adapters and nothing else.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use database::{PlatformDb, TenantDb};
use event_log::cursor::CursorKeys;
use event_log::{Followers, Waker};
use identity::{InternalTokenVerifier, KeyRing, ServiceName, ServiceTokenVerifier};
use ids::{IdGenerator, UuidV7Generator};
use service::{Clock, SystemClock, Tasks};

use crate::config::CatalogConfig;

/// Built once per process, from the configuration or by tests.
pub struct App {
    /// Rows of one tenant.
    pub db: TenantDb,
    /// Rows of all tenants, where policies allow it.
    pub platform: PlatformDb,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Fresh ids.
    pub ids: Arc<dyn IdGenerator>,
    /// Tells the relay that events were committed.
    pub waker: Waker,
    /// Tells subscriptions of this process when the log has grown.
    pub followers: Followers,
    /// Checks who a federated request is for.
    pub identity: Arc<InternalTokenVerifier>,
    /// Checks who makes an internal call.
    pub services: Arc<ServiceTokenVerifier>,
    /// Signs positions in the event log.
    pub cursor_keys: CursorKeys,
}

impl App {
    /// Connects lazily: a process starts while its database is down.
    pub fn build(config: &CatalogConfig, tasks: &Tasks) -> Result<Self> {
        let ring = Arc::new(KeyRing::load(
            &config.keys_dir,
            ServiceName::Catalog.as_str(),
        )?);
        let platform = PlatformDb::connect(&config.database).context("platform database")?;
        Ok(Self {
            db: TenantDb::connect(&config.database).context("application database")?,
            waker: Waker::start(&platform, tasks),
            followers: Followers::start(&platform, tasks),
            platform,
            clock: Arc::new(SystemClock),
            ids: Arc::new(UuidV7Generator),
            identity: Arc::new(InternalTokenVerifier::new(Arc::clone(&ring))),
            services: Arc::new(ServiceTokenVerifier::new(ring, ServiceName::Catalog)),
            cursor_keys: config.cursor_keys.clone(),
        })
    }
}
