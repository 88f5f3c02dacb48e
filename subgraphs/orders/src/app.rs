//! The adapters of the service, built from the configuration or by tests.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use database::{DatabaseConfig, PlatformDb, StoreError, TenantDb};
use event_log::cursor::CursorKeys;
use event_log::{EventLog, Followers};
use identity::{InternalTokenVerifier, KeyRing, ServiceName, ServiceTokenVerifier};
use ids::IdGenerator;
use service::{Clock, QueueOptions, Tasks};

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
    /// Connection pool of reads and of commands outside checkout.
    pub db: TenantDb,
    /// Connection pool of work across tenants.
    pub platform: PlatformDb,
    /// Clock of the service.
    pub clock: Arc<dyn Clock>,
    /// Id generator.
    pub ids: Arc<dyn IdGenerator>,
    /// Port to prices and stock, which catalog owns.
    pub stock: Arc<dyn Stock>,
    /// Port to the provider of card payments.
    pub payments: Arc<dyn PaymentProvider>,
    /// Keys that sign and verify cursors of the event log.
    pub cursor_keys: CursorKeys,
    /// Commits changes with their events.
    pub log: EventLog,
    /// Notifies the subscriptions of this process when the event log grows.
    pub followers: Followers,
    /// Verifies the identity token of a federated request.
    pub identity: Arc<InternalTokenVerifier>,
    /// Verifies the service token of an internal call.
    pub services: Arc<ServiceTokenVerifier>,
    /// Background tasks of this process.
    pub tasks: Tasks,
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

/// Inputs of [`App::start`].
pub struct AppParts {
    /// Addresses of the database.
    pub database: DatabaseConfig,
    /// Time-outs and sizes of checkout.
    pub checkout: CheckoutConfig,
    /// Clock of the service.
    pub clock: Arc<dyn Clock>,
    /// Id generator.
    pub ids: Arc<dyn IdGenerator>,
    /// Port to prices and stock.
    pub stock: Arc<dyn Stock>,
    /// Keys that sign and verify cursors of the event log.
    pub cursor_keys: CursorKeys,
    /// The private key of this service and the public keys of the other services.
    pub keys: Arc<KeyRing>,
    /// Observer of the checkpoints that placements reach.
    pub observer: Arc<dyn CheckpointObserver>,
    /// Background tasks of this process.
    pub tasks: Tasks,
}

impl App {
    /// Builds the adapters and starts the queues of checkout.
    pub fn start(parts: AppParts) -> Result<Arc<Self>, StoreError> {
        let AppParts {
            database,
            checkout: settings,
            clock,
            ids,
            stock,
            ..
        } = parts;
        let AppParts {
            cursor_keys,
            keys,
            observer,
            tasks,
            ..
        } = parts;
        let db = TenantDb::connect(&database)?;
        let platform = PlatformDb::connect(&database)?;
        let checkout_database = DatabaseConfig {
            max_connections: settings.connections,
            ..database
        };
        let checkout_db = TenantDb::connect(&checkout_database)?;
        let log = EventLog::start(&platform, Arc::clone(&ids), &tasks);
        let followers = Followers::start(&platform, &tasks);
        let payments = Arc::new(ScriptedProvider::new(db.clone(), Arc::clone(&clock)));
        let (finisher, confirmed) = Finisher::channel();
        let settle_parts = SettleParts {
            db: checkout_db.clone(),
            clock: Arc::clone(&clock),
            log: log.clone(),
            observer: Arc::clone(&observer),
            finisher,
        };
        let checkout = Checkout {
            claims: claim_queue(
                &tasks,
                options("claims"),
                checkout_db.clone(),
                Arc::clone(&clock),
            ),
            settlements: settlement_queue(&tasks, options("settlements"), settle_parts),
            db: checkout_db,
            settings,
            in_flight: InFlight::default(),
            observer,
        };
        let app = Arc::new(Self {
            db,
            platform,
            clock,
            ids,
            stock,
            payments,
            cursor_keys,
            log,
            followers,
            identity: Arc::new(InternalTokenVerifier::new(Arc::clone(&keys))),
            services: Arc::new(ServiceTokenVerifier::new(keys, ServiceName::Orders)),
            tasks: tasks.clone(),
            checkout,
        });
        tasks.spawn(
            "finish placements",
            finish_placements(Arc::clone(&app), confirmed),
        );
        Ok(app)
    }

    /// The current time, with the precision that the database stores.
    pub fn now(&self) -> DateTime<Utc> {
        stored_now(&*self.clock)
    }
}

/// The current time in microseconds, the precision of `timestamptz`.
pub(crate) fn stored_now(clock: &dyn Clock) -> DateTime<Utc> {
    clock.now().trunc_subsecs(6)
}

fn options(name: &'static str) -> QueueOptions {
    QueueOptions {
        name,
        capacity: QUEUE_CAPACITY,
        workers: QUEUE_WORKERS,
        max_batch: QUEUE_BATCH,
    }
}
