//! The command line: `<subgraph> <role>`.

use std::io::{self, Write as _};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::Subgraph;
use crate::roles::{self, InboxCommand};

#[derive(Parser)]
struct Arguments<C: Subcommand> {
    #[command(subcommand)]
    role: Role<C>,
}

#[derive(Subcommand)]
enum Role<C: Subcommand> {
    /// Serve GraphQL and internal calls.
    Serve,
    /// Publish events, handle received events, run scheduled jobs.
    Work,
    /// Apply the missing migrations.
    Migrate,
    /// Create the database and its three roles.
    Provision,
    /// Print the GraphQL schema.
    Schema,
    /// Print as JSON what the tables in the documents are generated from.
    Facts,
    /// List parked events, or replay one.
    Inbox {
        #[command(subcommand)]
        command: InboxCommand,
    },
    #[command(flatten)]
    Operate(C),
}

/// Runs the role that the command line names. An error is printed with its causes as one line on standard error.
pub fn main<S: Subgraph>() -> ExitCode {
    match run::<S>() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // A closed standard error leaves nowhere to report to.
            writeln!(io::stderr(), "{}: {error:#}", S::NAME.as_str()).ok();
            ExitCode::FAILURE
        }
    }
}

fn run<S: Subgraph>() -> Result<()> {
    let command = Arguments::<S::Command>::command()
        .name(S::NAME.as_str())
        .about(S::ABOUT);
    let matches = command.get_matches();
    let arguments =
        Arguments::<S::Command>::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    tokio::runtime::Runtime::new()
        .context("starting the runtime")?
        .block_on(async {
            match arguments.role {
                Role::Serve => roles::serve::<S>().await,
                Role::Work => roles::work::<S>().await,
                Role::Migrate => roles::migrate::<S>().await,
                Role::Provision => roles::provision::<S>().await,
                Role::Schema => roles::print(&crate::sdl::<S>()),
                Role::Facts => roles::print(&roles::facts::<S>().to_string()),
                Role::Inbox { command } => roles::inbox::<S>(command).await,
                Role::Operate(command) => roles::operate::<S>(command).await,
            }
        })
}
