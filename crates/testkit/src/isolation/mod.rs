//! The isolation table of a subgraph: one test function for every way in, compared with its schema and its internal
//! routes, and executed.

mod event_log;
mod evidence;
mod surface;

#[cfg(test)]
mod tests;

use std::any::Any;
use std::collections::BTreeSet;
use std::num::NonZero;
use std::thread::available_parallelism;

use futures_util::{StreamExt, stream};
use tokio::runtime;
use tokio::task::spawn_blocking;

pub use event_log::EventLogIsolation;
pub use evidence::{Answer, Evidence};

type Case = Box<dyn FnOnce() -> Evidence + Send>;

/// Cases by what they cover: `Query.order`, `Mutation.cancelOrder`, `Subscription.orderEvents`, `entity Order`,
/// `POST /internal/feed`.
pub struct IsolationTable {
    surface: BTreeSet<String>,
    cases: Vec<(&'static str, Case)>,
    exempt: Vec<(&'static str, &'static str)>,
}

impl IsolationTable {
    /// The table of the subgraph with this schema that answers internal calls at these paths.
    pub fn new(sdl: &str, internal_paths: &[&str]) -> Self {
        Self {
            surface: surface::of(sdl, internal_paths),
            cases: Vec::new(),
            exempt: Vec::new(),
        }
    }

    /// Adds the case of `name`.
    #[must_use]
    pub fn case<Run, Running>(mut self, name: &'static str, case: Run) -> Self
    where
        Run: FnOnce() -> Running + Send + 'static,
        Running: Future<Output = Evidence>,
    {
        self.cases.push((name, Box::new(|| execute(case()))));
        self
    }

    /// Exempts what answers without any tenant's data. The reason is for the reader of the table.
    #[must_use]
    pub fn without_tenant_data(mut self, name: &'static str, reason: &'static str) -> Self {
        self.exempt.push((name, reason));
        self
    }

    /// Fails unless the names are exactly those of the subgraph and every case proves isolation. Reports all faults.
    /// As many cases run at once as tests would.
    pub async fn check(self) {
        let at_once = available_parallelism().map_or(1, NonZero::get);
        let mut faults = self.faults_of_names();
        let running = stream::iter(self.cases).map(|(name, case)| async move {
            let fault = fault_of(case).await?;
            Some(format!("{name}: {fault}"))
        });
        let failed: Vec<_> = running.buffer_unordered(at_once).collect().await;
        faults.extend(failed.into_iter().flatten());
        assert!(
            faults.is_empty(),
            "tenant isolation is not proved:\n{}",
            faults.join("\n")
        );
    }

    fn faults_of_names(&self) -> Vec<String> {
        let cases = self.cases.iter().map(|(name, _)| *name);
        let exempt = self.exempt.iter().map(|(name, _)| *name);
        let mut uncovered = self.surface.clone();
        let mut faults = Vec::new();
        for name in cases.chain(exempt) {
            if !self.surface.contains(name) {
                faults.push(format!("{name}: the subgraph has no such thing"));
            } else if !uncovered.remove(name) {
                faults.push(format!("{name}: is in the table twice"));
            }
        }
        faults.extend(uncovered.iter().map(|name| format!("{name}: has no case")));
        faults
    }
}

/// What is wrong with a case, a panic included.
async fn fault_of(case: Case) -> Option<String> {
    match spawn_blocking(case).await {
        Ok(evidence) => evidence.fault(),
        Err(panic) => Some(message(panic.into_panic().as_ref())),
    }
}

/// Runs a case as `#[tokio::test]` does: on its own thread, so that no other case's work uses up its time-outs, and on
/// its own runtime, which ends its background tasks.
fn execute(case: impl Future<Output = Evidence>) -> Evidence {
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime starts").block_on(case)
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "panicked".to_owned())
}
