//! Configuration of the database connections.

use std::time::Duration;

use service::settings::Settings;
use service::{Secret, deadlines};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

/// Addresses and size of a service's connection pools.
#[derive(Clone)]
pub struct DatabaseConfig {
    /// `DATABASE__APP_URL`: the role that serves tenants; row-level security applies to it.
    pub app_url: Secret<String>,
    /// `DATABASE__PLATFORM_URL`: the role that works across tenants on the few tables that allow it.
    pub platform_url: Secret<String>,
    /// `DATABASE__MAX_CONNECTIONS`: connections of the application pool of one process, default 10.
    pub max_connections: u32,
}

impl DatabaseConfig {
    /// Reads the section from the settings.
    pub fn read(settings: &mut Settings) -> Self {
        Self {
            app_url: settings.secret("DATABASE__APP_URL"),
            platform_url: settings.secret("DATABASE__PLATFORM_URL"),
            max_connections: settings.or_default("DATABASE__MAX_CONNECTIONS", 10),
        }
    }
}

/// A pool that connects at first use, so that a process starts while its database is unavailable.
pub(crate) fn lazy_pool(url: &str, max_connections: u32) -> Result<sqlx::PgPool, sqlx::Error> {
    let options: PgConnectOptions = url.parse()?;
    Ok(PgPoolOptions::new()
        .max_connections(max_connections)
        // Opened in advance: password authentication takes longer than most requests.
        .min_connections(max_connections / 2)
        .acquire_timeout(deadlines::COMMAND_POOL_WAIT)
        .idle_timeout(Duration::from_mins(10))
        .test_before_acquire(false)
        .connect_lazy_with(options))
}
