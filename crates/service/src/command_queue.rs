//! A bounded queue in front of a small worker pool, fair over keys.
//!
//! Checkout uses it: a buyer prefers a wait of a second to a refusal, and many commands of one
//! tenant share one transaction. The key is the tenant. Keys are served round-robin: each turn takes
//! the next key and up to one batch of its jobs, so a busy tenant cannot starve a quiet one. One
//! worker at a time processes one key: batches of a key never wait for each other's row locks, and
//! while one batch runs, the next one grows.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::hash::Hash;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::telemetry::catalogue;
use crate::trace::TraceContext;
use crate::{Deadline, Tasks, trace};

/// Size and name of a queue.
#[derive(Debug, Clone, Copy)]
pub struct QueueOptions {
    /// Value of the label `queue` in metrics.
    pub name: &'static str,
    /// Jobs that may wait, over all keys. One key may take at most three quarters.
    pub capacity: usize,
    /// Batches that run at the same time.
    pub workers: usize,
    /// Largest number of jobs of one key that the handler gets at once.
    pub max_batch: usize,
}

/// Why a job got no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QueueError {
    /// The queue has no capacity left; the job was not started.
    #[error("queue is full")]
    Full,
    /// The deadline passed. The job may have been done if it had started.
    #[error("deadline exceeded")]
    DeadlineOver,
    /// The queue is shut down, or the handler failed. The job may have been done.
    #[error("queue is closed")]
    Closed,
}

/// Handle to a queue; clones share the queue.
pub struct CommandQueue<K, Job, Answer>(Arc<Inner<K, Job, Answer>>);

impl<K, Job, Answer> Clone for CommandQueue<K, Job, Answer> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K, Job, Answer> fmt::Debug for CommandQueue<K, Job, Answer> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommandQueue")
            .field("options", &self.0.options)
            .finish_non_exhaustive()
    }
}

struct Inner<K, Job, Answer> {
    options: QueueOptions,
    state: Mutex<State<K, Job, Answer>>,
    /// Wakes a worker when a key may have become ready.
    work: Notify,
}

struct State<K, Job, Answer> {
    /// Jobs by key. A key without jobs that is not busy has no entry.
    queues: HashMap<K, KeyQueue<Job, Answer>>,
    /// Keys that have jobs and no worker, in round-robin order.
    ready: VecDeque<K>,
    waiting: usize,
    closed: bool,
}

/// The jobs of one key.
struct KeyQueue<Job, Answer> {
    jobs: VecDeque<QueuedJob<Job, Answer>>,
    /// Whether a worker processes a batch of this key.
    busy: bool,
}

struct QueuedJob<Job, Answer> {
    job: Job,
    answer: oneshot::Sender<Answer>,
    enqueued_at: Instant,
    trace: Option<TraceContext>,
}

