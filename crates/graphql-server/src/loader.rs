//! Batched loading: the keys that the resolvers of one request load one by one are read with one
//! statement.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;

use database::StoreError;

use crate::Failure;

/// Loads many values by key with one statement.
pub trait BatchLoad: Send + Sync + 'static {
    /// What a value is loaded by.
    type Key: Eq + Hash + Clone + Debug + Send + Sync + 'static;
    /// The loaded value. Clones must be cheap: wrap large values in `Arc`.
    type Value: Clone + Send + Sync + 'static;

    /// Returns the values that exist, by key.
    fn load(
        &self,
        keys: &[Self::Key],
    ) -> impl Future<Output = Result<HashMap<Self::Key, Self::Value>, StoreError>> + Send;
}

type Loaded<V> = Result<Option<V>, Arc<StoreError>>;

/// The loader of one relation for one request: it batches keys and caches values.
pub struct Loader<B: BatchLoad> {
    inner: dataloader::cached::Loader<B::Key, Loaded<B::Value>, Batch<B>>,
}

struct Batch<B>(B);

impl<B: BatchLoad> dataloader::BatchFn<B::Key, Loaded<B::Value>> for Batch<B> {
    async fn load(&mut self, keys: &[B::Key]) -> HashMap<B::Key, Loaded<B::Value>> {
        match self.0.load(keys).await {
            Ok(mut found) => keys
                .iter()
                .map(|key| (key.clone(), Ok(found.remove(key))))
                .collect(),
            Err(error) => {
                let error = Arc::new(error);
                keys.iter()
                    .map(|key| (key.clone(), Err(Arc::clone(&error))))
                    .collect()
            }
        }
    }
}

impl<B: BatchLoad> Clone for Loader<B> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
        }
    }
}

impl<B: BatchLoad> Loader<B> {
    /// Creates a loader with an empty cache.
    pub fn new(batch: B) -> Self {
        Self {
            inner: dataloader::cached::Loader::new(Batch(batch)).with_max_batch_size(1_000),
        }
    }

    /// Loads one value; `None` when the key does not exist.
    pub async fn load(&self, key: B::Key) -> Result<Option<B::Value>, Failure> {
        match self.inner.try_load(key).await {
            Ok(loaded) => loaded.map_err(Failure::from),
            // The batch function returns an entry for every key, so this error cannot occur.
            Err(missing) => Err(Failure::internal(missing)),
        }
    }

    /// Loads many values into the cache with one statement.
    pub async fn load_many(&self, keys: Vec<B::Key>) -> Result<(), Failure> {
        let loaded = self.inner.try_load_many(keys).await;
        drop(loaded.map_err(Failure::internal)?);
        Ok(())
    }
}
