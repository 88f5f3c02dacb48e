//! Adapters through which operations reach the database, other processes, the clock and the keys.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use database::{PlatformDb, TenantDb};
use event_log::cursor::CursorKeys;
use event_log::{Followers, Waker};
use identity::{InternalTokenVerifier, KeyRing, ServiceName, ServiceTokenVerifier};
use ids::{IdGenerator, UuidV7Generator};
use service::{Clock, SystemClock, Tasks};

use crate::config::CatalogConfig;

/// Adapters of one process, built from the configuration or by tests.
pub struct App {
    /// Database access within one tenant.
    pub db: TenantDb,
    /// Database access across tenants, where row-level policies allow it.
    pub platform: PlatformDb,
    /// Current time.
    pub clock: Arc<dyn Clock>,
    /// Generates new ids.
    pub ids: Arc<dyn IdGenerator>,
    /// Notifies the relay that events were committed.
    pub waker: Waker,
    /// Notifies subscriptions of this process when the event log has grown.
    pub followers: Followers,
    /// Verifies the internal token of a federated request, which identifies its caller.
    pub identity: Arc<InternalTokenVerifier>,
    /// Verifies the service token of an internal call.
    pub services: Arc<ServiceTokenVerifier>,
    /// Signs and verifies cursors of the event log.
    pub cursor_keys: CursorKeys,
}

impl App {
    /// Builds the adapters. They connect lazily, so a process starts while its database is unavailable.
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
