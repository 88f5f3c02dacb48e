//! Configuration of the database connections.

use std::time::Duration;

use service::{Secret, deadlines, settings};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

settings! {
    /// Addresses and size of a service's connection pools.
    #[derive(Clone)]
    pub struct DatabaseConfig {
        /// Database as role `<name>_app`, which serves tenants; row-level security applies to it.
        pub app_url: Secret<String> = secret("DATABASE__APP_URL");
        /// Database as role `<name>_platform`, which works across tenants on the few tables that allow it.
        pub platform_url: Secret<String> = secret("DATABASE__PLATFORM_URL");
        /// Connections of the application pool of one process.
        pub max_connections: u32 = or_default("DATABASE__MAX_CONNECTIONS", 10);
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
