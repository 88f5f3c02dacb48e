//! What operations use: the adapters of every subgraph, and the queues of stock commands.

use std::ops::Deref;
use std::sync::Arc;

use idempotency::Idempotency;
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
    /// Commands with an idempotency key.
    pub(crate) idempotency: Idempotency,
    /// Stock adjustments of all tenants.
    pub(crate) adjustments: AdjustQueue,
}

impl App {
    /// Starts the queues.
    pub fn start(core: Core, config: CatalogConfig) -> Arc<Self> {
        let (log, clock) = (core.log.clone(), Arc::clone(&core.clock));
        let idempotency = Idempotency::new(core.db.clone(), log, clock);
        Arc::new(Self {
            holds: start_hold_queue(&core),
            adjustments: start_adjust_queue(&core, &idempotency),
            idempotency,
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
