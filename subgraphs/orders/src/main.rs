//! `orders <role>`: one executable, so that the API and its workers always run the same version.

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
    /// Serve GraphQL and internal calls.
    Serve,
    /// Publish events, handle received events, finish or undo sagas past their deadline.
    Work,
    /// Apply the migrations.
    Migrate,
    /// Create the database and its three roles.
    Provision,
    /// Print the GraphQL schema.
    Schema,
    /// List parked events, or replay one.
    Inbox {
        #[command(subcommand)]
        command: roles::InboxCommand,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let result = match Arguments::parse().role {
        Role::Serve => roles::serve().await,
        Role::Work => roles::work().await,
        Role::Migrate => roles::migrate().await,
        Role::Provision => roles::provision().await,
        Role::Schema => roles::print_schema(),
        Role::Inbox { command } => roles::inbox(command).await,
    };
    roles::exit_code(result)
}
