//! The full check of the templates: every kind in a copy of the working copy, which then compiles and passes our rules.

use std::path::Path;

use anyhow::{Context as _, Result};
use chrono::Utc;
use clap::Parser;
use tokio::process::Command;

use super::{Kind, Tree, add};
use crate::progress::{loud_step, step};
use crate::workspace::{Profile, Workspace, run_loud, run_quiet};

/// What is written into the copy, one after the other.
pub const COMMAND_LINES: [&str; 11] = [
    "feature customers pen_pals",
    "command customers pen_pals create_pen_pal",
    "command customers pen_pals rename_pen_pal",
    "list customers pen_pals",
    "table customers pen_pal_notes --feature pen_pals",
    "event customers pen_pals pen_pal.created --stream customers --by create_pen_pal",
    "event customers pen_pals pen_pal.renamed --by rename_pen_pal",
    "event orders orders order.packed",
    "feature catalog pallets",
    "command catalog pallets create_pallet --idempotent --permission StockAdjust",
    "command catalog pallets rename_pallet --idempotent --permission StockAdjust",
];

const CHECK: &[&str] = &[
    "check",
    "--package=catalog",
    "--package=customers",
    "--package=orders",
    "--all-targets",
    "--locked",
    "--quiet",
];
/// The tests of pen pals and pallets, of the isolation of what is theirs, and of their events.
const TEST: &[&str] = &[
    "test",
    "--package=catalog",
    "--package=customers",
    "--package=event-contracts",
    "--locked",
    "--quiet",
    "--",
    "pen_pal",
    "pallet",
    "tenant_isolation",
    "keeps_",
];

/// `new` and its arguments.
#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    kind: Kind,
}

/// Reads the arguments of `cargo xtask new`.
pub fn parse(command_line: &str) -> Result<Kind> {
    let words = ["new"].into_iter().chain(command_line.split(' '));
    Ok(Line::try_parse_from(words)?.kind)
}

/// Writes every kind into a copy of the working copy below `folder`, compiles it, and runs the generated tests on the services
/// that the variables name.
pub async fn check(
    workspace: &Workspace,
    folder: &Path,
    variables: &[(&'static str, String)],
) -> Result<()> {
    let copy = folder.join("new");
    step("copy of the working copy", copy_files(workspace, &copy)).await?;
    for command_line in COMMAND_LINES {
        let mut tree = Tree::new(&copy);
        add(&mut tree, &parse(command_line)?, Utc::now()).context(command_line)?;
        tree.format().await?;
        tree.write()?;
    }
    for arguments in [CHECK, TEST] {
        let mut cargo = workspace.cargo();
        cargo.args(arguments).current_dir(&copy);
        // Not the target folder of the working copy: cargo would take the packages of the copy for the real ones.
        cargo.env("CARGO_TARGET_DIR", workspace.target().join("new"));
        cargo.env("CARGO_INCREMENTAL", "0");
        cargo.env("INSTA_UPDATE", "no");
        cargo.envs(variables.iter().map(|(name, value)| (name, value)));
        loud_step(
            &format!("cargo {}", arguments.join(" ")),
            run_loud(&mut cargo),
        )
        .await?;
    }
    let mut tidy = Command::new(workspace.binary("tidy", Profile::Dev));
    step("our rules", run_quiet(tidy.current_dir(&copy)))
        .await
        .map(drop)
}

/// Copies what git knows or would add.
async fn copy_files(workspace: &Workspace, copy: &Path) -> Result<()> {
    let mut git = Command::new("git");
    git.args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "--deduplicate",
    ]);
    let files = run_quiet(git.current_dir(&workspace.root)).await?;
    if copy.exists() {
        std::fs::remove_dir_all(copy)?;
    }
    for file in files.lines() {
        let from = workspace.root.join(file);
        let to = copy.join(file);
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder)?;
        }
        // A file that was deleted but not yet committed is listed too.
        if from.is_file() {
            std::fs::copy(&from, &to).with_context(|| format!("cannot copy {file}"))?;
        }
    }
    Ok(())
}
