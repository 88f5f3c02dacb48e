//! `cargo deny` (deny.toml): one pinned version, compiled once by `setup` into the user's cache.

use std::path::PathBuf;

use anyhow::Result;

use crate::progress::{loud_step, say};
use crate::workspace::{Workspace, cache_folder, run_loud, run_quiet};

const VERSION: &str = "0.20.2";

/// Licences, bans and sources of every dependency. Advisories need a download and are left to a scheduled run.
pub async fn check(workspace: &Workspace) -> Result<()> {
    let binary = acquire().await?;
    let mut deny = workspace.cargo();
    deny.arg("deny")
        .args(["--locked", "check", "licenses", "bans", "sources"])
        .env("PATH", with_folder_of(&binary)?);
    run_quiet(&mut deny).await.map(drop)
}

/// The executable, compiled if need be.
pub async fn acquire() -> Result<PathBuf> {
    let folder = cache_folder()?.join(format!("cargo-deny-{VERSION}"));
    let binary = folder.join("bin/cargo-deny");
    if binary.is_file() {
        return Ok(binary);
    }
    say("     cargo-deny is compiled now. This takes a few minutes, once.");
    let mut cargo = tokio::process::Command::new("cargo");
    cargo
        .args(["install", "cargo-deny", "--version", VERSION, "--locked"])
        // A quick build: it reads a few files and ends.
        .args(["--debug", "--root"])
        .arg(&folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        .env_remove("RUSTFLAGS");
    loud_step("cargo-deny: cargo install", run_loud(&mut cargo)).await?;
    drop(std::fs::remove_dir_all(folder.join("target")));
    Ok(binary)
}

/// PATH with the folder of an executable in front.
fn with_folder_of(binary: &std::path::Path) -> Result<std::ffi::OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folder = binary.parent().map(PathBuf::from);
    Ok(std::env::join_paths(
        folder.into_iter().chain(std::env::split_paths(&path)),
    )?)
}
