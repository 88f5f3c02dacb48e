//! The process kit: what every process of the platform needs before its own features.
//!
//! In reading order: [`mod@settings`] (configuration, read once), [`telemetry`] (logs, metrics,
//! traces), [`log`] (errors in log lines), [`trace`] (trace id of a request), [`Deadline`] and the
//! table [`deadlines`], [`Tasks`] (background work that ends with the process), [`jobs`] (background
//! work at intervals), [`http`] (health, readiness, serving) and [`CommandQueue`] (a bounded queue
//! that is fair over its keys).
//!
//! This crate knows no feature and no outside system.

pub mod deadlines;
pub mod http;
pub mod jobs;
pub mod log;
pub mod settings;
pub mod telemetry;
pub mod trace;

mod clock;
mod command_queue;
mod deadline;
mod readiness;
mod secret;
mod signal;
mod tasks;

pub use clock::{Clock, SystemClock};
pub use command_queue::{CommandQueue, QueueError, QueueOptions};
pub use deadline::{Deadline, DeadlineOver};
pub use readiness::Readiness;
pub use secret::Secret;
pub use settings::{Settings, SettingsError};
pub use signal::shutdown_signal;
pub use tasks::Tasks;
pub use trace::TraceContext;
