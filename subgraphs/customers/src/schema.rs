//! The roots of the GraphQL schema: those of all features, merged.

use async_graphql::{Data, EmptySubscription, MergedObject};
use database::ReadSnapshot;

use crate::accounts::{AccountMutations, AccountQueries, staff_loader};
use crate::customers::{CustomerQueries, customer_loader};
use crate::tenants::{TenantQueries, tenant_loader};

/// Root fields of all features.
#[derive(MergedObject, Default)]
pub struct Query(TenantQueries, AccountQueries, CustomerQueries);

/// Mutations of all features.
#[derive(MergedObject, Default)]
pub struct Mutation(AccountMutations);

/// This subgraph has no subscriptions.
pub type Subscription = EmptySubscription;

/// Adds the loaders of all features to a request.
pub fn add_loaders(snapshot: &ReadSnapshot, data: &mut Data) {
    data.insert(tenant_loader(snapshot.clone()));
    data.insert(staff_loader(snapshot.clone()));
    data.insert(customer_loader(snapshot.clone()));
}
