#![doc = include_str!("../README.md")]

pub mod app;
pub mod commands;
pub mod config;
pub mod random;

mod accounts;
mod customers;
mod http;
mod schema;
mod seed;
mod tenants;

use std::sync::Arc;

use anyhow::Result;
use async_graphql::Data;
use axum::Router;
use database::ReadSnapshot;
use event_contracts::queues;
use event_log::inbox::Consumer;
use identity::{Caller, ServiceName};
use service::Settings;
use sqlx::migrate::Migrator;
use subgraph::{Core, Every, InternalCalls, Subgraph, Work};

use crate::app::App;
use crate::commands::Command;
use crate::config::CustomersConfig;
use crate::customers::on_order_placed;
use crate::schema::{Mutation, Query, Subscription};

/// Migrations of this subgraph's database; forward only.
pub static MIGRATOR: Migrator = sqlx::migrate!("../../migrations/customers");

/// Tenants, accounts and customers.
pub struct Customers;

impl Subgraph for Customers {
    const NAME: ServiceName = ServiceName::Customers;
    const ABOUT: &'static str = "Tenants, accounts and customers of the shop platform";
    const PORT: u16 = 8084;
    const EVENT_SOURCE: &'static str = "/customers";
    const CREDENTIAL_MUTATIONS: &'static [&'static str] = &["signIn", "refreshSession"];

    type Config = CustomersConfig;
    type App = App;
    type Query = Query;
    type Mutation = Mutation;
    type Subscription = Subscription;
    type Command = Command;

    fn migrations() -> &'static Migrator {
        &MIGRATOR
    }

    fn config(settings: &mut Settings) -> CustomersConfig {
        CustomersConfig::read(settings)
    }

    fn app(core: Core, config: CustomersConfig) -> Result<Arc<App>> {
        App::start(core, config)
    }

    fn add_loaders(_caller: &Arc<Caller>, snapshot: &ReadSnapshot, data: &mut Data) {
        schema::add_loaders(snapshot, data);
    }

    fn internal(calls: InternalCalls<App>) -> InternalCalls<App> {
        http::internal(calls)
    }

    fn public_routes(app: &Arc<App>) -> Router {
        http::public_routes(app)
    }

    fn work(work: &mut Work<App>) {
        work.consume(Consumer::new(queues::ORDER_HISTORY, on_order_placed));
        work.every(
            Every::hours(1).named("accounts.removal"),
            accounts::remove_old_sessions,
        );
    }

    async fn operate(app: &App, command: Command) -> Result<String> {
        commands::execute(app, command).await
    }
}
