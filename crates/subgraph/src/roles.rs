//! The roles of the executable.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::Router;
use clap::Subcommand;
use database::{DatabaseConfig, PlatformDb, ProvisionRequest};
use event_log::inbox;
use ids::EventId;
use messaging::Broker;
use serde_json::json;
use service::telemetry::{self, TelemetryConfig, TelemetryGuard};
use service::{Readiness, Tasks};

use crate::config::{self, AppConfig, MigrateConfig, ProvisionConfig, ServeConfig, WorkConfig};
use crate::{Core, Subgraph, Work, become_ready, routes};

/// Limit of the parked events that `inbox list` prints.
const MAX_PARKED_LISTED: u32 = 1_000;

/// Commands for parked events: their handler gave up after the last attempt.
#[derive(Subcommand)]
pub(crate) enum InboxCommand {
    /// List parked events.
    List,
    /// Replay a parked event.
    Replay {
        /// The event id, as `list` prints it.
        event: EventId,
    },
}

/// Serves GraphQL and internal calls until shutdown.
pub(crate) async fn serve<S: Subgraph>() -> Result<()> {
    let (config, telemetry) = config::read::<S, _>(ServeConfig::<S>::read)?;
    let _telemetry = start_telemetry::<S>(&telemetry);
    let app = start_app::<S>(config.app)?;
    let readiness = Readiness::new();
    let routes = routes::<S>(&app, config.sockets, readiness.clone());
    listen(&app, config.listen, routes, readiness).await
}

/// Publishes events, handles received events and runs jobs until shutdown.
pub(crate) async fn work<S: Subgraph>() -> Result<()> {
    let (config, telemetry) = config::read::<S, _>(WorkConfig::<S>::read)?;
    let _telemetry = start_telemetry::<S>(&telemetry);
    let app = start_app::<S>(config.app)?;
    let client = format!("{} work", S::NAME.as_str());
    let broker = Broker::connect(&config.broker, &client, &app.tasks);
    Work::of::<S>(&app).start(S::EVENT_SOURCE, &broker);
    let readiness = Readiness::new();
    let routes = service::http::health_routes(readiness.clone());
    listen(&app, config.listen, routes, readiness).await
}

/// Applies the missing migrations as the owner of the tables.
pub(crate) async fn migrate<S: Subgraph>() -> Result<()> {
    let (config, telemetry) = config::read::<S, _>(MigrateConfig::read)?;
    let _telemetry = start_telemetry::<S>(&telemetry);
    database::migrate(config.owner_url.expose(), S::migrations()).await?;
    tracing::info!("database is up to date");
    Ok(())
}

/// Creates the database and its three roles where they are missing.
pub(crate) async fn provision<S: Subgraph>() -> Result<()> {
    let (config, telemetry) = config::read::<S, _>(ProvisionConfig::read)?;
    let _telemetry = start_telemetry::<S>(&telemetry);
    let request = ProvisionRequest {
        name: S::NAME.as_str(),
        owner_url: config.owner.owner_url.expose(),
        app_url: config.database.app_url.expose(),
        platform_url: config.database.platform_url.expose(),
    };
    database::provision(config.admin_url.expose(), &request).await?;
    tracing::info!("database and roles exist");
    Ok(())
}

/// Lists or replays parked events.
pub(crate) async fn inbox<S: Subgraph>(command: InboxCommand) -> Result<()> {
    let (database, telemetry) = config::read::<S, _>(DatabaseConfig::read)?;
    let _telemetry = telemetry::start_for_command(S::NAME.as_str(), &telemetry);
    let platform = PlatformDb::connect(&database)?;
    match command {
        InboxCommand::List => {
            let parked = inbox::list_parked(&platform, None, MAX_PARKED_LISTED).await?;
            let lines = parked.iter().map(|message| format!("{message:?}\n"));
            print(&lines.collect::<String>())
        }
        InboxCommand::Replay { event } => {
            let consumers = inbox::replay(&platform, event, None).await?;
            print(&format!("events replayed: {consumers}\n"))
        }
    }
}

/// Executes an operator's command and prints its report.
pub(crate) async fn operate<S: Subgraph>(command: S::Command) -> Result<()> {
    let (config, telemetry) = config::read::<S, _>(AppConfig::<S>::read)?;
    let _telemetry = telemetry::start_for_command(S::NAME.as_str(), &telemetry);
    let app = start_app::<S>(config)?;
    let report = S::operate(&app, command).await?;
    print(&format!("{report}\n"))
}

/// What documents say about this executable.
pub(crate) fn facts<S: Subgraph>() -> serde_json::Value {
    json!({ "settings": config::describe::<S>() })
}

/// Prints on standard output.
pub(crate) fn print(text: &str) -> Result<()> {
    Ok(io::stdout().write_all(text.as_bytes())?)
}

fn start_telemetry<S: Subgraph>(config: &TelemetryConfig) -> TelemetryGuard {
    telemetry::start(S::NAME.as_str(), config)
}

fn start_app<S: Subgraph>(config: AppConfig<S>) -> Result<Arc<S::App>> {
    let core = Core::start(S::NAME, config.core, &Tasks::new())?;
    S::app(core, config.own)
}

async fn listen(
    core: &Core,
    address: SocketAddr,
    routes: Router,
    readiness: Readiness,
) -> Result<()> {
    let listener = service::http::bind(&address.to_string())
        .await
        .with_context(|| format!("listening on {address}"))?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    become_ready(core, &readiness);
    service::http::serve(listener, routes, core.tasks.clone(), readiness).await?;
    Ok(())
}
