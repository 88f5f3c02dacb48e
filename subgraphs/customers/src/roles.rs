//! The roles in which the executable can be started.

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use clap::Subcommand;
use database::{PlatformDb, ProvisionRequest};
use event_log::inbox;
use ids::EventId;
use service::{Readiness, Tasks, telemetry};

use crate::app::App;
use crate::config::{CustomersConfig, SetupConfig};
use crate::tenants::{StatusChange, TenantStatus, change_tenant_status};
use crate::{MIGRATOR, http, schema, seed, workers};

/// Name of the service in logs, of its database, and prefix of its database roles.
const SERVICE: &str = "customers";

const READINESS_RETRY_INTERVAL: Duration = Duration::from_millis(500);
/// Limit of the events that `inbox list` prints.
const MAX_PARKED_LISTED: u32 = 1_000;

/// Subcommands of `inbox`.
#[derive(Subcommand)]
pub enum InboxCommand {
    /// List events that were parked after the last attempt.
    List,
    /// Replay a parked event.
    Replay {
        /// The event id, as `list` prints it.
        id: String,
    },
}

/// Subcommands of `tenant`.
#[derive(Subcommand)]
pub enum TenantCommand {
    /// Suspend a shop: its sockets are closed, and requests find no shop.
    Suspend {
        /// The shop's slug.
        slug: String,
    },
    /// Resume a suspended shop.
    Resume {
        /// The shop's slug.
        slug: String,
    },
}

/// Serves GraphQL and internal calls until shutdown.
pub async fn serve() -> Result<()> {
    let config = CustomersConfig::read()?;
    let _telemetry = telemetry::start(SERVICE, &config.telemetry);
    let tasks = Tasks::new();
    let app = Arc::new(App::build(&config.adapters, &tasks)?);
    let readiness = Readiness::new();
    let routes = http::routes(&app, readiness.clone());
    become_ready(&app, &tasks, &readiness);
    listen(config.listen, routes, tasks, readiness).await
}

/// Publishes events and handles received events until shutdown.
pub async fn work() -> Result<()> {
    let config = CustomersConfig::read()?;
    let _telemetry = telemetry::start(SERVICE, &config.telemetry);
    let tasks = Tasks::new();
    let app = Arc::new(App::build(&config.adapters, &tasks)?);
    workers::start(&app, &config.broker, &tasks);
    let readiness = Readiness::new();
    let routes = service::http::health_routes(readiness.clone());
    become_ready(&app, &tasks, &readiness);
    listen(config.work_listen, routes, tasks, readiness).await
}

/// Applies the missing migrations.
pub async fn migrate() -> Result<()> {
    let config = SetupConfig::read()?;
    let _telemetry = telemetry::start(SERVICE, &config.telemetry);
    database::migrate(config.owner_url.expose(), &MIGRATOR).await?;
    tracing::info!("database is up to date");
    Ok(())
}

/// Creates the database and its three roles if they do not exist.
pub async fn provision() -> Result<()> {
    let config = SetupConfig::read()?;
    let _telemetry = telemetry::start(SERVICE, &config.telemetry);
    let admin_url = config
        .admin_url
        .context("CUSTOMERS_DATABASE__ADMIN_URL is missing")?;
    let request = ProvisionRequest {
        name: SERVICE,
        owner_url: config.owner_url.expose(),
        app_url: config.app_url.expose(),
        platform_url: config.platform_url.expose(),
    };
    database::provision(admin_url.expose(), &request).await?;
    tracing::info!("database and roles exist");
    Ok(())
}

/// Loads demo shops.
pub async fn seed(folder: &Path) -> Result<()> {
    let config = CustomersConfig::read()?;
    let _telemetry = telemetry::start(SERVICE, &config.telemetry);
    seed::run(&App::build(&config.adapters, &Tasks::new())?, folder).await
}

/// Prints the GraphQL schema on standard output.
pub fn print_schema() -> Result<()> {
    std::io::stdout().write_all(schema::sdl().as_bytes())?;
    Ok(())
}

/// Lists parked events, or replays one.
pub async fn inbox(command: InboxCommand) -> Result<()> {
    let config = CustomersConfig::read()?;
    let platform = PlatformDb::connect(&config.adapters.database)?;
    let mut out = std::io::stdout();
    match command {
        InboxCommand::List => {
            for parked in inbox::list_parked(&platform, None, MAX_PARKED_LISTED).await? {
                writeln!(out, "{parked:?}")?;
            }
        }
        InboxCommand::Replay { id } => {
            let id: EventId = id
                .parse()
                .context("the event id must be one that `inbox list` prints")?;
            let replayed = inbox::replay(&platform, id, None).await?;
            writeln!(out, "events replayed: {replayed}")?;
        }
    }
    Ok(())
}

/// Suspends or resumes a tenant and prints the result.
pub async fn tenant(command: TenantCommand) -> Result<()> {
    let config = CustomersConfig::read()?;
    let app = App::build(&config.adapters, &Tasks::new())?;
    let report = change_tenant(&app, command).await?;
    writeln!(std::io::stdout(), "{report}")?;
    Ok(())
}

/// Executes the command; returns the report for the operator.
pub async fn change_tenant(app: &App, command: TenantCommand) -> Result<String> {
    let (slug, status) = match command {
        TenantCommand::Suspend { slug } => (slug, TenantStatus::Suspended),
        TenantCommand::Resume { slug } => (slug, TenantStatus::Active),
    };
    let change = change_tenant_status(app, &slug, status).await?;
    Ok(match change {
        StatusChange::Changed => format!("shop {slug} is {status} now"),
        StatusChange::Unchanged => format!("shop {slug} was {status} before; nothing changed"),
    })
}

/// Converts the result of a role into an exit code; an error is printed with its causes as one line on standard error.
pub fn exit_code(result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // A closed standard error leaves nowhere to report to.
            writeln!(std::io::stderr(), "{SERVICE}: {error:#}").ok();
            ExitCode::FAILURE
        }
    }
}

/// Sets readiness when the database has answered once. A later database outage does not revoke it:
/// all processes would become unready together, and typed errors are more useful to clients.
fn become_ready(app: &Arc<App>, tasks: &Tasks, readiness: &Readiness) {
    let (app, token, readiness) = (Arc::clone(app), tasks.token(), readiness.clone());
    tasks.spawn("readiness", async move {
        while let Err(error) = app.db.ping().await {
            tracing::warn!(error = %service::log::chain(&error), "database unavailable at start, retrying");
            tokio::select! {
                () = token.cancelled() => return,
                () = tokio::time::sleep(READINESS_RETRY_INTERVAL) => {}
            }
        }
        readiness.set_ready(true);
    });
}

async fn listen(
    address: SocketAddr,
    routes: Router,
    tasks: Tasks,
    readiness: Readiness,
) -> Result<()> {
    let listener = service::http::bind(&address.to_string())
        .await
        .with_context(|| format!("listening on {address}"))?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    service::http::serve(listener, routes, tasks, readiness).await?;
    Ok(())
}
