//! The supergraph composer: built once per version of its sources and kept in the user's cache, because it takes minutes
//! to compile and changes almost never.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};
use tokio::process::Command;

use crate::progress::{loud_step, say};
use crate::workspace::{Workspace, cache_folder, run_loud, run_quiet};

/// Composes `config` into the folder `out`, or compares with what is there.
pub async fn compose(workspace: &Workspace, config: &Path, out: &Path, check: bool) -> Result<()> {
    let binary = acquire(workspace).await?;
    let mut command = Command::new(binary);
    command
        .current_dir(&workspace.root)
        .arg("--config")
        .arg(config)
        .arg("--out")
        .arg(out);
    if check {
        command.arg("--check");
    }
    let printed = run_quiet(&mut command).await?;
    if !printed.trim().is_empty() {
        say(printed.trim_end());
    }
    Ok(())
}

async fn acquire(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.root.join("tools/compose");
    let cache = cache_folder()?;
    let cached = cache.join(format!("compose-{}", version(&folder)?));
    if cached.is_file() {
        return Ok(cached);
    }
    say("     The composer is compiled now. This takes a few minutes, once.");
    let target = cache.join("compose-target");
    let mut cargo = workspace.cargo();
    cargo
        .args(["build", "--locked", "--manifest-path"])
        .arg(folder.join("Cargo.toml"))
        .env("CARGO_TARGET_DIR", &target);
    loud_step("composer: cargo build", run_loud(&mut cargo)).await?;
    let draft = cached.with_extension("new");
    fs::copy(target.join("debug/compose"), &draft).context("the composer was not built")?;
    fs::rename(&draft, &cached)?;
    Ok(cached)
}

/// A name for the composer's sources, lock file and compiler.
fn version(folder: &Path) -> Result<String> {
    let mut hash = Sha256::new();
    for file in [
        "Cargo.toml",
        "Cargo.lock",
        "src/main.rs",
        "../../rust-toolchain.toml",
    ] {
        let bytes = fs::read(folder.join(file)).with_context(|| format!("cannot read {file}"))?;
        hash.update(bytes);
    }
    Ok(hex::encode(hash.finalize().get(..8).unwrap_or_default()))
}
