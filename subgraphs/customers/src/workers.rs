//! Background jobs of role `work`.

use std::sync::Arc;

use database::StoreError;
use event_contracts::queues;
use event_log::inbox::{self, Consumer, Inbox, InboxOptions};
use event_log::relay::{self, RelayOptions};
use event_log::retention;
use messaging::{Broker, BrokerConfig, Publisher};
use service::Tasks;

use crate::accounts;
use crate::app::App;
use crate::customers::on_order_placed;

/// Connects to the broker, retrying until it is available, and starts all jobs.
pub fn start(app: &Arc<App>, broker: &BrokerConfig, tasks: &Tasks) {
    let broker = Broker::connect(broker, "customers work", tasks);
    let options = RelayOptions {
        source: "/customers",
        queues: queues::QUEUES,
    };
    relay::run(
        app.platform.clone(),
        Publisher::new(&broker),
        options,
        tasks,
    );
    let inbox = Inbox {
        app: Arc::clone(app),
        log: app.log.clone(),
        db: app.db.clone(),
        platform: app.platform.clone(),
        broker,
        options: InboxOptions::default(),
    };
    inbox::run(consumers(), inbox, tasks);
    retention::run(app.platform.clone(), Arc::clone(&app.clock), tasks);
    accounts::run_removal(app, tasks);
}

/// Removes sessions and tickets whose retention is over, once. Returns the number of rows removed.
pub async fn remove_old_sessions(app: &App) -> Result<u64, StoreError> {
    accounts::remove_old_sessions(app).await
}

/// The consumers of this subgraph: queue, event types, handler.
pub fn consumers() -> Vec<Consumer<App>> {
    vec![Consumer::new(queues::ORDER_HISTORY, on_order_placed)]
}
