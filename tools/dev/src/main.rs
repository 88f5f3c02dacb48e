//! Every developer command, one file per command: `cargo xtask --help`.
//!
//! The two that a newcomer needs are `up` (the whole platform on this machine) and `test` (everything that is tested).
//! Nothing else has to be installed by hand; what runs is private to the working copy (`.dev/`).

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use dev_tools::{check, down, generate, new, progress, run, test, up, watch};

/// Developer commands of the platform.
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    after_help = "In packages of their own: `cargo xtask bench --help` (figures), `cargo xtask tidy --help` (our rules)"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the whole platform on this machine; Ctrl-C stops it.
    Up(up::Options),
    /// Stop what `up` started; with --wipe also remove its data.
    Down(down::Options),
    /// Run every test on instances of its own: cargo tests, then the journeys in e2e/.
    Test(test::Options),
    /// Check everything that needs no running platform (format, lints, our rules, generated files).
    Check,
    /// Write every committed file that is made from code: schemas, compose.yaml, tables in documents.
    Generate(generate::Options),
    /// Write the skeleton of a feature, a mutation, a table or an event type.
    New(new::Options),
    /// Give a command to a subgraph of the platform that runs, for example `customers tenant suspend kava`.
    Run(run::Options),
    /// Sign in as a shop's owner and print live events.
    Watch(watch::Options),
    /// Install what is missing (packages, router) and stop.
    Setup,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.command {
        Command::Up(options) => up::run(&options).await,
        Command::Down(options) => down::run(&options).await,
        Command::Test(options) => test::run(&options).await,
        Command::Check => check::run().await,
        Command::Generate(options) => generate::run(&options).await,
        Command::New(options) => new::run(&options).await,
        Command::Run(options) => run::run(&options).await,
        Command::Watch(options) => watch::run(&options).await,
        Command::Setup => up::setup().await,
    };
    progress::conclude(outcome)
}
