//! The roots of the GraphQL schema: those of all features, merged.

use std::sync::Arc;

use async_graphql::{Data, MergedObject, MergedSubscription};
use database::ReadSnapshot;
use graphql_server::Loader;
use identity::Caller;

use crate::inventory::{StockEventQueries, StockEventSubscriptions, StockMutations, WarehouseById};
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
