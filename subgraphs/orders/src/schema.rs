//! The GraphQL schema: the root types of all features, merged.

use std::sync::Arc;

use async_graphql::{Data, MergedObject, MergedSubscription, Schema, SchemaBuilder};
use database::ReadSnapshot;
use graphql_server::events::EventReader;
use graphql_server::{Loader, export_sdl};
use identity::Caller;

use crate::app::App;
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

/// The schema of this subgraph.
pub type OrdersSchema = Schema<Query, Mutation, Subscription>;

/// Builds the executable schema on the given adapters.
pub fn build(app: Arc<App>) -> OrdersSchema {
    over(app).finish()
}

/// The builder of the same schema, for further configuration.
pub fn over(app: Arc<App>) -> SchemaBuilder<Query, Mutation, Subscription> {
    let events = EventReader {
        db: app.db.clone(),
        followers: app.followers.clone(),
        cursor_keys: app.cursor_keys.clone(),
    };
    builder().data(events).data(app)
}

/// The schema as SDL, in the form that composition reads. Needs no adapters.
pub fn sdl() -> String {
    export_sdl(&builder().finish())
}

fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(
        Query::default(),
        Mutation::default(),
        Subscription::default(),
    )
    .enable_federation()
    .enable_subscription_in_federation()
    .disable_suggestions()
}

/// Adds the loaders of all features to the data of a request.
pub fn add_loaders(_caller: &Arc<Caller>, snapshot: &ReadSnapshot, data: &mut Data) {
    data.insert(Loader::new(OrdersById(snapshot.clone())));
    data.insert(Loader::new(OrderLinesOfOrders(snapshot.clone())));
    data.insert(Loader::new(CustomerOrders(snapshot.clone())));
    data.insert(Loader::new(CustomerOrderCounts(snapshot.clone())));
}
