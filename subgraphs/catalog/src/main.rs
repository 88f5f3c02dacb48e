//! `catalog <role>`: one executable, so that the API and its workers cannot drift.

use std::path::PathBuf;

use catalog::roles;
use clap::{Parser, Subcommand};

/// Products and stock of the shop platform.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    role: Role,
}

#[derive(Subcommand)]
enum Role {
    /// Serve GraphQL and internal calls.
    Serve,
    /// Publish events and run scheduled jobs.
    Work,
    /// Apply the missing migrations.
    Migrate,
    /// Create the database and its three roles.
    Provision,
    /// Load demo shops from a folder.
    Seed { folder: PathBuf },
    /// Print the GraphQL schema.
    Schema,
    /// List parked events, or replay one.
    Inbox {
        #[command(subcommand)]
        command: roles::InboxCommand,
    },
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Arguments::parse().role {
        Role::Serve => roles::serve().await,
        Role::Work => roles::work().await,
        Role::Migrate => roles::migrate().await,
        Role::Provision => roles::provision().await,
        Role::Seed { folder } => roles::seed(&folder).await,
        Role::Schema => roles::print_schema(),
        Role::Inbox { command } => roles::inbox(command).await,
    }
}
