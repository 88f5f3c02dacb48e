//! Settings of the catalog subgraph, besides those of every subgraph. Every key starts with `CATALOG_`.

use std::time::Duration;

use service::settings;

settings! {
    /// Settings of its own.
    #[derive(Debug, Clone)]
    pub struct CatalogConfig: Default {
        /// Interval at which role `work` expires overdue holds.
        pub hold_expiry_interval: Duration = duration_ms("HOLDS__EXPIRY_INTERVAL_MS", Duration::from_secs(1));
    }
}
