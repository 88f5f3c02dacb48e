//! The roots of the GraphQL schema: those of all features, merged.

use async_graphql::{Data, MergedObject, MergedSubscription};
use database::ReadSnapshot;
use graphql_server::Loader;

use crate::checkout::graphql::CheckoutMutations;
use crate::orders::graphql::{
    OrderEventQueries, OrderEventSubscriptions, OrderMutations, OrderQueries,
};
use crate::orders::{CustomerOrderCounts, CustomerOrders, OrderLinesOfOrders, OrdersById};

/// Queries of all features.
#[derive(MergedObject, Default)]
pub struct Query(OrderQueries, OrderEventQueries);

/// Mutations of all features.
#[derive(MergedObject, Default)]
pub struct Mutation(CheckoutMutations, OrderMutations);

/// Subscriptions of all features.
#[derive(MergedSubscription, Default)]
pub struct Subscription(OrderEventSubscriptions);

/// Adds the loaders of all features to the data of a request.
pub fn add_loaders(snapshot: &ReadSnapshot, data: &mut Data) {
    data.insert(Loader::new(OrdersById(snapshot.clone())));
    data.insert(Loader::new(OrderLinesOfOrders(snapshot.clone())));
    data.insert(Loader::new(CustomerOrders(snapshot.clone())));
    data.insert(Loader::new(CustomerOrderCounts(snapshot.clone())));
}
