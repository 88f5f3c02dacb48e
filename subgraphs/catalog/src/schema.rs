//! The schema: what the features offer, merged.

use std::sync::Arc;

use async_graphql::{Data, MergedObject, MergedSubscription, Schema, SchemaBuilder};
use database::ReadSnapshot;
use graphql_server::{Loader, export_sdl};
use identity::Caller;
use service::Tasks;

use crate::app::App;
use crate::inventory::{
    AdjustQueue, StockMutations, StockQueries, StockSubscriptions, WarehouseById,
    start_adjust_queue,
};
use crate::products::{
    Locales, ProductById, ProductBySlug, ProductQueries, Reader, VariantById, VariantsByProduct,
};

/// Root fields of all features.
#[derive(MergedObject, Default)]
pub struct Query(ProductQueries, StockQueries);

/// Mutations of all features.
#[derive(MergedObject, Default)]
pub struct Mutation(StockMutations);

/// Subscriptions of all features.
#[derive(MergedSubscription, Default)]
pub struct Subscription(StockSubscriptions);

/// The schema of this subgraph.
pub type CatalogSchema = Schema<Query, Mutation, Subscription>;

/// The schema over these adapters. Its commands run as background tasks.
pub fn build(app: &Arc<App>, tasks: &Tasks) -> CatalogSchema {
    over(app, start_adjust_queue(tasks, app)).finish()
}

/// The same over a queue that runs, to be finished.
pub fn over(
    app: &Arc<App>,
    adjustments: AdjustQueue,
) -> SchemaBuilder<Query, Mutation, Subscription> {
    builder().data(adjustments).data(Arc::clone(app))
}

/// The schema as text, as composition reads it. It needs no adapters.
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

/// Gives a request the loaders of all features.
pub fn add_loaders(caller: &Arc<Caller>, snapshot: &ReadSnapshot, data: &mut Data) {
    let locales = Arc::new(Locales {
        reader: caller.tenant.locale.clone(),
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
