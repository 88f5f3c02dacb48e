//! Typed access to the context of a request.

use std::sync::Arc;

use async_graphql::Context;
use database::ReadSnapshot;
use identity::Caller;
use service::Deadline;

use crate::{BatchLoad, Failure, Loader};

/// A value that every request should carry is missing: an error in the wiring.
#[derive(Debug, thiserror::Error)]
#[error("the request carries no {0}")]
struct NotProvided(&'static str);

/// A row refers to an entity that does not exist. A foreign key, or that entities are never deleted, prevents it.
#[derive(Debug, thiserror::Error)]
#[error("{key} does not exist, although it is referred to")]
struct DanglingReference {
    key: String,
}

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

    /// Another value that the subgraph put into the data of the schema or of the request.
    fn provided<T: Send + Sync + 'static>(&self) -> Result<&T, Failure>;

    /// The request's loader that reads with `B`.
    fn loader<B: BatchLoad>(&self) -> Result<&Loader<B>, Failure>;

    /// Loads one value, together with the other keys of the request; `None` when the key does not exist.
    fn load<B: BatchLoad>(
        &self,
        key: B::Key,
    ) -> impl Future<Output = Result<Option<B::Value>, Failure>> + Send;

    /// As `load`, for a key that a row refers to: when it does not exist, that is our failure.
    fn load_existing<B: BatchLoad>(
        &self,
        key: B::Key,
    ) -> impl Future<Output = Result<B::Value, Failure>> + Send;
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

    fn provided<T: Send + Sync + 'static>(&self) -> Result<&T, Failure> {
        find(self)
    }

    fn loader<B: BatchLoad>(&self) -> Result<&Loader<B>, Failure> {
        find(self)
    }

    async fn load<B: BatchLoad>(&self, key: B::Key) -> Result<Option<B::Value>, Failure> {
        self.loader::<B>()?.load(key).await
    }

    async fn load_existing<B: BatchLoad>(&self, key: B::Key) -> Result<B::Value, Failure> {
        let found = self.load::<B>(key.clone()).await?;
        found.ok_or_else(|| {
            let key = format!("{key:?}");
            Failure::internal(DanglingReference { key })
        })
    }
}

fn find<'c, T: Send + Sync + 'static>(ctx: &'c Context<'_>) -> Result<&'c T, Failure> {
    ctx.data_opt::<T>()
        .ok_or_else(|| Failure::internal(NotProvided(std::any::type_name::<T>())))
}
