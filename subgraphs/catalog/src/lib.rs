#![doc = include_str!("../README.md")]

pub mod app;
pub mod config;

mod http;
mod inventory;
mod products;
mod schema;
mod seed;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use async_graphql::Data;
use clap::Subcommand;
use database::{ReadSnapshot, StoreError};
use identity::{Caller, ServiceName};
use service::Settings;
use sqlx::migrate::Migrator;
use subgraph::{Core, Every, InternalCalls, Subgraph, Work};

use crate::app::App;
use crate::config::CatalogConfig;
use crate::schema::{Mutation, Query, Subscription};

/// Migrations of this subgraph's database; forward only.
pub static MIGRATOR: Migrator = sqlx::migrate!("../../migrations/catalog");

/// Products and stock.
pub struct Catalog;

/// Commands for operators.
#[derive(Subcommand)]
pub enum Command {
    /// Load demo shops from a folder.
    Seed {
        /// One folder per shop.
        folder: PathBuf,
    },
}

impl Subgraph for Catalog {
    const NAME: ServiceName = ServiceName::Catalog;
    const ABOUT: &'static str = "Products and stock of the shop platform";
    const PORT: u16 = 8080;
    const EVENT_SOURCE: &'static str = "/catalog";

    type Config = CatalogConfig;
    type App = App;
    type Query = Query;
    type Mutation = Mutation;
    type Subscription = Subscription;
    type Command = Command;

    fn migrations() -> &'static Migrator {
        &MIGRATOR
    }

    fn config(settings: &mut Settings) -> CatalogConfig {
        CatalogConfig::read(settings)
    }

    fn app(core: Core, config: CatalogConfig) -> Result<Arc<App>> {
        Ok(App::start(core, config))
    }

    fn add_loaders(caller: &Arc<Caller>, snapshot: &ReadSnapshot, data: &mut Data) {
        schema::add_loaders(caller, snapshot, data);
    }

    fn internal(calls: InternalCalls<App>) -> InternalCalls<App> {
        http::internal(calls)
    }

    fn work(work: &mut Work<App>) {
        let expiry = Every::interval(work.app().config.hold_expiry_interval);
        work.every(expiry.named("expire_holds"), inventory::expire_holds);
        work.every(
            Every::minutes(10).named("forget_idempotency_keys"),
            delete_old_keys,
        );
    }

    async fn operate(app: &App, command: Command) -> Result<String> {
        let Command::Seed { folder } = command;
        seed::seed(app, &folder).await
    }
}

async fn delete_old_keys(app: &App) -> Result<u64, StoreError> {
    app.idempotency.delete_old_keys(&app.platform).await
}
