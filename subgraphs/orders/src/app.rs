//! The adapters of the service, built from the configuration or by tests.

use std::ops::Deref;
use std::sync::Arc;

use database::{DatabaseConfig, StoreError, TenantDb};
use idempotency::Idempotency;
use service::QueueOptions;
use subgraph::Core;

use crate::checkout::{
    ClaimQueue, Finisher, SettleParts, SettlementQueue, claim_queue, finish_placements,
    settlement_queue,
};
use crate::checkpoint::{Checkpoint, CheckpointObserver};
use crate::config::CheckoutConfig;
use crate::payment_provider::{PaymentProvider, ScriptedProvider};
use crate::stock::Stock;

/// Capacity of one queue: waiting placements of all tenants.
const QUEUE_CAPACITY: usize = 4_096;
/// Batches of one queue that run at the same time, each of a different tenant.
const QUEUE_WORKERS: usize = 2;
/// Maximum placements per transaction.
const QUEUE_BATCH: usize = 64;

/// Holds the adapters only. Operations are free functions that take the adapters that they use.
pub struct App {
    core: Core,
    /// Port to prices and stock, which catalog owns.
    pub stock: Arc<dyn Stock>,
    /// Port to the provider of card payments.
    pub payments: Arc<dyn PaymentProvider>,
    /// A separate small connection pool of commands, so that buyers never wait behind readers.
    pub(crate) command_db: TenantDb,
    /// Commands with an idempotency key.
    pub(crate) idempotency: Idempotency,
    /// Checkout state that outlives a request.
    pub(crate) checkout: Checkout,
    observer: Arc<dyn CheckpointObserver>,
}

/// Checkout state that outlives a request.
pub(crate) struct Checkout {
    pub settings: CheckoutConfig,
    pub claims: ClaimQueue,
    pub settlements: SettlementQueue,
}

impl App {
    /// Builds the adapters and starts the queues of checkout.
    pub fn start(
        core: Core,
        settings: CheckoutConfig,
        stock: Arc<dyn Stock>,
        observer: Arc<dyn CheckpointObserver>,
    ) -> Result<Arc<Self>, StoreError> {
        let command_db = TenantDb::connect(&DatabaseConfig {
            max_connections: settings.connections,
            ..core.database.clone()
        })?;
        let payments = ScriptedProvider::new(core.db.clone(), Arc::clone(&core.clock));
        let (finisher, confirmed) = Finisher::channel();
        let settle_parts = SettleParts {
            core: core.clone(),
            db: command_db.clone(),
            observer: Arc::clone(&observer),
            finisher,
        };
        let checkout = Checkout {
            claims: claim_queue(&core, options("claims"), command_db.clone()),
            settlements: settlement_queue(options("settlements"), settle_parts),
            settings,
        };
        let (log, clock) = (core.log.clone(), Arc::clone(&core.clock));
        let app = Arc::new(Self {
            stock,
            payments: Arc::new(payments),
            idempotency: Idempotency::new(command_db.clone(), log, clock),
            command_db,
            checkout,
            observer,
            core,
        });
        let finishing = finish_placements(Arc::clone(&app), confirmed);
        app.tasks.spawn("finish placements", finishing);
        Ok(app)
    }

    /// Reports to the observer that the checkpoint is reached.
    pub(crate) async fn reached(&self, checkpoint: Checkpoint) {
        self.observer.reached(checkpoint).await;
    }
}

impl Deref for App {
    type Target = Core;

    fn deref(&self) -> &Core {
        &self.core
    }
}

fn options(name: &'static str) -> QueueOptions {
    QueueOptions {
        name,
        capacity: QUEUE_CAPACITY,
        workers: QUEUE_WORKERS,
        max_batch: QUEUE_BATCH,
    }
}
