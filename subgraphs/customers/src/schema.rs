//! The schema: what the features offer, merged.

use std::sync::Arc;

use async_graphql::{Data, EmptySubscription, MergedObject, Schema, SchemaBuilder};
use database::ReadSnapshot;
use graphql_server::export_sdl;
use identity::Caller;

use crate::accounts::{AccountMutations, AccountQueries, staff_loader};
use crate::app::App;
use crate::customers::{CustomerQueries, customer_loader};
use crate::tenants::{TenantQueries, tenant_loader};

/// Root fields of all features.
#[derive(MergedObject, Default)]
pub struct Query(TenantQueries, AccountQueries, CustomerQueries);

/// Mutations of all features.
#[derive(MergedObject, Default)]
pub struct Mutation(AccountMutations);

/// The schema of this subgraph.
pub type CustomersSchema = Schema<Query, Mutation, EmptySubscription>;

/// The schema over these adapters.
pub fn build(app: Arc<App>) -> CustomersSchema {
    builder().data(app).finish()
}

/// The schema as text, as composition reads it. It needs no adapters.
pub fn sdl() -> String {
    export_sdl(&builder().finish())
}

fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .enable_federation()
        .disable_suggestions()
}

/// Gives a request the loaders of all features.
pub fn add_loaders(_caller: &Arc<Caller>, snapshot: &ReadSnapshot, data: &mut Data) {
    data.insert(tenant_loader(snapshot.clone()));
    data.insert(staff_loader(snapshot.clone()));
    data.insert(customer_loader(snapshot.clone()));
}
