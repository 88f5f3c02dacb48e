//! `cargo xtask tidy`: our own rules about the shape of the workspace. Each file is one rule and names the invariant it
//! guards. `check` runs them, and a test runs them under plain `cargo test`.
//!
//! `cargo xtask tidy --lines` counts instead: files, lines and functions of what is written by hand.

#![expect(
    clippy::print_stdout,
    reason = "a command line tool talks to its user on stdout"
)]

mod arrows;
mod circles;
mod dependencies;
mod files;
mod imports;
mod layers;
mod lines;
mod members;
mod mutations;
mod names;
mod sdl;
mod sources;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Parser;

/// Check the shape of the workspace, or count its lines.
#[derive(Parser)]
#[command(name = "cargo xtask tidy", bin_name = "cargo xtask tidy")]
struct Options {
    /// Count lines instead of checking: of these files and folders, or of everything that is deployed.
    #[arg(long, num_args = 0.., value_name = "PATH")]
    lines: Option<Vec<PathBuf>>,
    /// The working copy; the one around the current folder if absent.
    #[arg(long)]
    root: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<()> {
    let root = match &options.root {
        Some(root) => root.canonicalize()?,
        None => files::root()?,
    };
    if let Some(paths) = &options.lines {
        return lines::print(&root, paths);
    }
    names::list(&root)?;
    check(&root)?;
    println!("The workspace follows its rules.");
    Ok(())
}

/// Fails with every violation of every rule.
fn check(root: &Path) -> Result<()> {
    let mut problems = Vec::new();
    problems.extend(dependencies::problems(root)?);
    problems.extend(members::problems(root)?);
    problems.extend(imports::problems(root)?);
    problems.extend(circles::problems(root)?);
    problems.extend(layers::problems(root)?);
    problems.extend(mutations::problems(root)?);
    problems.extend(sdl::problems(root)?);
    if !problems.is_empty() {
        bail!("{}", problems.join("\n"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_follows_its_rules() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .nth(2)
            .unwrap();

        if let Err(error) = check(root) {
            panic!("{error:#}");
        }
    }
}
