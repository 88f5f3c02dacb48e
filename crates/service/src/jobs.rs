//! Scheduled jobs of a process.

use std::error::Error;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::Instant;

use crate::telemetry::catalogue;
use crate::{Clock as _, Deadline, DeadlineOver, SystemClock, Tasks};

/// Limit of the random delay before the first run, so that jobs run soon after a start.
const MAX_INITIAL_DELAY: Duration = Duration::from_secs(10);
/// A run may take the whole interval, and at least this long, unless the job says otherwise.
const MIN_DEADLINE: Duration = Duration::from_mins(1);

/// Name, interval and deadline of a job.
#[derive(Debug, Clone, Copy)]
pub struct Every {
    name: &'static str,
    interval: Duration,
    deadline: Option<Duration>,
}

impl Every {
    /// A job that runs once per interval.
    pub const fn interval(interval: Duration) -> Self {
        Self {
            name: "job",
            interval,
            deadline: None,
        }
    }

    /// A job that runs once in so many minutes.
    pub const fn minutes(minutes: u64) -> Self {
        Self::interval(Duration::from_mins(minutes))
    }

    /// A job that runs once in so many hours.
    pub const fn hours(hours: u64) -> Self {
        Self::interval(Duration::from_hours(hours))
    }

    /// Names the job: the name of its task in the log, and its label in metrics.
    #[must_use]
    pub const fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// Limits the time of one run.
    #[must_use]
    pub const fn within(self, deadline: Duration) -> Self {
        Self {
            deadline: Some(deadline),
            ..self
        }
    }
}

/// Why a run failed.
pub type JobError = Box<dyn Error + Send + Sync>;

/// A job that runs at an interval. Every process runs its jobs, so a job must tolerate other runs at the same time;
/// its intervals differ by up to a tenth, so that processes which started together do not run it together. The wait
/// begins when a run has ended: a run that took too long is not made up for. A run that is not done at its deadline is
/// dropped, a failed run is logged, and the next run retries.
pub struct Job {
    every: Every,
    run: Box<dyn Fn() -> BoxFuture<'static, Result<u64, JobError>> + Send + Sync>,
}

impl Job {
    /// Creates a job. A run returns the number of items that it processed.
    pub fn new<F, R>(every: Every, run: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<u64, JobError>> + Send + 'static,
    {
        Self {
            every,
            run: Box::new(move || Box::pin(run())),
        }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.every.name
    }

    /// Starts to run the job in the background, until shutdown. A run in progress is finished.
    pub fn start(self, tasks: &Tasks) {
        let stopping = tasks.token();
        tasks.spawn(self.every.name, async move {
            let mut delay = self.initial_delay();
            loop {
                tokio::select! {
                    () = stopping.cancelled() => return,
                    () = tokio::time::sleep(delay) => {}
                }
                if let Err(error) = self.run_now().await {
                    tracing::warn!(
                        task.name = self.every.name,
                        error = %crate::log::chain(&*error),
                        "scheduled job failed"
                    );
                }
                delay = self.next_delay();
            }
        });
    }

    /// Runs the job once, within its deadline. Returns the number of items that it processed.
    pub async fn run_now(&self) -> Result<u64, JobError> {
        let name = self.every.name;
        let started = Instant::now();
        let limit = self.every.deadline;
        let limit = limit.unwrap_or(self.every.interval.max(MIN_DEADLINE));
        let deadline = Deadline::after(limit);
        let ended = deadline.run((self.run)()).await;
        let elapsed = started.elapsed().as_secs_f64() * 1e3;
        let outcome = match &ended {
            Ok(Ok(_)) => "done",
            Ok(Err(_)) => "failed",
            Err(DeadlineOver) => "deadline_exceeded",
        };
        metrics::counter!(catalogue::JOB_RUNS_TOTAL, "job" => name, "outcome" => outcome)
            .increment(1);
        metrics::histogram!(catalogue::JOB_MS, "job" => name).record(elapsed);
        let items = ended??;
        let now = u32::try_from(SystemClock.now().timestamp()).unwrap_or(u32::MAX);
        metrics::gauge!(catalogue::JOB_LAST_SUCCESS, "job" => name).set(now);
        tracing::debug!(
            task.name = name,
            items,
            duration_ms = elapsed,
            "scheduled job done"
        );
        Ok(items)
    }

    fn initial_delay(&self) -> Duration {
        let limit = self.every.interval.min(MAX_INITIAL_DELAY);
        limit.mul_f64(rand::random())
    }

    fn next_delay(&self) -> Duration {
        self.every.interval.mul_f64(rand::random_range(0.9..=1.1))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    const SAMPLE: Every = Every::interval(Duration::from_millis(20)).named("sample");

    fn counting(runs: &Arc<AtomicU64>, fails: bool) -> Job {
        let runs = Arc::clone(runs);
        Job::new(SAMPLE, move || {
            let run = runs.fetch_add(1, Ordering::Relaxed) + 1;
            async move {
                if fails {
                    Err("no luck".into())
                } else {
                    Ok(run)
                }
            }
        })
    }

    async fn wait_for(runs: &AtomicU64, wanted: u64) {
        let reached = async {
            while runs.load(Ordering::Relaxed) < wanted {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(5), reached)
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn runs_at_its_interval_until_shutdown() {
        let (runs, tasks) = (Arc::new(AtomicU64::new(0)), Tasks::new());
        counting(&runs, false).start(&tasks);

        wait_for(&runs, 3).await;

        assert!(tasks.shutdown(Duration::from_secs(1)).await);
    }

    #[tokio::test]
    async fn a_failed_run_is_followed_by_the_next() {
        let (runs, tasks) = (Arc::new(AtomicU64::new(0)), Tasks::new());
        counting(&runs, true).start(&tasks);

        wait_for(&runs, 2).await;

        assert!(tasks.shutdown(Duration::from_secs(1)).await);
    }

    #[tokio::test]
    async fn a_run_on_demand_returns_its_result() {
        let runs = Arc::new(AtomicU64::new(4));

        assert_eq!(counting(&runs, false).run_now().await.unwrap(), 5);
        let error = counting(&runs, true).run_now().await.unwrap_err();

        assert_eq!(error.to_string(), "no luck");
    }

    #[tokio::test]
    async fn a_run_ends_at_its_deadline() {
        let every = SAMPLE.within(Duration::from_millis(10));
        let job = Job::new(every, std::future::pending);

        let error = job.run_now().await.unwrap_err();

        assert_eq!(error.to_string(), "deadline exceeded");
    }

    #[test]
    fn the_interval_varies_by_a_tenth() {
        let job = Job::new(Every::minutes(10), std::future::pending);

        for _ in 0..100 {
            assert!(job.initial_delay() <= MAX_INITIAL_DELAY);
            let next = job.next_delay();
            assert!((540..=660).contains(&next.as_secs()), "{next:?}");
        }
    }
}
