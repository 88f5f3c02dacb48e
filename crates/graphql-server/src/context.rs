//! Typed access to the context of a request.

use std::sync::Arc;

use async_graphql::Context;
use database::ReadSnapshot;
use identity::Caller;
use service::Deadline;

use crate::Failure;

/// A value that every request should carry is missing: an error in the wiring.
#[derive(Debug, thiserror::Error)]
#[error("the request carries no {0}")]
struct NotProvided(&'static str);

/// Typed access to the context of a request.
pub trait ContextExt {
    /// The caller of the request.
    fn caller(&self) -> Result<&Arc<Caller>, Failure>;

    /// The read snapshot of the request.
    fn snapshot(&self) -> Result<&ReadSnapshot, Failure>;

    /// The deadline of the request.
    fn deadline(&self) -> Result<Deadline, Failure>;

    /// The adapters of the service, from the schema's data.
    fn app<App: Send + Sync + 'static>(&self) -> Result<&Arc<App>, Failure>;

    /// A loader, or another value that the subgraph put into the request's data.
    fn loader<L: Send + Sync + 'static>(&self) -> Result<&L, Failure>;
}

impl ContextExt for Context<'_> {
    fn caller(&self) -> Result<&Arc<Caller>, Failure> {
        find(self)
    }

    fn snapshot(&self) -> Result<&ReadSnapshot, Failure> {
        find(self)
    }

    fn deadline(&self) -> Result<Deadline, Failure> {
        find(self).copied()
    }

    fn app<App: Send + Sync + 'static>(&self) -> Result<&Arc<App>, Failure> {
        find(self)
    }

    fn loader<L: Send + Sync + 'static>(&self) -> Result<&L, Failure> {
        find(self)
    }
}

fn find<'c, T: Send + Sync + 'static>(ctx: &'c Context<'_>) -> Result<&'c T, Failure> {
    ctx.data_opt::<T>()
        .ok_or_else(|| Failure::internal(NotProvided(std::any::type_name::<T>())))
}
