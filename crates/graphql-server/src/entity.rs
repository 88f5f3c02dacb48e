//! Entity resolvers.

use async_graphql::{Context, Error};

use crate::Failure;

/// The answer of an entity resolver: a failure becomes an error of the response, and the entity `None`. Async-graphql
/// resolves all `_entities` of a request together: one `Err` would discard the other entities too.
pub fn entity<T>(ctx: &Context<'_>, found: Result<Option<T>, Failure>) -> Option<T> {
    found.unwrap_or_else(|failure| {
        ctx.add_error(Error::from(failure).into_server_error(ctx.item.pos));
        None
    })
}
