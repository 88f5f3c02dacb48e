//! The JavaScript part of the workspace: what it needs is installed once, from the lock file.

use anyhow::{Context as _, Result};
use tokio::process::Command;

use crate::progress::step;
use crate::workspace::{Workspace, run_quiet};

/// npm in the working copy.
pub fn npm(workspace: &Workspace, arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.args(arguments).current_dir(&workspace.root);
    command
}

/// Installs what the lock file names, unless that was the last thing that was installed.
pub async fn install(workspace: &Workspace) -> Result<()> {
    if is_installed(workspace) {
        return Ok(());
    }
    let mut install = npm(
        workspace,
        &["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
    );
    step("npm ci", run_quiet(&mut install))
        .await
        .context("Node with npm is needed for e2e/ and web/")?;
    Ok(())
}

/// npm writes its own list last; it is as new as the lock file that it was made from.
fn is_installed(workspace: &Workspace) -> bool {
    let written = |file: &str| {
        let metadata = std::fs::metadata(workspace.root.join(file)).ok()?;
        metadata.modified().ok()
    };
    match (
        written("node_modules/.package-lock.json"),
        written("package-lock.json"),
    ) {
        (Some(installed), Some(wanted)) => installed >= wanted,
        _ => false,
    }
}

/// Types, and that the live board in the gateway's assets is what its source builds to.
pub async fn check(workspace: &Workspace) -> Result<()> {
    install(workspace).await?;
    run_quiet(&mut npm(workspace, &["run", "check"]))
        .await
        .map(drop)
}
