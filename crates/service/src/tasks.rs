//! Background work that is named, traced and awaited at shutdown.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::task::AbortHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use crate::telemetry::catalogue;
use crate::trace;

/// The background tasks of one process. Clones share the same set.
///
/// Shutdown has two steps. [`Tasks::draining`] is cancelled when no new requests are accepted, so that
/// long-lived sockets close. [`Tasks::token`] is cancelled after the last request was answered, so that
/// loops and queues outlive the requests that depend on them.
#[derive(Debug, Clone, Default)]
pub struct Tasks(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    tracker: TaskTracker,
    draining: CancellationToken,
    stopping: CancellationToken,
}

impl Tasks {
    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs `work` in the background, in the trace of the caller if there is one. A panic is
    /// logged and counted and ends only this task. `name` is a constant: it becomes a log field.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the function to use instead"
    )]
    pub fn spawn<F>(&self, name: &'static str, work: F) -> AbortHandle
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let context = trace::current();
        let span = tracing::info_span!(
            parent: None,
            "task",
            task.name = name,
            trace.id = context.map(|context| context.trace_id_hex()),
        );
        let guarded = async move {
            if AssertUnwindSafe(work).catch_unwind().await.is_err() {
                metrics::counter!(catalogue::TASK_PANICS_TOTAL, "task" => name).increment(1);
                tracing::error!(task.name = name, "background task panicked");
            }
        };
        let tracked = self.0.tracker.track_future(guarded.instrument(span));
        let handle = match context {
            Some(context) => tokio::spawn(trace::scope(context, tracked)),
            None => tokio::spawn(tracked),
        };
        handle.abort_handle()
    }

    /// Cancelled when background work must end.
    pub fn token(&self) -> CancellationToken {
        self.0.stopping.clone()
    }

    /// Cancelled when the process accepts no more requests: sockets and streams close gracefully.
    pub fn draining(&self) -> CancellationToken {
        self.0.draining.clone()
    }

    /// Number of tasks that have not ended.
    pub fn running(&self) -> usize {
        self.0.tracker.len()
    }

    /// Cancels both tokens and waits for the tasks, at most `grace`. Returns whether all ended.
    pub async fn shutdown(&self, grace: Duration) -> bool {
        self.0.draining.cancel();
        self.0.stopping.cancel();
        self.0.tracker.close();
        let ended = tokio::time::timeout(grace, self.0.tracker.wait())
            .await
            .is_ok();
        if !ended {
            tracing::warn!(
                tasks = self.running(),
                "background tasks did not end in time"
            );
        }
        ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn shutdown_waits_for_tasks_that_observe_the_token() {
        let tasks = Tasks::new();
        let token = tasks.token();
        tasks.spawn("listener", async move { token.cancelled().await });

        assert!(tasks.shutdown(Duration::from_secs(1)).await);

        assert_eq!(tasks.running(), 0);
    }

    #[tokio::test]
    async fn shutdown_stops_waiting_for_tasks_that_ignore_the_token() {
        let tasks = Tasks::new();
        let stubborn = tasks.spawn("stubborn", std::future::pending());

        assert!(!tasks.shutdown(Duration::from_millis(20)).await);

        stubborn.abort();
    }

    #[tokio::test]
    async fn a_panic_ends_only_its_task() {
        let tasks = Tasks::new();
        tasks.spawn("panics", async { panic!("on purpose") });

        assert!(tasks.shutdown(Duration::from_secs(1)).await);
    }

    #[tokio::test]
    async fn a_task_keeps_the_trace_of_its_caller() {
        let tasks = Tasks::new();
        let context = trace::TraceContext::new_root();
        let (sender, receiver) = tokio::sync::oneshot::channel();

        trace::scope(context, async {
            tasks.spawn("traced", async move {
                sender.send(trace::current()).unwrap();
            });
        })
        .await;

        assert_eq!(receiver.await.unwrap(), Some(context));
    }
}
