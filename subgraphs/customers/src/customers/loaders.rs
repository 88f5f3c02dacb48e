//! Batched loads of customers.

use std::collections::HashMap;

use database::{ReadSnapshot, StoreError};
use graphql_server::{BatchLoad, Loader};
use ids::CustomerId;

use super::model::Customer;
use super::store;

/// Loads customers of the request's tenant. Permission must be checked before: [`Customer::is_visible_to`].
pub type CustomerLoader = Loader<CustomerId, CustomersById>;

/// A loader for one request.
pub fn customer_loader(snapshot: ReadSnapshot) -> CustomerLoader {
    Loader::new(CustomersById { snapshot })
}

/// The batch function of the loader.
pub struct CustomersById {
    snapshot: ReadSnapshot,
}

impl BatchLoad<CustomerId> for CustomersById {
    type Value = Customer;

    async fn load(&self, keys: &[CustomerId]) -> Result<HashMap<CustomerId, Customer>, StoreError> {
        store::load_customers_by_ids(&mut self.snapshot.lock().await?, keys).await
    }
}
