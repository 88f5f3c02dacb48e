//! Batched loading: the keys that the resolvers of one request load one by one are read with one
//! statement.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;

use database::StoreError;

use crate::Failure;

/// Loads many values by key with one statement.
pub trait BatchLoad<K>: Send + Sync + 'static {
    /// The loaded value. Clones must be cheap: wrap large values in `Arc`.
    type Value: Clone + Send + Sync + 'static;

    /// Returns the values that exist, by key.
    fn load(
        &self,
        keys: &[K],
    ) -> impl Future<Output = Result<HashMap<K, Self::Value>, StoreError>> + Send;
}

type Loaded<V> = Result<Option<V>, Arc<StoreError>>;

/// The loader of one relation for one request: it batches keys and caches values.
pub struct Loader<K, B>
where
    K: Eq + Hash + Clone + Debug + Send + Sync + 'static,
    B: BatchLoad<K>,
{
    inner: dataloader::cached::Loader<K, Loaded<B::Value>, Batch<B>>,
}

struct Batch<B>(B);

impl<K, B> dataloader::BatchFn<K, Loaded<B::Value>> for Batch<B>
where
    K: Eq + Hash + Clone + Debug + Send + Sync + 'static,
    B: BatchLoad<K>,
{
    async fn load(&mut self, keys: &[K]) -> HashMap<K, Loaded<B::Value>> {
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

impl<K, B> Loader<K, B>
where
    K: Eq + Hash + Clone + Debug + Send + Sync + 'static,
    B: BatchLoad<K>,
{
    /// Creates a loader with an empty cache.
    pub fn new(batch: B) -> Self {
        Self {
            inner: dataloader::cached::Loader::new(Batch(batch)).with_max_batch_size(1_000),
        }
    }

    /// Loads one value; `None` when the key does not exist.
    pub async fn load(&self, key: K) -> Result<Option<B::Value>, Failure> {
        match self.inner.try_load(key).await {
            Ok(loaded) => loaded.map_err(Failure::from),
            // The batch function returns an entry for every key, so this error cannot occur.
            Err(missing) => Err(Failure::internal(missing)),
        }
    }

    /// Loads the values that exist, in the order of the keys.
    pub async fn load_many(&self, keys: Vec<K>) -> Result<Vec<B::Value>, Failure> {
        let mut loaded = self
            .inner
            .try_load_many(keys.clone())
            .await
            .map_err(Failure::internal)?;
        let mut values = Vec::with_capacity(keys.len());
        for key in &keys {
            if let Some(value) = loaded.remove(key).transpose()?.flatten() {
                values.push(value);
            }
        }
        Ok(values)
    }
}
