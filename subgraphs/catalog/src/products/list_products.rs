//! The shop's products: filtered, sorted, page by page.

use database::page::{Page, PageRequest};
use database::{ReadSnapshot, StoreError};

use super::model::{Locales, ProductFilter, ProductKey, ProductSort};
use super::store::{self, ListedProduct};

/// Which part of which list.
#[derive(Debug, Clone)]
pub struct ListProducts {
    pub filter: ProductFilter,
    pub sort: ProductSort,
    pub page: PageRequest<ProductKey>,
}

/// One page, in the reader's language. Everybody may see the products of the shop.
pub async fn list_products(
    snapshot: &ReadSnapshot,
    locales: &Locales,
    query: &ListProducts,
) -> Result<Page<ListedProduct>, StoreError> {
    let mut db = snapshot.lock().await?;
    store::list_products(&mut db, &query.filter, query.sort, &query.page, locales).await
}

/// Products that the filter leaves.
pub async fn count_products(
    snapshot: &ReadSnapshot,
    filter: &ProductFilter,
) -> Result<i64, StoreError> {
    let mut db = snapshot.lock().await?;
    store::count_products(&mut db, filter).await
}
