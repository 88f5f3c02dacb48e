//! The adapters that every subgraph has.

use std::path::PathBuf;
use std::sync::Arc;

use ::http::Uri;
use anyhow::{Context as _, Result};
use chrono::{DateTime, SubsecRound as _, Utc};
use database::{DatabaseConfig, PlatformDb, TenantDb};
use event_cursor::CursorKeys;
use event_log::{EventLog, Followers};
use identity::{KeyRing, ServiceName, ServiceTokens};
use ids::{IdGenerator, TypedId, UuidV7Generator};
use internal_call::InternalClient;
use service::{Clock, SystemClock, Tasks};

/// The adapters of one process. Clones share them. Tests replace clock and ids before they build the app.
#[derive(Clone)]
pub struct Core {
    /// Access to the rows of one tenant.
    pub db: TenantDb,
    /// Access to the rows of all tenants, where row-level policies allow it.
    pub platform: PlatformDb,
    /// Addresses of the database, for a separate pool.
    pub database: DatabaseConfig,
    /// Source of the current time; see [`Core::now`].
    pub clock: Arc<dyn Clock>,
    /// Generator of ids; see [`Core::next_id`].
    pub ids: Arc<dyn IdGenerator>,
    /// Commits changes with their events.
    pub log: EventLog,
    /// Notifies the subscriptions of this process when the event log grows.
    pub followers: Followers,
    /// Keys that sign and verify cursors of the event log.
    pub cursor_keys: CursorKeys,
    /// The private key of this service, and the public keys of all services.
    pub keys: Arc<KeyRing>,
    /// The folder from which they were loaded; it may hold more keys of this service.
    pub keys_dir: PathBuf,
    /// Background tasks of this process.
    pub tasks: Tasks,
}

/// Settings of [`Core`].
pub struct CoreConfig {
    /// Connections of the database.
    pub database: DatabaseConfig,
    /// Folder with this service's private key and the public keys of all services.
    pub keys_dir: PathBuf,
    /// Keys of event cursors.
    pub cursor_keys: CursorKeys,
}

impl Core {
    /// Builds the adapters. They connect at first use.
    pub fn start(name: ServiceName, config: CoreConfig, tasks: &Tasks) -> Result<Self> {
        let platform = PlatformDb::connect(&config.database).context("platform database")?;
        let ids: Arc<dyn IdGenerator> = Arc::new(UuidV7Generator);
        Ok(Self {
            db: TenantDb::connect(&config.database).context("application database")?,
            log: EventLog::start(&platform, Arc::clone(&ids), tasks),
            followers: Followers::start(&platform, tasks),
            platform,
            database: config.database,
            clock: Arc::new(SystemClock),
            ids,
            cursor_keys: config.cursor_keys,
            keys: Arc::new(KeyRing::load(&config.keys_dir, name.as_str())?),
            keys_dir: config.keys_dir,
            tasks: tasks.clone(),
        })
    }

    /// The current time in microseconds, the precision of `timestamptz`.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now().trunc_subsecs(6)
    }

    /// A new id.
    pub fn next_id<Id: TypedId>(&self) -> Id {
        ids::next(&*self.ids)
    }

    /// A client of another service at `address`.
    pub fn client(&self, callee: ServiceName, address: Uri) -> InternalClient {
        let tokens = ServiceTokens::new(Arc::clone(&self.keys));
        InternalClient::new(callee, address, Arc::new(tokens))
    }
}
