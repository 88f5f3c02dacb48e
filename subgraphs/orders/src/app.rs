//! The adapters of the service, built from configuration or by tests.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use database::{DatabaseConfig, PlatformDb, StoreError, TenantDb};
use event_log::cursor::CursorKeys;
use event_log::{Followers, Waker};
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

/// Placements that may wait in one queue, over all shops.
const QUEUE_CAPACITY: usize = 4_096;
/// Batches of one queue that run at the same time, each of another shop.
const QUEUE_WORKERS: usize = 2;
/// Placements of one transaction.
const QUEUE_BATCH: usize = 64;

/// Adapters and nothing else: operations are free functions that take what they use.
pub struct App {
    /// Reads, and commands that are not checkout's.
    pub db: TenantDb,
    /// Work that crosses shops.
    pub platform: PlatformDb,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes ids.
    pub ids: Arc<dyn IdGenerator>,
    /// Prices and stock: catalog.
    pub stock: Arc<dyn Stock>,
    /// Card payments.
    pub payments: Arc<dyn PaymentProvider>,
    /// Signs and checks positions in the event log.
    pub cursor_keys: CursorKeys,
    /// Wakes the relay after a commit.
    pub waker: Waker,
    /// Tells subscriptions of this process when the log has grown.
    pub followers: Followers,
    /// Checks who a federated request is for.
    pub identity: Arc<InternalTokenVerifier>,
    /// Checks who makes an internal call.
    pub services: Arc<ServiceTokenVerifier>,
    /// Background work of this process.
    pub tasks: Tasks,
    /// What checkout keeps between requests.
    pub(crate) checkout: Checkout,
}

/// What checkout keeps between requests.
pub(crate) struct Checkout {
    /// A small pool of its own, so that buyers never wait behind readers.
    pub db: TenantDb,
    pub settings: CheckoutConfig,
    pub in_flight: InFlight,
    pub claims: ClaimQueue,
    pub settlements: SettlementQueue,
    observer: Arc<dyn CheckpointObserver>,
}

impl Checkout {
    /// Tells the observer that a place between two steps is reached.
    pub async fn reached(&self, checkpoint: Checkpoint) {
        self.observer.reached(checkpoint).await;
    }
}

/// What an [`App`] is built of.
pub struct AppParts {
    /// Where the database is.
    pub database: DatabaseConfig,
    /// Times and sizes of checkout.
    pub checkout: CheckoutConfig,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes ids.
    pub ids: Arc<dyn IdGenerator>,
    /// Prices and stock.
    pub stock: Arc<dyn Stock>,
    /// Signs and checks positions in the event log.
    pub cursor_keys: CursorKeys,
    /// Our private key and the public keys of the others.
    pub keys: Arc<KeyRing>,
    /// Hears how far placements get.
    pub observer: Arc<dyn CheckpointObserver>,
    /// Background work of this process.
    pub tasks: Tasks,
}

impl App {
    /// Builds the adapters and starts checkout's queues.
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
        let own = DatabaseConfig {
            max_connections: settings.connections,
            ..database
        };
        let checkout_db = TenantDb::connect(&own)?;
        let waker = Waker::start(&platform, &tasks);
        let followers = Followers::start(&platform, &tasks);
        let payments = Arc::new(ScriptedProvider::new(db.clone(), Arc::clone(&clock)));
        let (finisher, confirmed) = Finisher::channel();
        let settle_parts = SettleParts {
            db: checkout_db.clone(),
            clock: Arc::clone(&clock),
            ids: Arc::clone(&ids),
            waker: waker.clone(),
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
            waker,
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

    /// The present instant, as precise as the database stores it.
    pub fn now(&self) -> DateTime<Utc> {
        stored_now(&*self.clock)
    }
}

/// The present instant in microseconds, which is what `timestamptz` keeps.
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
