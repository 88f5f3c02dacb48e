//! `customers <role>`: one executable, so that the API and its workers cannot drift.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use customers::roles;

#[derive(Parser)]
#[command(about = "Tenants, accounts and customers of the shop platform")]
struct Arguments {
    #[command(subcommand)]
    role: Role,
}

#[derive(Subcommand)]
enum Role {
    /// Serve GraphQL and internal calls.
    Serve,
    /// Publish events, handle received events, remove old rows.
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
    /// Suspend or resume a shop.
    Tenant {
        #[command(subcommand)]
        command: roles::TenantCommand,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Arguments::parse().role {
        Role::Serve => roles::serve().await,
        Role::Work => roles::work().await,
        Role::Migrate => roles::migrate().await,
        Role::Provision => roles::provision().await,
        Role::Seed { folder } => roles::seed(&folder).await,
        Role::Schema => roles::print_schema(),
        Role::Inbox { command } => roles::inbox(command).await,
        Role::Tenant { command } => roles::tenant(command).await,
    };
    roles::exit_code(done)
}
