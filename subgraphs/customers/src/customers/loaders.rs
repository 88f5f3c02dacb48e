//! Batched loads of customers.

use std::collections::HashMap;

use database::{ReadSnapshot, StoreError};
use graphql_server::BatchLoad;
use ids::CustomerId;

use super::model::Customer;
use super::store;

/// Customers by id. Permission must be checked before: [`Customer::is_visible_to`].
pub struct CustomersById(pub ReadSnapshot);

impl BatchLoad for CustomersById {
    type Key = CustomerId;
    type Value = Customer;

    async fn load(&self, keys: &[CustomerId]) -> Result<HashMap<CustomerId, Customer>, StoreError> {
        store::load_customers_by_ids(&mut self.0.lock().await?, keys).await
    }
}
