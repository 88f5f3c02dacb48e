//! Starts the process in one of its roles.

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use event_contracts::queues::QUEUES;
use gateway::app::App;
use gateway::config::GatewayConfig;
use identity::Permission;
use serde_json::json;
use service::settings::{self, Settings};
use service::{Readiness, Tasks, telemetry};

/// The edge of the platform: tenants, identity, forwarding to the router, subscriptions.
#[derive(Parser)]
#[command(name = "gateway", version)]
struct Arguments {
    #[command(subcommand)]
    role: Role,
}

#[derive(Subcommand)]
enum Role {
    /// Serves clients until shutdown.
    Serve,
    /// Writes the signing keys of every service that has none yet, and the public key set.
    GenerateKeys {
        /// The folder that all services read.
        folder: PathBuf,
    },
    /// Prints as JSON what the tables in the documents are generated from.
    Facts,
    /// Prints an internal token of an anonymous caller, valid for a minute: for calling the router directly.
    MintToken {
        /// The slug of the tenant.
        #[arg(long)]
        tenant: String,
    },
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Arguments::parse().role {
        Role::Serve => serve().await,
        Role::GenerateKeys { folder } => Ok(identity::generate_keys(&folder)?),
        Role::Facts => Ok(writeln!(std::io::stdout().lock(), "{}", facts())?),
        Role::MintToken { tenant } => mint_token(&tenant).await,
    }
}

async fn serve() -> anyhow::Result<()> {
    let config = GatewayConfig::load(&mut Settings::from_env("gateway"))?;
    let _telemetry = telemetry::start("gateway", &config.telemetry);
    let tasks = Tasks::new();
    let readiness = Readiness::new();
    let listener = service::http::bind(&config.listen.to_string()).await?;
    let app = App::start(&config, tasks.clone())?;
    app.watch_readiness(readiness.clone());
    tracing::info!(address = %listener.local_addr()?, "gateway is listening");
    let routes = app.routes(readiness.clone());
    let connections = config.connections;
    Ok(service::http::serve_up_to(connections, listener, routes, tasks, readiness).await?)
}

/// What documents say about this executable, and about what all services share.
fn facts() -> serde_json::Value {
    let settings = settings::describe(&[("serve", |settings| drop(GatewayConfig::read(settings)))]);
    let roles = identity::Role::ALL.map(|role| {
        let permissions: Vec<_> = role.permissions().iter().map(|one| one.name()).collect();
        json!({ "name": role.name(), "permissions": permissions })
    });
    let permissions =
        Permission::ALL.map(|one| json!({ "name": one.name(), "description": one.description() }));
    json!({
        "settings": settings,
        "events": event_contracts::events(),
        "queues": QUEUES,
        "roles": roles,
        "permissions": permissions,
    })
}

async fn mint_token(tenant: &str) -> anyhow::Result<()> {
    let config = GatewayConfig::load(&mut Settings::from_env("gateway"))?;
    let tasks = Tasks::new();
    let app = App::start(&config, tasks)?;
    let token = app.anonymous_token(tenant).await?;
    writeln!(std::io::stdout().lock(), "{token}")?;
    Ok(())
}
