//! What role `work` runs: relay, consumers, schedules.

use std::sync::Arc;

use database::StoreError;
use event_log::inbox::{self, Consumer, Inbox, InboxOptions};
use event_log::relay::{self, RelayOptions};
use event_log::retention;
use messaging::{Broker, Publisher};

use crate::app::App;
use crate::orders::OnCustomerOrderRecorded;
use crate::{checkout, idempotency};

/// The events that this subgraph consumes, and what handles them.
pub fn consumers() -> Vec<Consumer> {
    vec![Consumer {
        name: "orders.customer_of_guest",
        queue: "orders.customer_of_guest",
        event_types: &[event_contracts::customers::CUSTOMER_ORDER_RECORDED],
        handler: Arc::new(OnCustomerOrderRecorded),
    }]
}

/// Starts everything; it ends with the app's tasks.
pub fn start(app: &Arc<App>, broker: &Broker) {
    let options = RelayOptions {
        source: "/orders",
        exchange_of: event_contracts::exchange_of,
        has_consumer: event_contracts::has_consumer,
    };
    relay::run(
        app.platform.clone(),
        Publisher::new(broker),
        options,
        &app.tasks,
    );
    let inbox = Inbox {
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

/// One sweep of what checkout left open. Returns how many sagas were taken.
pub async fn sweep(app: &App) -> Result<usize, StoreError> {
    checkout::sweep_placements(app).await
}

/// Removes idempotency keys that are older than two days. Returns how many.
pub async fn forget_old_keys(app: &App) -> Result<u64, StoreError> {
    idempotency::forget_old_keys(app).await
}
