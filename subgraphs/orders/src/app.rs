//! The adapters of the service, built from the configuration or by tests.

use std::ops::Deref;
use std::sync::Arc;

use database::{DatabaseConfig, StoreError, TenantDb};
use service::QueueOptions;
use subgraph::Core;

use crate::checkout::{
    ClaimQueue, Finisher, SettleParts, SettlementQueue, claim_queue, finish_placements,
    settlement_queue,
};
use crate::checkpoint::{Checkpoint, CheckpointObserver};
use crate::config::CheckoutConfig;
use crate::idempotency::InFlight;
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
    /// Checkout state that outlives a request.
    pub(crate) checkout: Checkout,
}

/// Checkout state that outlives a request.
pub(crate) struct Checkout {
    /// A separate small connection pool, so that buyers never wait behind readers.
    pub db: TenantDb,
    pub settings: CheckoutConfig,
    pub in_flight: InFlight,
    pub claims: ClaimQueue,
    pub settlements: SettlementQueue,
    observer: Arc<dyn CheckpointObserver>,
}

impl Checkout {
    /// Reports to the observer that the checkpoint is reached.
    pub async fn reached(&self, checkpoint: Checkpoint) {
        self.observer.reached(checkpoint).await;
    }
}

impl App {
    /// Builds the adapters and starts the queues of checkout.
    pub fn start(
        core: Core,
        settings: CheckoutConfig,
        stock: Arc<dyn Stock>,
        observer: Arc<dyn CheckpointObserver>,
    ) -> Result<Arc<Self>, StoreError> {
        let db = TenantDb::connect(&DatabaseConfig {
            max_connections: settings.connections,
            ..core.database.clone()
        })?;
        let payments = ScriptedProvider::new(core.db.clone(), Arc::clone(&core.clock));
        let (finisher, confirmed) = Finisher::channel();
        let settle_parts = SettleParts {
            core: core.clone(),
            db: db.clone(),
            observer: Arc::clone(&observer),
            finisher,
        };
        let checkout = Checkout {
            claims: claim_queue(&core, options("claims"), db.clone()),
            settlements: settlement_queue(options("settlements"), settle_parts),
            db,
            settings,
            in_flight: InFlight::default(),
            observer,
        };
        let app = Arc::new(Self {
            stock,
            payments: Arc::new(payments),
            checkout,
            core,
        });
        let finishing = finish_placements(Arc::clone(&app), confirmed);
        app.tasks.spawn("finish placements", finishing);
        Ok(app)
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
