//! Batched reads of products and variants. Each loader lives for one request and reads its snapshot.

use std::collections::HashMap;
use std::sync::Arc;

use database::{ReadSnapshot, StoreError};
use graphql_server::BatchLoad;
use ids::{ProductId, VariantId};

use super::model::{Locales, Product, Variant};
use super::store;

/// Snapshot and locales that every loader of a request reads with.
#[derive(Clone)]
pub struct Reader {
    pub snapshot: ReadSnapshot,
    pub locales: Arc<Locales>,
}

/// Products by id.
pub struct ProductById(pub Reader);

/// Products by slug.
pub struct ProductBySlug(pub Reader);

/// Variants by id.
pub struct VariantById(pub Reader);

/// The variants of products, in the tenant's order. A product without variants is absent.
pub struct VariantsByProduct(pub Reader);

impl BatchLoad for ProductById {
    type Key = ProductId;
    type Value = Arc<Product>;

    async fn load(&self, ids: &[ProductId]) -> Result<HashMap<ProductId, Self::Value>, StoreError> {
        let mut db = self.0.snapshot.lock().await?;
        store::load_products_by_ids(&mut db, ids, &self.0.locales).await
    }
}

impl BatchLoad for ProductBySlug {
    type Key = String;
    type Value = Arc<Product>;

    async fn load(&self, slugs: &[String]) -> Result<HashMap<String, Self::Value>, StoreError> {
        let mut db = self.0.snapshot.lock().await?;
        store::load_products_by_slugs(&mut db, slugs, &self.0.locales).await
    }
}

impl BatchLoad for VariantById {
    type Key = VariantId;
    type Value = Arc<Variant>;

    async fn load(&self, ids: &[VariantId]) -> Result<HashMap<VariantId, Self::Value>, StoreError> {
        let mut db = self.0.snapshot.lock().await?;
        store::load_variants_by_ids(&mut db, ids, &self.0.locales).await
    }
}

impl BatchLoad for VariantsByProduct {
    type Key = ProductId;
    type Value = Arc<[Arc<Variant>]>;

    async fn load(&self, ids: &[ProductId]) -> Result<HashMap<ProductId, Self::Value>, StoreError> {
        let mut db = self.0.snapshot.lock().await?;
        store::load_variants_by_product_ids(&mut db, ids, &self.0.locales).await
    }
}
