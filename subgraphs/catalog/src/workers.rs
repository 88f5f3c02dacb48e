//! Background work of role `work`: the relay and scheduled jobs. Catalog consumes no events yet.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use event_contracts::queues::QUEUES;
use event_log::relay::{self, RelayOptions};
use messaging::{Broker, Publisher};
use service::Tasks;
use tokio::time::{MissedTickBehavior, interval};

use crate::app::App;
use crate::config::HoldsConfig;

pub use crate::inventory::{expire_holds, forget_idempotency_keys};

/// Interval between deletions of old idempotency keys.
const FORGET_INTERVAL: Duration = Duration::from_mins(10);

/// Starts the relay, the retention of events and the scheduled jobs as background tasks.
pub fn start(app: &Arc<App>, broker: &Broker, holds: HoldsConfig, tasks: &Tasks) {
    let options = RelayOptions {
        source: "/catalog",
        queues: QUEUES,
    };
    relay::run(app.platform.clone(), Publisher::new(broker), options, tasks);
    event_log::retention::run(app.platform.clone(), Arc::clone(&app.clock), tasks);
    let worker = Arc::clone(app);
    schedule(tasks, "expire_holds", holds.expiry_interval, move || {
        let app = Arc::clone(&worker);
        async move { expire_holds(&app).await.map(drop) }
    });
    let worker = Arc::clone(app);
    schedule(
        tasks,
        "forget_idempotency_keys",
        FORGET_INTERVAL,
        move || {
            let app = Arc::clone(&worker);
            async move { forget_idempotency_keys(&app).await.map(drop) }
        },
    );
}

/// Runs a job at an interval until shutdown. A failed run is logged; the next run retries.
fn schedule<F, E>(
    tasks: &Tasks,
    name: &'static str,
    every: Duration,
    job: impl Fn() -> F + Send + 'static,
) where
    F: Future<Output = Result<(), E>> + Send,
    E: Error,
{
    let stopping = tasks.token();
    tasks.spawn(name, async move {
        let mut ticks = interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stopping.cancelled() => return,
                _ = ticks.tick() => {}
            }
            if let Err(error) = job().await {
                tracing::warn!(
                    task.name = name,
                    error = %service::log::chain(&error),
                    "scheduled job failed"
                );
            }
        }
    });
}
