//! The background work of role `work`: relay, consumers, scheduled jobs.

use std::ops::Deref;
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use database::StoreError;
use event_contracts::queues::QUEUES;
use event_log::inbox::{self, Consumer, Inbox, InboxOptions};
use event_log::relay::{self, RelayOptions};
use event_log::retention;
use messaging::{Broker, Publisher};
use service::jobs::{Every, Job, JobError};

use crate::{Core, Subgraph};

/// A function that runs one round of a job and returns the number of items that it processed. Every `async fn(&App)`
/// of that kind is one.
pub trait JobRun<'a, App: 'a>: Fn(&'a App) -> Self::Round {
    /// One round.
    type Round: Future<Output = Result<Self::Items, StoreError>> + Send + 'a;
    /// Number of items.
    type Items: TryInto<u64>;
}

impl<'a, App, F, R, N> JobRun<'a, App> for F
where
    App: 'a,
    F: Fn(&'a App) -> R,
    R: Future<Output = Result<N, StoreError>> + Send + 'a,
    N: TryInto<u64>,
{
    type Round = R;
    type Items = N;
}

/// The consumers and jobs of a subgraph.
pub struct Work<App> {
    app: Arc<App>,
    consumers: Vec<Consumer<App>>,
    jobs: Vec<Job>,
}

impl<App> Work<App>
where
    App: Deref<Target = Core> + Send + Sync + 'static,
{
    /// The work of a subgraph; nothing runs yet.
    pub fn of<S: Subgraph<App = App>>(app: &Arc<App>) -> Self {
        let mut work = Self {
            app: Arc::clone(app),
            consumers: Vec::new(),
            jobs: Vec::new(),
        };
        work.every(Every::hours(1).named("event_log.retention"), trim_log);
        S::work(&mut work);
        work
    }

    /// The adapters, for intervals that are settings and for handlers.
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Adds a consumer of events.
    pub fn consume(&mut self, consumer: Consumer<App>) {
        self.consumers.push(consumer);
    }

    /// Adds a job. Every process runs it, so it must tolerate other runs at the same time.
    pub fn every<F>(&mut self, every: Every, run: F)
    where
        F: for<'a> JobRun<'a, App> + Clone + Send + Sync + 'static,
    {
        let app = Arc::clone(&self.app);
        self.jobs.push(Job::new(every, move || {
            let (app, run) = (Arc::clone(&app), run.clone());
            async move {
                let items = run(&app).await.map_err(JobError::from)?;
                Ok(items.try_into().unwrap_or(u64::MAX))
            }
        }));
    }

    /// The consumers, for tests.
    pub fn consumers(&self) -> &[Consumer<App>] {
        &self.consumers
    }

    /// Starts relay, consumers and jobs as background tasks.
    pub(crate) fn start(self, event_source: &'static str, broker: &Broker) {
        let core: &Core = &self.app;
        let options = RelayOptions {
            source: event_source,
            queues: QUEUES,
        };
        let publisher = Publisher::new(broker);
        relay::run(core.platform.clone(), publisher, options, &core.tasks);
        let inbox = Inbox {
            app: Arc::clone(&self.app),
            log: core.log.clone(),
            db: core.db.clone(),
            platform: core.platform.clone(),
            broker: broker.clone(),
            options: InboxOptions::default(),
        };
        inbox::run(self.consumers, inbox, &core.tasks);
        for job in self.jobs {
            job.start(&core.tasks);
        }
    }
}

/// Runs a job of a subgraph once, for tests. Returns the number of items that it processed.
pub async fn run_job<S: Subgraph>(app: &Arc<S::App>, name: &str) -> Result<u64> {
    let work = Work::of::<S>(app);
    let job = work.jobs.iter().find(|job| job.name() == name);
    let job = job.with_context(|| format!("there is no job {name}"))?;
    job.run_now().await.map_err(|error| anyhow!(error))
}

/// Removes events and inbox rows whose retention is over.
async fn trim_log(core: &impl Deref<Target = Core>) -> Result<u64, StoreError> {
    retention::trim_old(&core.platform, core.now()).await
}
