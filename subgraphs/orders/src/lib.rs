#![doc = include_str!("../README.md")]

pub mod app;
pub mod checkpoint;
pub mod config;
pub mod payment_provider;
pub mod stock;

mod checkout;
mod orders;
mod placements;
mod schema;

use std::convert::Infallible;
use std::sync::Arc;

use anyhow::Result;
use async_graphql::Data;
use database::{ReadSnapshot, StoreError};
use event_contracts::queues;
use event_log::inbox::Consumer;
use identity::{Caller, ServiceName};
use service::Settings;
use sqlx::migrate::Migrator;
use subgraph::{Core, Every, Subgraph, Work};

use crate::app::App;
use crate::checkpoint::Unobserved;
use crate::config::OrdersConfig;
use crate::orders::on_customer_order_recorded;
use crate::schema::{Mutation, Query, Subscription};
use crate::stock::CatalogStock;

/// The forward-only migrations of this subgraph's database.
pub static MIGRATOR: Migrator = sqlx::migrate!("../../migrations/orders");

/// Orders and checkout.
pub struct Orders;

impl Subgraph for Orders {
    const NAME: ServiceName = ServiceName::Orders;
    const ABOUT: &'static str = "Orders and checkout of the shop platform";
    const PORT: u16 = 8081;
    const EVENT_SOURCE: &'static str = "/orders";

    type Config = OrdersConfig;
    type App = App;
    type Query = Query;
    type Mutation = Mutation;
    type Subscription = Subscription;
    type Command = Infallible;

    fn migrations() -> &'static Migrator {
        &MIGRATOR
    }

    fn config(settings: &mut Settings) -> OrdersConfig {
        OrdersConfig::read(settings)
    }

    fn app(core: Core, config: OrdersConfig) -> Result<Arc<App>> {
        let client = core.client(ServiceName::Catalog, config.catalog_url);
        let stock = CatalogStock::new(client, config.checkout.hold_seconds);
        let app = App::start(core, config.checkout, Arc::new(stock), Arc::new(Unobserved))?;
        Ok(app)
    }

    fn add_loaders(_caller: &Arc<Caller>, snapshot: &ReadSnapshot, data: &mut Data) {
        schema::add_loaders(snapshot, data);
    }

    fn work(work: &mut Work<App>) {
        work.consume(Consumer::new(
            queues::CUSTOMER_OF_GUEST,
            on_customer_order_recorded,
        ));
        let sweep = Every::interval(work.app().checkout.settings.sweep_interval);
        work.every(sweep.named("sweep placements"), checkout::sweep_placements);
        work.every(
            Every::minutes(10).named("delete old idempotency keys"),
            delete_old_keys,
        );
    }

    async fn operate(_app: &App, command: Infallible) -> Result<String> {
        match command {}
    }
}

async fn delete_old_keys(app: &App) -> Result<u64, StoreError> {
    app.idempotency.delete_old_keys(&app.platform).await
}
