//! `cargo xtask down`: stops what `up` started, whether it still runs or was killed.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Args;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::time::sleep;

use crate::progress::{say, step};
use crate::workspace::root;
use crate::{instance, process};

#[derive(Args)]
pub struct Options {
    /// The instance's folder.
    #[arg(long, default_value = ".dev")]
    data_dir: PathBuf,
    /// Also remove the data.
    #[arg(long)]
    wipe: bool,
}

pub async fn run(options: &Options) -> Result<()> {
    let folder = root()?.join(&options.data_dir);
    if !folder.is_dir() {
        say("Nothing to stop.");
        return Ok(());
    }
    if instance::is_in_use(&folder) {
        step("`cargo xtask up` asked to stop", ask_to_stop(&folder)).await?;
    }
    let ended = process::end_leftovers(&folder.join("processes")).await?;
    if !ended.is_empty() {
        say(&format!(
            "  ok ended what a killed run had left: {}",
            ended.join(", ")
        ));
    }
    if options.wipe {
        step("data removed", async { instance::wipe(&folder) }).await?;
    }
    Ok(())
}

async fn ask_to_stop(folder: &std::path::Path) -> Result<()> {
    let Some(pid) = instance::owner(folder) else {
        bail!("{} is in use, but nobody knows by whom", folder.display());
    };
    kill(Pid::from_raw(pid), Signal::SIGTERM)?;
    let deadline = Instant::now() + Duration::from_mins(1);
    while instance::is_in_use(folder) {
        if Instant::now() > deadline {
            bail!("process {pid} does not stop");
        }
        sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}
