//! The GraphQL schema: the merged root objects of all features.

use std::sync::Arc;

use async_graphql::{Data, EmptySubscription, MergedObject, Schema, SchemaBuilder};
use database::ReadSnapshot;
use graphql_server::{Loader, export_sdl};
use identity::Caller;

use crate::accounts::{AccountMutations, AccountQueries, StaffMembersById};
use crate::app::App;
use crate::customers::{CustomerQueries, CustomersById};
use crate::tenants::{OwnTenant, TenantQueries};

/// Root fields of all features.
#[derive(MergedObject, Default)]
pub struct Query(TenantQueries, AccountQueries, CustomerQueries);

/// Mutations of all features.
#[derive(MergedObject, Default)]
pub struct Mutation(AccountMutations);

/// The schema of this subgraph.
pub type CustomersSchema = Schema<Query, Mutation, EmptySubscription>;

/// Builds the schema on these adapters.
pub fn build(app: Arc<App>) -> CustomersSchema {
    builder().data(app).finish()
}

/// The schema in SDL, as composition reads it. It needs no adapters.
pub fn sdl() -> String {
    export_sdl(&builder().finish())
}

fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .enable_federation()
        .disable_suggestions()
}

/// Adds the loaders of all features to a request.
pub fn add_loaders(_caller: &Arc<Caller>, snapshot: &ReadSnapshot, data: &mut Data) {
    data.insert(Loader::new(OwnTenant(snapshot.clone())));
    data.insert(Loader::new(StaffMembersById(snapshot.clone())));
    data.insert(Loader::new(CustomersById(snapshot.clone())));
}
