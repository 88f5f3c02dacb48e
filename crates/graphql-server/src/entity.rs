//! Entity resolvers.

use async_graphql::{Context, Error};

use crate::Failure;

/// Adds the error of one entity to the response and returns `None`. Async-graphql resolves all
/// `_entities` of a request together: one `Err` would discard the other entities too.
pub fn entity_failed<T>(ctx: &Context<'_>, failure: Failure) -> Option<T> {
    let error = Error::from(failure).into_server_error(ctx.item.pos);
    ctx.add_error(error);
    None
}
