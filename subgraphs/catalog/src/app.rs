//! Adapters through which operations reach the database, other processes, the clock and the keys.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use database::{PlatformDb, TenantDb};
use event_log::cursor::CursorKeys;
use event_log::{EventLog, Followers};
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
    /// Commits changes with their events.
    pub log: EventLog,
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
        let ids: Arc<dyn IdGenerator> = Arc::new(UuidV7Generator);
        Ok(Self {
            db: TenantDb::connect(&config.database).context("application database")?,
            log: EventLog::start(&platform, Arc::clone(&ids), tasks),
            followers: Followers::start(&platform, tasks),
            platform,
            clock: Arc::new(SystemClock),
            ids,
            identity: Arc::new(InternalTokenVerifier::new(Arc::clone(&ring))),
            services: Arc::new(ServiceTokenVerifier::new(ring, ServiceName::Catalog)),
            cursor_keys: config.cursor_keys.clone(),
        })
    }
}
