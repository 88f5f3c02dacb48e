//! Every developer command, one file per command: `cargo xtask --help`.
//!
//! The two that a newcomer needs are `up` (the whole platform on this machine) and `test` (everything that is tested).
//! Nothing else has to be installed by hand; what runs is private to the working copy (`.dev/`).

#![expect(
    clippy::print_stdout,
    reason = "a command line tool talks to its user on stdout"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "a command line tool: it reads the environment and spawns tasks of its own"
)]

mod bench;
mod check;
mod compose_file;
mod composer;
mod down;
mod http;
mod instance;
mod interrupt;
mod javascript;
mod packages;
mod platform;
mod process;
mod progress;
mod router_binary;
mod router_config;
mod run;
mod schema;
mod services;
mod supervisor;
mod test;
mod tidy;
mod up;
mod watch;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Developer commands of the platform.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
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
    /// Print the subgraph schemas and compose them.
    Schema(schema::Options),
    /// Check our own rules only (also run by `check`).
    Tidy,
    /// Give a command to a subgraph of the platform that runs, for example `customers tenant suspend kava`.
    Run(run::Options),
    /// Sign in as a shop's owner and print live events.
    Watch(watch::Options),
    /// Measure the platform on instances of its own, in release.
    Bench(bench::Options),
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
        Command::Schema(options) => schema::run(&options).await,
        Command::Tidy => tidy::run(),
        Command::Run(options) => run::run(&options).await,
        Command::Watch(options) => watch::run(&options).await,
        Command::Bench(options) => bench::run(&options).await,
        Command::Setup => up::setup().await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            progress::failure(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}
