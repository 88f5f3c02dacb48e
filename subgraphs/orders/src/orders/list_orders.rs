//! The list of orders: staff see the shop's, a customer their own.

use database::page::{Page, PageRequest};
use database::{ReadSnapshot, StoreError};
use identity::{Caller, Denied};

use super::access::OrderAccess;
use super::model::{Order, OrderFilter, OrderKey};
use super::store;

/// Narrows a filter to what the caller may see.
pub fn visible(caller: &Caller, mut filter: OrderFilter) -> Result<OrderFilter, Denied> {
    filter.customer = match OrderAccess::require(caller)? {
        OrderAccess::Own(customer) => Some(customer),
        OrderAccess::Shop | OrderAccess::Nothing => None,
    };
    Ok(filter)
}

/// A page of the list that [`visible`] has narrowed.
pub async fn list_orders(
    snapshot: &ReadSnapshot,
    filter: &OrderFilter,
    page: &PageRequest<OrderKey>,
) -> Result<Page<Order>, StoreError> {
    store::list_orders(&mut snapshot.lock().await?, filter, page).await
}

/// How many orders the list has altogether.
pub async fn count_orders(
    snapshot: &ReadSnapshot,
    filter: &OrderFilter,
) -> Result<i64, StoreError> {
    store::count_orders(&mut snapshot.lock().await?, filter).await
}
