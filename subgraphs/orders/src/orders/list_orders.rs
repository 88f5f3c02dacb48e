//! Lists orders. Staff see the tenant's orders, a customer their own.

use database::page::{Page, PageRequest};
use database::{ReadSnapshot, StoreError};
use identity::{Caller, Denied};

use super::access::OrderAccess;
use super::model::{Order, OrderFilter, OrderKey};
use super::store;

/// Restricts a filter to the orders that the caller may see.
pub fn restrict_filter(caller: &Caller, mut filter: OrderFilter) -> Result<OrderFilter, Denied> {
    filter.customer = match OrderAccess::require(caller)? {
        OrderAccess::Own(customer) => Some(customer),
        OrderAccess::Tenant | OrderAccess::Nothing => None,
    };
    Ok(filter)
}

/// Reads a page. The filter must come from [`restrict_filter`].
pub async fn list_orders(
    snapshot: &ReadSnapshot,
    filter: &OrderFilter,
    page: &PageRequest<OrderKey>,
) -> Result<Page<Order>, StoreError> {
    store::list_orders(&mut snapshot.lock().await?, filter, page).await
}

/// Counts the orders that the filter matches. The filter must come from [`restrict_filter`].
pub async fn count_orders(snapshot: ReadSnapshot, filter: OrderFilter) -> Result<i64, StoreError> {
    store::count_orders(&mut snapshot.lock().await?, &filter).await
}
