//! The GraphQL schema of a subgraph.

use std::sync::Arc;

use async_graphql::{Schema, SchemaBuilder};
use graphql_server::events::EventReader;

use crate::{Subgraph, has_subscriptions};

type BuilderOf<S> =
    SchemaBuilder<<S as Subgraph>::Query, <S as Subgraph>::Mutation, <S as Subgraph>::Subscription>;

/// The executable schema on these adapters.
pub fn schema<S: Subgraph>(app: &Arc<S::App>) -> Schema<S::Query, S::Mutation, S::Subscription> {
    builder::<S>(app).finish()
}

/// The schema as SDL, in the form that composition reads. Needs no adapters.
pub fn sdl<S: Subgraph>() -> String {
    graphql_server::export_sdl(&bare::<S>().finish())
}

/// The builder of the schema on these adapters.
pub(crate) fn builder<S: Subgraph>(app: &Arc<S::App>) -> BuilderOf<S> {
    let events = EventReader {
        db: app.db.clone(),
        followers: app.followers.clone(),
        cursor_keys: app.cursor_keys.clone(),
    };
    bare::<S>().data(events).data(Arc::clone(app))
}

fn bare<S: Subgraph>() -> BuilderOf<S> {
    let (query, mutation) = (S::Query::default(), S::Mutation::default());
    let builder = Schema::build(query, mutation, S::Subscription::default())
        .enable_federation()
        .disable_suggestions();
    if has_subscriptions::<S>() {
        builder.enable_subscription_in_federation()
    } else {
        builder
    }
}
