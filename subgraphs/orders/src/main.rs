//! `orders <role>`: one executable, so that the API and its workers cannot drift.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use orders::roles;

#[derive(Parser)]
#[command(about = "Orders and checkout of the shop platform")]
struct Arguments {
    #[command(subcommand)]
    role: Role,
}

#[derive(Subcommand)]
enum Role {
    /// Answer GraphQL and internal calls.
    Serve,
    /// Publish events, handle received ones, finish or undo what checkout left open.
    Work,
    /// Bring the database up to date.
    Migrate,
    /// Create the database and its three roles.
    Provision,
    /// Print the GraphQL schema.
    Schema,
    /// Look at events that could not be handled, or try one again.
    Inbox {
        #[command(subcommand)]
        command: roles::InboxCommand,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Arguments::parse().role {
        Role::Serve => roles::serve().await,
        Role::Work => roles::work().await,
        Role::Migrate => roles::migrate().await,
        Role::Provision => roles::provision().await,
        Role::Schema => roles::print_schema(),
        Role::Inbox { command } => roles::inbox(command).await,
    };
    roles::exit_code(done)
}