impl<K, Job, Answer> CommandQueue<K, Job, Answer>
where
    K: Clone + Eq + Hash + Send + 'static,
    Job: Send + 'static,
    Answer: Send + 'static,
{
    /// Starts the workers. `handler` gets jobs of one key in the order of submission and returns
    /// one answer per job, in the same order. After the shutdown of `tasks` the jobs that wait are still run.
    pub fn start<H>(tasks: &Tasks, options: QueueOptions, handler: H) -> Self
    where
        H: Fn(K, Vec<Job>) -> BoxFuture<'static, Vec<Answer>> + Send + Sync + 'static,
    {
        let queue = Self(Arc::new(Inner {
            options,
            state: Mutex::new(State {
                queues: HashMap::new(),
                ready: VecDeque::new(),
                waiting: 0,
                closed: false,
            }),
            work: Notify::new(),
        }));
        let handler = Arc::new(handler);
        for _ in 0..options.workers.max(1) {
            let worker = queue.clone();
            let handler = Arc::clone(&handler);
            tasks.spawn(options.name, async move { worker.work(&*handler).await });
        }
        let token = tasks.token();
        let closing = queue.clone();
        tasks.spawn(options.name, async move {
            token.cancelled().await;
            closing.lock().closed = true;
            for _ in 0..options.workers.max(1) {
                closing.0.work.notify_one();
            }
            closing.0.work.notify_waiters();
        });
        queue
    }

    /// Enqueues a job and waits for its answer, at most until `deadline`. A job that its submitter has
    /// abandoned before its turn is not started.
    pub async fn submit(&self, key: K, job: Job, deadline: Deadline) -> Result<Answer, QueueError> {
        let receiver = match self.enqueue(key, job) {
            Ok(receiver) => receiver,
            Err(error) => return Err(self.count_refusal(error)),
        };
        match deadline.run(receiver).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_sender_dropped)) => Err(self.count_refusal(QueueError::Closed)),
            Err(_over) => Err(self.count_refusal(QueueError::DeadlineOver)),
        }
    }

    /// Number of jobs that wait, over all keys.
    pub fn waiting(&self) -> usize {
        self.lock().waiting
    }

    fn count_refusal(&self, error: QueueError) -> QueueError {
        let reason = match error {
            QueueError::Full => "full",
            QueueError::DeadlineOver => "deadline",
            QueueError::Closed => "closed",
        };
        metrics::counter!(catalogue::QUEUE_REFUSED_TOTAL, "queue" => self.0.options.name, "reason" => reason)
            .increment(1);
        error
    }

    fn lock(&self) -> MutexGuard<'_, State<K, Job, Answer>> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enqueue(&self, key: K, job: Job) -> Result<oneshot::Receiver<Answer>, QueueError> {
        let capacity = self.0.options.capacity.max(1);
        let share = (capacity * 3 / 4).max(1);
        let (answer, receiver) = oneshot::channel();
        let mut state = self.lock();
        if state.closed {
            return Err(QueueError::Closed);
        }
        let queued = state.queues.get(&key).map_or(0, |queue| queue.jobs.len());
        if state.waiting >= capacity || queued >= share {
            return Err(QueueError::Full);
        }
        let queue = state.queues.entry(key.clone()).or_insert_with(|| KeyQueue {
            jobs: VecDeque::new(),
            busy: false,
        });
        queue.jobs.push_back(QueuedJob {
            job,
            answer,
            enqueued_at: Instant::now(),
            trace: trace::current(),
        });
        let becomes_ready = !queue.busy && queue.jobs.len() == 1;
        state.waiting += 1;
        self.record_waiting(state.waiting);
        if becomes_ready {
            state.ready.push_back(key);
            drop(state);
            self.0.work.notify_one();
        }
        Ok(receiver)
    }

    fn record_waiting(&self, waiting: usize) {
        let waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
        metrics::gauge!(catalogue::QUEUE_WAITING, "queue" => self.0.options.name).set(waiting);
    }

    async fn work<H>(&self, handler: &H)
    where
        H: Fn(K, Vec<Job>) -> BoxFuture<'static, Vec<Answer>> + Send + Sync + 'static,
    {
        loop {
            let notified = self.0.work.notified();
            match self.next_batch() {
                Next::Batch(key, batch) => {
                    let guard = KeyGuard {
                        queue: self,
                        key: Some(key.clone()),
                    };
                    self.run(handler, key, batch).await;
                    drop(guard);
                }
                Next::Nothing => notified.await,
                Next::Closed => return,
            }
        }
    }

    /// Takes the next ready key and up to one batch of its jobs; skips jobs whose submitter has left.
    fn next_batch(&self) -> Next<K, Job, Answer> {
        let mut state = self.lock();
        let state = &mut *state;
        while let Some(key) = state.ready.pop_front() {
            let Some(queue) = state.queues.get_mut(&key) else {
                continue;
            };
            let mut batch = Vec::new();
            while batch.len() < self.0.options.max_batch.max(1) {
                let Some(queued) = queue.jobs.pop_front() else {
                    break;
                };
                state.waiting -= 1;
                if !queued.answer.is_closed() {
                    batch.push(queued);
                }
            }
            self.record_waiting(state.waiting);
            if batch.is_empty() {
                if queue.jobs.is_empty() {
                    state.queues.remove(&key);
                } else {
                    state.ready.push_back(key);
                }
                continue;
            }
            queue.busy = true;
            if !state.ready.is_empty() {
                // `Notify` stores one wake-up for any number of keys, so each worker wakes the next.
                self.0.work.notify_one();
            }
            return Next::Batch(key, batch);
        }
        if state.closed {
            Next::Closed
        } else {
            Next::Nothing
        }
    }

    async fn run<H>(&self, handler: &H, key: K, batch: Vec<QueuedJob<Job, Answer>>)
    where
        H: Fn(K, Vec<Job>) -> BoxFuture<'static, Vec<Answer>> + Send + Sync + 'static,
    {
        let name = self.0.options.name;
        let size = u32::try_from(batch.len()).unwrap_or(u32::MAX);
        metrics::histogram!(catalogue::QUEUE_BATCH_JOBS, "queue" => name).record(size);
        let first_trace = batch.iter().find_map(|queued| queued.trace);
        let mut jobs = Vec::with_capacity(batch.len());
        let mut senders = Vec::with_capacity(batch.len());
        for queued in batch {
            let waited = queued.enqueued_at.elapsed().as_secs_f64() * 1_000.0;
            metrics::histogram!(catalogue::QUEUE_WAIT_MS, "queue" => name).record(waited);
            jobs.push(queued.job);
            senders.push(queued.answer);
        }
        // The call is inside `catch_unwind` too: the handler may panic before it returns its future.
        let work = AssertUnwindSafe(async { handler(key, jobs).await }).catch_unwind();
        let answers = match first_trace {
            Some(context) => {
                let span = tracing::info_span!("queue.batch", queue = name, trace.id = %context.trace_id_hex());
                trace::scope_in(context, span, work).await
            }
            None => {
                work.instrument(tracing::info_span!("queue.batch", queue = name))
                    .await
            }
        };
        let Ok(answers) = answers else {
            tracing::error!(queue = name, "command queue handler panicked");
            return;
        };
        if answers.len() != senders.len() {
            tracing::error!(
                queue = name,
                "command queue handler returned a wrong number of answers"
            );
            return;
        }
        for (sender, answer) in senders.into_iter().zip(answers) {
            if sender.send(answer).is_err() {
                tracing::debug!(queue = name, "submitter left before the answer");
            }
        }
    }

    fn release(&self, key: K) {
        let mut state = self.lock();
        let Some(queue) = state.queues.get_mut(&key) else {
            return;
        };
        queue.busy = false;
        if queue.jobs.is_empty() {
            state.queues.remove(&key);
        } else {
            state.ready.push_back(key);
            drop(state);
            self.0.work.notify_one();
        }
    }
}

