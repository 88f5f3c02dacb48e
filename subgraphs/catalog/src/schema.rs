//! The GraphQL schema, merged from the root fields of all features.

use std::sync::Arc;

use async_graphql::{Data, MergedObject, MergedSubscription, Schema, SchemaBuilder};
use database::ReadSnapshot;
use graphql_server::events::EventReader;
use graphql_server::{Loader, export_sdl};
use identity::Caller;
use service::Tasks;

use crate::app::App;
use crate::inventory::{
    AdjustQueue, StockEventQueries, StockEventSubscriptions, StockMutations, WarehouseById,
    start_adjust_queue,
};
use crate::products::{
    Locales, ProductById, ProductBySlug, ProductQueries, Reader, VariantById, VariantsByProduct,
};

/// Root fields of all features.
#[derive(MergedObject, Default)]
pub struct Query(ProductQueries, StockEventQueries);

/// Mutations of all features.
#[derive(MergedObject, Default)]
pub struct Mutation(StockMutations);

/// Subscriptions of all features.
#[derive(MergedSubscription, Default)]
pub struct Subscription(StockEventSubscriptions);

/// The schema of this subgraph.
pub type CatalogSchema = Schema<Query, Mutation, Subscription>;

/// Builds the schema with these adapters; starts the queue of adjustments as background tasks.
pub fn build(app: &Arc<App>, tasks: &Tasks) -> CatalogSchema {
    over(app, start_adjust_queue(tasks, app)).finish()
}

/// Schema builder with these adapters and a running queue; the caller calls `finish`.
pub fn over(
    app: &Arc<App>,
    adjustments: AdjustQueue,
) -> SchemaBuilder<Query, Mutation, Subscription> {
    let events = EventReader {
        db: app.db.clone(),
        followers: app.followers.clone(),
        cursor_keys: app.cursor_keys.clone(),
    };
    builder()
        .data(events)
        .data(adjustments)
        .data(Arc::clone(app))
}

/// The schema as SDL, for composition. Needs no adapters.
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

/// Adds the loaders of all features to a request.
pub fn add_loaders(caller: &Arc<Caller>, snapshot: &ReadSnapshot, data: &mut Data) {
    let locales = Arc::new(Locales {
        caller: caller.tenant.locale.clone(),
        default: caller.tenant.default_locale.clone(),
    });
    let reader = Reader {
        snapshot: snapshot.clone(),
        locales: Arc::clone(&locales),
    };
    data.insert(locales);
    data.insert(Loader::new(ProductById(reader.clone())));
    data.insert(Loader::new(ProductBySlug(reader.clone())));
    data.insert(Loader::new(VariantById(reader.clone())));
    data.insert(Loader::new(VariantsByProduct(reader.clone())));
    data.insert(Loader::new(WarehouseById(reader)));
}
