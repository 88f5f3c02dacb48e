//! Counters of SQL statements: per process for metrics, per request for the request's summary line.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use service::telemetry::catalogue;

static EXECUTED: AtomicU64 = AtomicU64::new(0);

tokio::task_local! {
    static CURRENT: Arc<Tally>;
}

/// Statements of one request and the time spent in them.
#[derive(Debug, Default)]
pub struct Tally {
    statements: AtomicU64,
    micros: AtomicU64,
}

impl Tally {
    /// Number of statements, without `BEGIN` and `COMMIT`.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Time from sending each statement to its last row, summed up.
    pub fn elapsed(&self) -> Duration {
        Duration::from_micros(self.micros.load(Ordering::Relaxed))
    }
}

/// Runs a request and counts the statements that it executes on the same task.
pub async fn counted<F: Future>(request: F) -> (F::Output, Arc<Tally>) {
    let tally = Arc::new(Tally::default());
    let output = CURRENT.scope(Arc::clone(&tally), request).await;
    (output, tally)
}

/// Number of statements that this process has executed since its start.
pub fn executed() -> u64 {
    EXECUTED.load(Ordering::Relaxed)
}

/// Measures a statement from its start until the timer is dropped.
#[derive(Debug)]
pub(crate) struct Timer(Instant);

impl Timer {
    pub(crate) fn start() -> Self {
        EXECUTED.fetch_add(1, Ordering::Relaxed);
        metrics::counter!(catalogue::DB_STATEMENTS_TOTAL).increment(1);
        // Outside a request there is no tally.
        CURRENT
            .try_with(|tally| tally.statements.fetch_add(1, Ordering::Relaxed))
            .ok();
        Self(Instant::now())
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        let micros = u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX);
        // Outside a request there is no tally.
        CURRENT
            .try_with(|tally| tally.micros.fetch_add(micros, Ordering::Relaxed))
            .ok();
    }
}
