//! A subgraph as a value: what its executable does, whatever its features are.
//!
//! A subgraph implements [`Subgraph`], and its `main` calls [`main()`]. It gets the roles of the executable with their
//! settings, [`Core`] (database, event log, keys, clock), the GraphQL endpoint, the internal routes with their guard,
//! the relay, consumers and scheduled jobs. Nothing of this differs between subgraphs.
//!
//! Reading order: [`Subgraph`], [`Core`], `cli`, `config`, `roles`, `http`, [`Work`].

mod cli;
mod config;
mod core;
mod http;
mod internal;
mod readiness;
mod roles;
mod schema;
mod work;

#[cfg(test)]
mod tests;

use std::ops::Deref;
use std::sync::Arc;

use anyhow::Result;
use async_graphql::{Data, ObjectType, SubscriptionType};
use axum::Router;
use clap::Subcommand;
use database::ReadSnapshot;
use identity::{Caller, ServiceName};
use service::Settings;
use sqlx::migrate::Migrator;

pub use crate::cli::main;
pub use crate::core::{Core, CoreConfig};
pub use crate::http::routes;
pub use crate::internal::{InternalCalls, InternalFailure, internal_paths};
pub use crate::readiness::become_ready;
pub use crate::schema::{schema, sdl};
pub use crate::work::{JobRun, Work, run_job};
pub use graphql_sockets::SocketsConfig;
pub use internal_call::Call;
pub use service::jobs::Every;

/// What makes a subgraph different from the others.
pub trait Subgraph: 'static {
    /// Name of the service, of its database, and prefix of its settings.
    const NAME: ServiceName;
    /// One line for operators.
    const ABOUT: &'static str;
    /// Default port of role `serve`.
    const PORT: u16;
    /// `source` of its events, such as `/orders`.
    const EVENT_SOURCE: &'static str;
    /// Mutations that compare their strings with credentials and never store them. To these a string that PostgreSQL cannot
    /// store is a wrong credential; every other operation with one is rejected.
    const CREDENTIAL_MUTATIONS: &'static [&'static str] = &[];

    /// Settings of its own, besides those of every subgraph.
    type Config;
    /// The adapters of its operations.
    type App: Deref<Target = Core> + Send + Sync + 'static;
    /// The query root.
    type Query: ObjectType + Default + 'static;
    /// The mutation root.
    type Mutation: ObjectType + Default + 'static;
    /// The subscription root; `EmptySubscription` for a subgraph without WebSockets and event cursors.
    type Subscription: SubscriptionType + Default + 'static;
    /// Commands for operators, such as `seed`; `Infallible` for none.
    type Command: Subcommand;

    /// Migrations of its database; forward only.
    fn migrations() -> &'static Migrator;

    /// Reads its own settings.
    fn config(settings: &mut Settings) -> Self::Config;

    /// Builds the adapters, which connect at first use: a process starts while its database is unavailable.
    fn app(core: Core, config: Self::Config) -> Result<Arc<Self::App>>;

    /// Adds the loaders of its features to a request.
    fn add_loaders(caller: &Arc<Caller>, snapshot: &ReadSnapshot, data: &mut Data);

    /// Adds the internal calls that it answers, besides those of every event log.
    fn internal(calls: InternalCalls<Self::App>) -> InternalCalls<Self::App> {
        calls
    }

    /// Routes that need no token.
    fn public_routes(_app: &Arc<Self::App>) -> Router {
        Router::new()
    }

    /// Adds consumers and jobs to role `work`, besides relay and retention.
    fn work(work: &mut Work<Self::App>);

    /// Executes an operator's command. Returns the report to print.
    fn operate(app: &Self::App, command: Self::Command) -> impl Future<Output = Result<String>>;
}

/// Whether the subgraph serves subscriptions: then it has WebSockets, and issues event cursors.
fn has_subscriptions<S: Subgraph>() -> bool {
    !S::Subscription::is_empty()
}
