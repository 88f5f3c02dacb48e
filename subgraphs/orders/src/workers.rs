//! The workers of role `work`: relay, inbox consumers, retention, sweeper.

use std::sync::Arc;

use database::StoreError;
use event_contracts::queues;
use event_log::inbox::{self, Consumer, Inbox, InboxOptions};
use event_log::relay::{self, RelayOptions};
use event_log::retention;
use messaging::{Broker, Publisher};

use crate::app::App;
use crate::orders::on_customer_order_recorded;
use crate::{checkout, idempotency};

/// The consumers of this subgraph: queues, event types and handlers.
pub fn consumers() -> Vec<Consumer<App>> {
    vec![Consumer::new(
        queues::CUSTOMER_OF_GUEST,
        on_customer_order_recorded,
    )]
}

/// Starts all workers. They stop with the app's tasks.
pub fn start(app: &Arc<App>, broker: &Broker) {
    let options = RelayOptions {
        source: "/orders",
        queues: queues::QUEUES,
    };
    relay::run(
        app.platform.clone(),
        Publisher::new(broker),
        options,
        &app.tasks,
    );
    let inbox = Inbox {
        app: Arc::clone(app),
        log: app.log.clone(),
        db: app.db.clone(),
        platform: app.platform.clone(),
        broker: broker.clone(),
        options: InboxOptions::default(),
    };
    inbox::run(consumers(), inbox, &app.tasks);
    retention::run(app.platform.clone(), Arc::clone(&app.clock), &app.tasks);
    app.tasks
        .spawn("sweep placements", checkout::run_sweeper(Arc::clone(app)));
}

/// Runs one sweep over the sagas past their deadline. Returns the number of sagas that it claimed.
pub async fn sweep(app: &App) -> Result<usize, StoreError> {
    checkout::sweep_placements(app).await
}

/// Deletes idempotency keys that are older than two days. Returns the number of deleted keys.
pub async fn delete_old_keys(app: &App) -> Result<u64, StoreError> {
    idempotency::delete_old_keys(app).await
}
