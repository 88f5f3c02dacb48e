//! Readiness: whether this process accepts traffic.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Shared flag behind `/readyz`; starts as "not ready".
#[derive(Debug, Clone, Default)]
pub struct Readiness(Arc<State>);

#[derive(Debug, Default)]
struct State {
    ready: AtomicBool,
    last_probe: Mutex<Option<Instant>>,
}

impl Readiness {
    /// A flag that starts as "not ready".
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the flag.
    pub fn set_ready(&self, ready: bool) {
        self.0.ready.store(ready, Ordering::Release);
    }

    /// Reads the flag.
    pub fn is_ready(&self) -> bool {
        self.0.ready.load(Ordering::Acquire)
    }

    /// Reads the flag and records the time of the probe.
    pub(crate) fn probe(&self) -> bool {
        *self
            .0
            .last_probe
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        self.is_ready()
    }

    /// Whether a probe arrived within the last `span`.
    pub(crate) fn was_probed_within(&self, span: Duration) -> bool {
        self.0
            .last_probe
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_some_and(|at| at.elapsed() <= span)
    }
}
