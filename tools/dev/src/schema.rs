//! `schemas/`: each subgraph's SDL as it prints it, and the supergraph and API schema composed from them.

use std::path::Path;

use anyhow::Result;
use tokio::process::Command;

use crate::composer;
use crate::progress::step;
use crate::workspace::{Profile, SUBGRAPHS, Workspace, run_quiet};

/// Prints and composes, with binaries that are built.
pub async fn generate(workspace: &Workspace, profile: Profile, check: bool) -> Result<()> {
    step(
        "schemas/<subgraph>.graphql",
        print_all(workspace, profile, check),
    )
    .await?;
    let files = "schemas/supergraph.graphql, schemas/api.graphql";
    let (config, out) = (Path::new("supergraph.yaml"), Path::new("schemas"));
    step(files, composer::compose(workspace, config, out, check)).await
}

/// Composes when there is no supergraph yet (a working copy that never committed one).
pub async fn ensure_supergraph(workspace: &Workspace, profile: Profile) -> Result<()> {
    let names = ["supergraph.graphql", "api.graphql"];
    if names
        .iter()
        .all(|name| workspace.root.join("schemas").join(name).is_file())
    {
        return Ok(());
    }
    generate(workspace, profile, false).await
}

async fn print_all(workspace: &Workspace, profile: Profile, check: bool) -> Result<()> {
    let mut files = Vec::new();
    for name in SUBGRAPHS {
        let mut command = Command::new(workspace.binary(name, profile));
        let printed = run_quiet(command.arg("schema").env("NO_COLOR", "1")).await?;
        files.push((format!("schemas/{name}.graphql"), printed));
    }
    workspace.update(files, check)
}