enum Next<K, Job, Answer> {
    Batch(K, Vec<QueuedJob<Job, Answer>>),
    Nothing,
    Closed,
}

/// Releases the key when dropped, also when the worker is aborted during a batch.
struct KeyGuard<'a, K, Job, Answer>
where
    K: Clone + Eq + Hash + Send + 'static,
    Job: Send + 'static,
    Answer: Send + 'static,
{
    queue: &'a CommandQueue<K, Job, Answer>,
    key: Option<K>,
}

impl<K, Job, Answer> Drop for KeyGuard<'_, K, Job, Answer>
where
    K: Clone + Eq + Hash + Send + 'static,
    Job: Send + 'static,
    Answer: Send + 'static,
{
    fn drop(&mut self) {
        if let Some(key) = self.key.take() {
            self.queue.release(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use futures_util::future::join_all;
    use tokio::sync::Semaphore;

    use super::*;

    const OPTIONS: QueueOptions = QueueOptions {
        name: "sample",
        capacity: 8,
        workers: 2,
        max_batch: 4,
    };

    fn soon() -> Deadline {
        Deadline::after(Duration::from_secs(5))
    }

    #[tokio::test]
    async fn every_job_gets_its_own_answer() {
        let tasks = Tasks::new();
        let options = QueueOptions {
            capacity: 1_000,
            workers: 4,
            max_batch: 16,
            ..OPTIONS
        };
        let queue = CommandQueue::start(&tasks, options, |key: u32, jobs: Vec<u32>| {
            Box::pin(async move {
                tokio::task::yield_now().await;
                jobs.into_iter().map(|job| key * 1_000 + job).collect()
            })
        });

        let answers = join_all((0..300).map(|n| {
            let queue = queue.clone();
            async move { queue.submit(n % 3, n, soon()).await }
        }))
        .await;

        for (n, answer) in (0..300).zip(answers) {
            assert_eq!(answer, Ok((n % 3) * 1_000 + n));
        }
        assert!(tasks.shutdown(Duration::from_secs(1)).await);
    }

    #[tokio::test]
    async fn one_worker_at_a_time_processes_a_key_in_batches() {
        let tasks = Tasks::new();
        let running = Arc::new(AtomicUsize::new(0));
        let batches = Arc::new(AtomicUsize::new(0));
        let (seen_running, seen_batches) = (Arc::clone(&running), Arc::clone(&batches));
        let options = QueueOptions {
            capacity: 100,
            workers: 4,
            max_batch: 50,
            ..OPTIONS
        };
        let queue = CommandQueue::start(&tasks, options, move |_key: u8, jobs: Vec<u32>| {
            let (running, batches) = (Arc::clone(&seen_running), Arc::clone(&seen_batches));
            Box::pin(async move {
                assert_eq!(running.fetch_add(1, Ordering::SeqCst), 0);
                batches.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(20)).await;
                running.fetch_sub(1, Ordering::SeqCst);
                jobs
            })
        });

        let answers = join_all((0..50).map(|n| {
            let queue = queue.clone();
            async move { queue.submit(1, n, soon()).await }
        }))
        .await;

        assert!(answers.into_iter().all(|answer| answer.is_ok()));
        assert!(batches.load(Ordering::SeqCst) <= 3);
    }

    #[tokio::test]
    async fn a_quiet_key_does_not_wait_for_a_busy_one() {
        let tasks = Tasks::new();
        let order = Arc::new(Mutex::new(Vec::new()));
        let gate = Arc::new(Semaphore::new(0));
        let (seen, opened) = (Arc::clone(&order), Arc::clone(&gate));
        let options = QueueOptions {
            capacity: 100,
            workers: 1,
            max_batch: 2,
            ..OPTIONS
        };
        let queue =
            CommandQueue::start(&tasks, options, move |key: &'static str, jobs: Vec<u32>| {
                let (seen, opened) = (Arc::clone(&seen), Arc::clone(&opened));
                Box::pin(async move {
                    opened.acquire().await.unwrap().forget();
                    seen.lock().unwrap().push(key);
                    jobs
                })
            });
        let busy = (0..10).map(|n| queue.submit("busy", n, soon()));
        let quiet = async {
            tokio::task::yield_now().await;
            queue.submit("quiet", 0, soon()).await
        };
        let opening = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            gate.add_permits(100);
        };

        let (_, answer, ()) = tokio::join!(join_all(busy), quiet, opening);

        assert_eq!(answer, Ok(0));
        let order = order.lock().unwrap();
        let position = order.iter().position(|key| *key == "quiet").unwrap();
        assert!(position <= 2, "{order:?}");
    }

    #[tokio::test]
    async fn refuses_when_full_and_fails_at_the_deadline() {
        let tasks = Tasks::new();
        let started = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&started);
        let options = QueueOptions {
            capacity: 4,
            workers: 1,
            max_batch: 1,
            ..OPTIONS
        };
        let queue = CommandQueue::start(&tasks, options, move |_key: u8, jobs: Vec<u32>| {
            counted.fetch_add(1, Ordering::SeqCst);
            Box::pin(async move {
                tokio::time::sleep(Duration::from_millis(300)).await;
                jobs
            })
        });
        let short = Deadline::after(Duration::from_millis(100));

        let answers = join_all((0..6).map(|n| {
            let queue = queue.clone();
            async move { queue.submit(0, n, short).await }
        }))
        .await;
        tokio::time::sleep(Duration::from_millis(400)).await;

        let full = answers
            .iter()
            .filter(|a| **a == Err(QueueError::Full))
            .count();
        let over = answers
            .iter()
            .filter(|a| **a == Err(QueueError::DeadlineOver))
            .count();
        assert!(full >= 2, "{answers:?}");
        assert_eq!(full + over, 6, "{answers:?}");
        assert_eq!(
            started.load(Ordering::SeqCst),
            1,
            "abandoned jobs are not started"
        );
        assert_eq!(queue.waiting(), 0);
    }

    #[tokio::test]
    async fn a_panic_in_the_handler_fails_only_its_batch() {
        let tasks = Tasks::new();
        let queue = CommandQueue::start(&tasks, OPTIONS, |_key: u8, jobs: Vec<u32>| {
            Box::pin(async move {
                assert!(!jobs.contains(&13), "on purpose");
                jobs
            })
        });

        assert_eq!(queue.submit(0, 13, soon()).await, Err(QueueError::Closed));
        assert_eq!(queue.submit(0, 14, soon()).await, Ok(14));
    }

    #[tokio::test]
    async fn shutdown_still_runs_the_waiting_jobs() {
        let tasks = Tasks::new();
        let options = QueueOptions {
            workers: 1,
            max_batch: 1,
            ..OPTIONS
        };
        let queue = CommandQueue::start(&tasks, options, |_key: u8, jobs: Vec<u32>| {
            Box::pin(async move {
                tokio::time::sleep(Duration::from_millis(20)).await;
                jobs
            })
        });
        let jobs = (0..4).map(|n| queue.submit(0, n, soon()));
        let stop = async {
            tokio::time::sleep(Duration::from_millis(10)).await;
            tasks.shutdown(Duration::from_secs(2)).await
        };

        let (answers, ended) = tokio::join!(join_all(jobs), stop);

        assert!(answers.into_iter().all(|answer| answer.is_ok()));
        assert!(ended);
        assert_eq!(queue.submit(0, 1, soon()).await, Err(QueueError::Closed));
    }
}
