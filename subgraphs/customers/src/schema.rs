//! The roots of the GraphQL schema: those of all features, merged.

use async_graphql::{Data, EmptySubscription, MergedObject};
use database::ReadSnapshot;
use graphql_server::Loader;

use crate::accounts::{AccountMutations, AccountQueries, StaffMembersById};
use crate::customers::{CustomerQueries, CustomersById};
use crate::tenants::{OwnTenant, TenantQueries};

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
    data.insert(Loader::new(OwnTenant(snapshot.clone())));
    data.insert(Loader::new(StaffMembersById(snapshot.clone())));
    data.insert(Loader::new(CustomersById(snapshot.clone())));
}
