//! What a resolver may ask of its request.

use std::sync::Arc;

use async_graphql::Context;
use database::ReadSnapshot;
use identity::Caller;
use service::Deadline;

use crate::Failure;

/// Something that every request carries is not there: a fault of the wiring.
#[derive(Debug, thiserror::Error)]
#[error("the request carries no {0}")]
struct NotProvided(&'static str);

/// Typed access to the context of a request.
pub trait ContextExt {
    /// Who asks.
    fn caller(&self) -> Result<&Arc<Caller>, Failure>;

    /// What this request reads.
    fn snapshot(&self) -> Result<&ReadSnapshot, Failure>;

    /// When nobody waits any more.
    fn deadline(&self) -> Result<Deadline, Failure>;

    /// The adapters of the service, as put into the schema's data.
    fn app<App: Send + Sync + 'static>(&self) -> Result<&Arc<App>, Failure>;

    /// A loader, or anything else that the subgraph put into the request's data.
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
