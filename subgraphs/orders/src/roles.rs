//! The roles of the executable.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Subcommand;
use database::{PlatformDb, ProvisionRequest};
use event_log::inbox;
use graphql_server::internal::InternalClient;
use identity::{KeyRing, ServiceName, ServiceTokens};
use ids::{EventId, UuidV7Generator};
use messaging::{Broker, BrokerConfig};
use service::http::bind;
use service::{Readiness, SystemClock, Tasks, telemetry};

use crate::app::{App, AppParts};
use crate::checkpoint::Unobserved;
use crate::config::OrdersConfig;
use crate::stock::CatalogStock;
use crate::{MIGRATOR, http, schema, workers};

/// Maximum parked events that `inbox list` shows.
const MAX_LISTED: u32 = 1_000;
const NAME: &str = "orders";

/// Commands of role `inbox`.
#[derive(Subcommand)]
pub enum InboxCommand {
    /// List parked events: those that failed on the last attempt.
    List,
    /// Replay one parked event.
    Replay {
        /// Event id, as printed by `list`.
        event: EventId,
    },
}

/// Serves GraphQL and internal calls until shutdown.
pub async fn serve() -> Result<()> {
    let config = OrdersConfig::read()?;
    let _telemetry = telemetry::start(NAME, &config.telemetry);
    let tasks = Tasks::new();
    let app = build_app(&config, &tasks)?;
    let readiness = Readiness::new();
    let routes = http::routes(&app, config.sockets, readiness.clone());
    let listener = bind(&config.listen.to_string())
        .await
        .context("cannot listen")?;
    readiness.set_ready(true);
    tracing::info!(address = %listener.local_addr()?, "serving");
    service::http::serve(listener, routes, tasks, readiness).await?;
    Ok(())
}

/// Publishes events, handles received events and sweeps sagas until shutdown.
pub async fn work() -> Result<()> {
    let config = OrdersConfig::read()?;
    let _telemetry = telemetry::start(NAME, &config.telemetry);
    let tasks = Tasks::new();
    let app = build_app(&config, &tasks)?;
    let broker = BrokerConfig::new(config.broker_url.expose().clone());
    let broker = Broker::connect(&broker, "orders.work", &tasks);
    workers::start(&app, &broker);
    let readiness = Readiness::new();
    let routes = service::http::health_routes(readiness.clone());
    let listener = bind(&config.work_listen.to_string())
        .await
        .context("cannot listen")?;
    readiness.set_ready(true);
    tracing::info!(address = %listener.local_addr()?, "working");
    service::http::serve(listener, routes, tasks, readiness).await?;
    Ok(())
}

/// Applies the migrations.
pub async fn migrate() -> Result<()> {
    let config = OrdersConfig::read()?;
    let _telemetry = telemetry::start(NAME, &config.telemetry);
    let owner = config
        .owner_url
        .context("ORDERS_DATABASE__OWNER_URL is missing")?;
    database::migrate(owner.expose(), &MIGRATOR).await?;
    tracing::info!("database is up to date");
    Ok(())
}

/// Creates the database and its three roles where they are missing.
pub async fn provision() -> Result<()> {
    let config = OrdersConfig::read()?;
    let _telemetry = telemetry::start(NAME, &config.telemetry);
    let owner = config
        .owner_url
        .context("ORDERS_DATABASE__OWNER_URL is missing")?;
    let admin = config
        .admin_url
        .context("ORDERS_DATABASE__ADMIN_URL is missing")?;
    let request = ProvisionRequest {
        name: NAME,
        owner_url: owner.expose(),
        app_url: config.database.app_url.expose(),
        platform_url: config.database.platform_url.expose(),
    };
    database::provision(admin.expose(), &request).await?;
    tracing::info!("database and roles exist");
    Ok(())
}

/// Prints the schema in the form that composition reads. Needs no settings.
pub fn print_schema() -> Result<()> {
    Ok(std::io::stdout().write_all(schema::sdl().as_bytes())?)
}

/// Lists or replays parked events.
pub async fn inbox(command: InboxCommand) -> Result<()> {
    let config = OrdersConfig::read()?;
    let platform = PlatformDb::connect(&config.database)?;
    let mut out = std::io::stdout();
    match command {
        InboxCommand::List => {
            for parked in inbox::list_parked(&platform, None, MAX_LISTED).await? {
                writeln!(out, "{parked:?}")?;
            }
        }
        InboxCommand::Replay { event } => {
            let rows = inbox::replay(&platform, event, None).await?;
            writeln!(out, "{rows} scheduled for replay")?;
        }
    }
    Ok(())
}

/// Prints the error of a failed role to stderr and returns the exit code.
pub fn exit_code(result: Result<()>) -> ExitCode {
    let Err(error) = result else {
        return ExitCode::SUCCESS;
    };
    // Logging may not be initialised. A failed write to stderr cannot be reported.
    writeln!(std::io::stderr(), "orders: {error:#}").ok();
    ExitCode::FAILURE
}

fn build_app(config: &OrdersConfig, tasks: &Tasks) -> Result<Arc<App>> {
    let keys = Arc::new(KeyRing::load(&config.keys_dir, NAME)?);
    let tokens = Arc::new(ServiceTokens::new(Arc::clone(&keys)));
    let client = InternalClient::new(&config.catalog_url, tokens, ServiceName::Catalog);
    let app = App::start(AppParts {
        database: config.database.clone(),
        checkout: config.checkout.clone(),
        clock: Arc::new(SystemClock),
        ids: Arc::new(UuidV7Generator),
        stock: Arc::new(CatalogStock::new(client, config.checkout.hold_seconds)),
        cursor_keys: config.cursor_keys.clone(),
        keys,
        observer: Arc::new(Unobserved),
        tasks: tasks.clone(),
    });
    app.context("database addresses")
}
