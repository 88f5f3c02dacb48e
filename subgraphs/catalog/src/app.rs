//! What operations use: the adapters of every subgraph, and the queues of stock commands.

use std::ops::Deref;
use std::sync::Arc;

use subgraph::Core;

use crate::config::CatalogConfig;
use crate::inventory::{AdjustQueue, HoldQueue, start_adjust_queue, start_hold_queue};

/// Built once per process, from the configuration or by tests.
pub struct App {
    core: Core,
    /// Settings of this subgraph.
    pub config: CatalogConfig,
    /// Hold requests of all tenants.
    pub(crate) holds: HoldQueue,
    /// Stock adjustments of all tenants.
    pub(crate) adjustments: AdjustQueue,
}

impl App {
    /// Starts the queues.
    pub fn start(core: Core, config: CatalogConfig) -> Arc<Self> {
        Arc::new(Self {
            holds: start_hold_queue(&core),
            adjustments: start_adjust_queue(&core),
            config,
            core,
        })
    }
}

impl Deref for App {
    type Target = Core;

    fn deref(&self) -> &Core {
        &self.core
    }
}
