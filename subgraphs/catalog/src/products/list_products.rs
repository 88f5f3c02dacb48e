//! Lists the tenant's products: filtered, sorted, paged.

use database::page::{Page, PageRequest};
use database::{ReadSnapshot, StoreError};

use super::model::{Locales, ProductFilter, ProductKey, ProductSort};
use super::store::{self, ListedProduct};

/// Query for one page of a list.
#[derive(Debug, Clone)]
pub struct ListProducts {
    pub filter: ProductFilter,
    pub sort: ProductSort,
    pub page: PageRequest<ProductKey>,
}

/// One page, in the caller's language. Needs no permission: products are public.
pub async fn list_products(
    snapshot: &ReadSnapshot,
    locales: &Locales,
    query: &ListProducts,
) -> Result<Page<ListedProduct>, StoreError> {
    let mut db = snapshot.lock().await?;
    store::list_products(&mut db, &query.filter, query.sort, &query.page, locales).await
}

/// Number of products that match the filter.
pub async fn count_products(
    snapshot: ReadSnapshot,
    filter: ProductFilter,
) -> Result<i64, StoreError> {
    store::count_products(&mut snapshot.lock().await?, &filter).await
}
