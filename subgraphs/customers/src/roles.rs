//! What the executable can be started as.

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

/// Name of the service in logs, of its database and of its roles' stem.
const SERVICE: &str = "customers";

const READY_RETRY: Duration = Duration::from_millis(500);
/// More parked events than this need another look than at a list.
const PARKED_SHOWN: u32 = 1_000;

/// What `inbox` does.
#[derive(Subcommand)]
pub enum InboxCommand {
    /// Show events that were parked after the last attempt.
    List,
    /// Try a parked event again.
    Replay {
        /// Its id, as `list` shows it.
        id: String,
    },
}

/// What `tenant` does.
#[derive(Subcommand)]
pub enum TenantCommand {
    /// Take a shop out of service: its sockets end, and requests find no shop.
    Suspend {
        /// The shop's slug.
        slug: String,
    },
    /// Put a suspended shop back into service.
    Resume {
        /// The shop's slug.
        slug: String,
    },
}

/// Answers GraphQL and internal calls until it is asked to stop.
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

/// Publishes events and handles received ones until it is asked to stop.
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

/// Brings the database up to date.
pub async fn migrate() -> Result<()> {
    let config = SetupConfig::read()?;
    let _telemetry = telemetry::start(SERVICE, &config.telemetry);
    database::migrate(config.owner_url.expose(), &MIGRATOR).await?;
    tracing::info!("database is up to date");
    Ok(())
}

/// Creates the database and its three roles where they are missing.
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
    tracing::info!("database and roles are there");
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

/// Shows parked events, or tries one again.
pub async fn inbox(command: InboxCommand) -> Result<()> {
    let config = CustomersConfig::read()?;
    let platform = PlatformDb::connect(&config.adapters.database)?;
    let mut out = std::io::stdout();
    match command {
        InboxCommand::List => {
            for parked in inbox::list_parked(&platform, None, PARKED_SHOWN).await? {
                writeln!(out, "{parked:?}")?;
            }
        }
        InboxCommand::Replay { id } => {
            let id: EventId = id
                .parse()
                .context("the event id, as `inbox list` shows it")?;
            let replayed = inbox::replay(&platform, id, None).await?;
            writeln!(out, "{replayed} waiting again")?;
        }
    }
    Ok(())
}

/// Suspends or resumes a shop.
pub async fn tenant(command: TenantCommand) -> Result<()> {
    let config = CustomersConfig::read()?;
    let app = App::build(&config.adapters, &Tasks::new())?;
    let said = change_tenant(&app, command).await?;
    writeln!(std::io::stdout(), "{said}")?;
    Ok(())
}

/// Carries the command out; returns what to tell the operator.
pub async fn change_tenant(app: &App, command: TenantCommand) -> Result<String> {
    let (slug, status) = match command {
        TenantCommand::Suspend { slug } => (slug, TenantStatus::Suspended),
        TenantCommand::Resume { slug } => (slug, TenantStatus::Active),
    };
    let change = change_tenant_status(app, &slug, status).await?;
    let status = status.as_str();
    Ok(match change {
        StatusChange::Changed => format!("shop {slug} is {status} now"),
        StatusChange::AsBefore => format!("shop {slug} was {status} before; nothing changed"),
    })
}

/// Ends the process; what went wrong is one line with its causes on standard error.
pub fn exit_code(done: Result<()>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _nobody_reads = writeln!(std::io::stderr(), "{SERVICE}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Says "ready" when the database has answered once. It is not taken back when the database goes
/// away later: all processes would become unready together, and typed errors help clients more.
fn become_ready(app: &Arc<App>, tasks: &Tasks, readiness: &Readiness) {
    let (app, token, readiness) = (Arc::clone(app), tasks.token(), readiness.clone());
    tasks.spawn("readiness", async move {
        while let Err(error) = app.db.ping().await {
            tracing::warn!(%error, "database does not answer yet");
            tokio::select! {
                () = token.cancelled() => return,
                () = tokio::time::sleep(READY_RETRY) => {}
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
