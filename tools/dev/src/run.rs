//! `cargo xtask run <subgraph> <arguments>`: a command of a subgraph's executable with the settings of the platform that
//! `up` has started, for example `cargo xtask run customers tenant suspend kava`.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::platform::operator::Operator;
use crate::workspace::Workspace;

#[derive(Args)]
pub struct Options {
    /// The instance's folder.
    #[arg(long, default_value = ".dev")]
    data_dir: PathBuf,
    /// catalog, orders or customers.
    subgraph: String,
    /// What its executable gets, for example `inbox list`.
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

pub async fn run(options: &Options) -> Result<()> {
    let workspace = Workspace::find().await?;
    let folder = workspace.root.join(&options.data_dir);
    let operator = Operator::of_instance(&workspace, &folder)?;
    let status = operator
        .command(&options.subgraph, &options.arguments)?
        .status()
        .await
        .with_context(|| format!("{} could not be started", options.subgraph))?;
    if !status.success() {
        bail!("{} ended with {status}", options.subgraph);
    }
    Ok(())
}
