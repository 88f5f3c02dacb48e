//! Batched loading: what the resolvers of one request ask for one by one is read with one statement.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;

use database::StoreError;

use crate::Failure;

/// Reads many things by key with one statement.
pub trait BatchLoad<K>: Send + Sync + 'static {
    /// What is found. Clones must be cheap: wrap big values in `Arc`.
    type Value: Clone + Send + Sync + 'static;

    /// The things that exist; the others are absent.
    fn load(
        &self,
        keys: &[K],
    ) -> impl Future<Output = Result<HashMap<K, Self::Value>, StoreError>> + Send;
}

type Loaded<V> = Result<Option<V>, Arc<StoreError>>;

/// The loader of one relation, for one request: it batches and remembers.
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
    /// A loader without anything remembered.
    pub fn new(batch: B) -> Self {
        Self {
            inner: dataloader::cached::Loader::new(Batch(batch)).with_max_batch_size(1_000),
        }
    }

    /// The thing, or `None` when there is none.
    pub async fn load(&self, key: K) -> Result<Option<B::Value>, Failure> {
        match self.inner.try_load(key).await {
            Ok(loaded) => loaded.map_err(Failure::from),
            // The batch function answers every key, so the loader always finds an entry.
            Err(missing) => Err(Failure::internal(missing)),
        }
    }

    /// The things that exist, in the order of the keys.
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
