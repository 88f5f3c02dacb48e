//! Entry points of the executable's roles.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use clap::Subcommand;
use database::{PlatformDb, ProvisionRequest};
use event_log::inbox;
use ids::EventId;
use messaging::Broker;
use service::{Readiness, Tasks, http, telemetry};

use crate::app::App;
use crate::config::CatalogConfig;
use crate::http::routes;
use crate::{MIGRATOR, schema, seed, workers};

const NAME: &str = "catalog";
/// Most parked events that `inbox list` prints.
const LIST_LIMIT: u32 = 100;

/// Commands for parked events: their handler gave up after the last attempt.
#[derive(Debug, Subcommand)]
pub enum InboxCommand {
    /// Lists parked events.
    List,
    /// Replays a parked event.
    Replay {
        /// Id of the event.
        event: EventId,
    },
}

/// Serves GraphQL and internal calls until shutdown.
pub async fn serve() -> Result<()> {
    let config = CatalogConfig::read()?;
    let _telemetry = telemetry::start(NAME, &config.telemetry);
    let tasks = Tasks::new();
    let app = Arc::new(App::build(&config, &tasks)?);
    let readiness = Readiness::new();
    let routes = routes(&app, config.sockets, &tasks, readiness.clone());
    let listener = http::bind(&config.listen.to_string())
        .await
        .context("LISTEN")?;
    tracing::info!(address = %listener.local_addr()?, "catalog is serving");
    readiness.set_ready(true);
    Ok(http::serve(listener, routes, tasks, readiness).await?)
}

/// Publishes events and runs scheduled jobs until shutdown.
pub async fn work() -> Result<()> {
    let config = CatalogConfig::read()?;
    let _telemetry = telemetry::start(NAME, &config.telemetry);
    let tasks = Tasks::new();
    let app = Arc::new(App::build(&config, &tasks)?);
    let broker = Broker::connect(&config.broker, "catalog work", &tasks);
    workers::start(&app, &broker, config.holds, &tasks);
    let readiness = Readiness::new();
    let listener = http::bind(&config.work_listen.to_string())
        .await
        .context("WORK_LISTEN")?;
    tracing::info!(address = %listener.local_addr()?, "catalog worker is running");
    readiness.set_ready(true);
    Ok(http::serve(
        listener,
        http::health_routes(readiness.clone()),
        tasks,
        readiness,
    )
    .await?)
}

/// Applies the missing migrations as the owner of the tables.
pub async fn migrate() -> Result<()> {
    let config = CatalogConfig::read()?;
    let owner_url = config
        .owner_url
        .context("CATALOG_DATABASE__OWNER_URL is missing")?;
    Ok(database::migrate(owner_url.expose(), &MIGRATOR).await?)
}

/// Creates the database and its three roles. Idempotent.
pub async fn provision() -> Result<()> {
    let config = CatalogConfig::read()?;
    let admin_url = config
        .admin_url
        .context("CATALOG_DATABASE__ADMIN_URL is missing")?;
    let owner_url = config
        .owner_url
        .context("CATALOG_DATABASE__OWNER_URL is missing")?;
    let request = ProvisionRequest {
        name: NAME,
        owner_url: owner_url.expose(),
        app_url: config.database.app_url.expose(),
        platform_url: config.database.platform_url.expose(),
    };
    Ok(database::provision(admin_url.expose(), &request).await?)
}

/// Loads the demo shops of a folder.
pub async fn seed(folder: &Path) -> Result<()> {
    let config = CatalogConfig::read()?;
    let _telemetry = telemetry::start(NAME, &config.telemetry);
    let app = App::build(&config, &Tasks::new())?;
    seed::seed(&app, folder).await
}

/// Prints the schema as SDL, for composition.
pub fn print_schema() -> Result<()> {
    Ok(std::io::stdout().write_all(schema::sdl().as_bytes())?)
}

/// Lists parked events, or replays one.
pub async fn inbox(command: InboxCommand) -> Result<()> {
    let config = CatalogConfig::read()?;
    let platform = PlatformDb::connect(&config.database)?;
    let mut out = std::io::stdout();
    match command {
        InboxCommand::List => {
            for parked in inbox::list_parked(&platform, None, LIST_LIMIT).await? {
                writeln!(out, "{parked:?}")?;
            }
        }
        InboxCommand::Replay { event } => {
            let rows = inbox::replay(&platform, event, None).await?;
            writeln!(out, "{rows} queued for replay")?;
        }
    }
    Ok(())
}
