//! Entity resolvers.

use async_graphql::{Context, Error};

use crate::Failure;

/// Records why an entity could not be resolved and gives `None`. Async-graphql resolves all
/// `_entities` of a request together: one `Err` would blank the others as well.
pub fn entity_failed<T>(ctx: &Context<'_>, failure: Failure) -> Option<T> {
    let error = Error::from(failure).into_server_error(ctx.item.pos);
    ctx.add_error(error);
    None
}
