//! `cargo xtask bench live`: what live events cost, and when they become too many. Clients, gateway, router, subgraphs and
//! services share this machine. Prints figures; asserts none.

mod crowd;
mod gateway;
mod groups;
mod idle;
mod storm;
mod tally;
mod world;
mod writes;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use dev_tools::platform::Platform;
use dev_tools::progress::{say, warn};
use dev_tools::up;
use nix::sys::resource::{Resource, getrlimit, setrlimit};

use groups::Scenario;
use world::World;

#[derive(Args)]
pub struct Options {
    /// Sockets of the main figures; as many customers have an order.
    #[arg(long, default_value_t = 1_000)]
    sockets: usize,
    /// Sockets that only wait, on one gateway.
    #[arg(long, default_value_t = 10_000)]
    idle: usize,
    /// Clients that come back at once.
    #[arg(long, default_value_t = 500)]
    returning: usize,
    /// Events that each of them is behind, at least.
    #[arg(long, default_value_t = 300)]
    behind: u64,
    /// Seconds per figure.
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    #[command(flatten)]
    binaries: up::Binaries,
    /// The instance's folder; emptied before the run.
    #[arg(long, default_value = ".dev-bench")]
    pub data_dir: PathBuf,
}

impl Options {
    /// How the services' binaries come about.
    pub fn binaries(&self) -> &up::Binaries {
        &self.binaries
    }
}

pub async fn measure(platform: &mut Platform<'_>, options: &Options) -> Result<()> {
    raise_file_limit(options.sockets.max(options.idle))?;
    let world = World::start(platform, options.sockets).await?;
    let time = Duration::from_secs(options.seconds);
    say(&heading(options));
    // On a gateway that has done little yet: memory that was given back to nobody would hide what a socket costs.
    idle::measure(&world, options.sockets).await?;
    idle::measure(&world, options.idle).await?;
    for documents in [1, 10] {
        Scenario::dashboards(&world, options.sockets, documents)?
            .measure(&world, time)
            .await?;
    }
    Scenario::own_order(&world).measure(&world, time).await?;
    Scenario::own_orders(&world).measure(&world, time).await?;
    storm::measure(&world, options.returning, options.behind, time).await
}

fn heading(options: &Options) -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    format!(
        "\nMeasured on {cores} cores, everything and the clients on one machine, {} s per figure. Delays are counted from the \
         event's own time, which lies shortly before its commit. Limits of the plan and rates per caller and shop are lifted.\n",
        options.seconds
    )
}

/// Children inherit it: the gateway needs a file for every socket, and so does this process.
fn raise_file_limit(sockets: usize) -> Result<()> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, most, most)?;
    if most < u64::try_from(sockets)? + 1_000 {
        warn(&format!("a process may open {most} files only"));
    }
    Ok(())
}
