//! Commands for operators.

use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;

use crate::app::App;
use crate::seed;
use crate::tenants::{StatusChange, TenantStatus, change_tenant_status};

/// Commands for operators, besides those of every subgraph.
#[derive(Subcommand)]
pub enum Command {
    /// Load demo shops from a folder.
    Seed {
        /// A folder with a shop, or with one folder per shop.
        folder: PathBuf,
    },
    /// Suspend or resume a shop.
    Tenant {
        /// What to do.
        #[command(subcommand)]
        command: TenantCommand,
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

/// Executes a command; returns the report for the operator.
pub(crate) async fn execute(app: &App, command: Command) -> Result<String> {
    match command {
        Command::Seed { folder } => seed::run(app, &folder).await,
        Command::Tenant { command } => change_tenant(app, command).await,
    }
}

async fn change_tenant(app: &App, command: TenantCommand) -> Result<String> {
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
