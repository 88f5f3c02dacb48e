//! Settings of the catalog subgraph, besides those of every subgraph. Every key starts with `CATALOG_`.

use std::time::Duration;

use service::Settings;

/// Settings of its own.
#[derive(Debug, Clone)]
pub struct CatalogConfig {
    /// `HOLDS__EXPIRY_INTERVAL_MS`: how often role `work` expires overdue holds, default 1 s.
    pub hold_expiry_interval: Duration,
}

impl Default for CatalogConfig {
    fn default() -> Self {
        Self {
            hold_expiry_interval: Duration::from_secs(1),
        }
    }
}

impl CatalogConfig {
    /// Reads the settings; absent ones keep their defaults.
    pub(crate) fn read(settings: &mut Settings) -> Self {
        let default = Self::default();
        Self {
            hold_expiry_interval: settings
                .duration_ms("HOLDS__EXPIRY_INTERVAL_MS", default.hold_expiry_interval),
        }
    }
}
