//! Our own rules about the shape of the workspace. Each file is one rule; each names the invariant it guards.
//!
//! `cargo xtask tidy` prints them, `check` runs them, and a test runs them under plain `cargo test`. Longest files and
//! doubtful folder names are only listed, for a reader to judge.

mod dependencies;
mod imports;
mod members;
mod mutations;
mod names;
mod sdl;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::progress::say;
use crate::workspace;

pub fn run() -> Result<()> {
    let root = workspace::root()?;
    names::list(&root)?;
    check(&root)?;
    say("The workspace follows its rules.");
    Ok(())
}

/// Fails with every violation of every rule.
pub fn check(root: &Path) -> Result<()> {
    let mut problems = Vec::new();
    problems.extend(dependencies::problems(root)?);
    problems.extend(members::problems(root)?);
    problems.extend(imports::problems(root)?);
    problems.extend(mutations::problems(root));
    problems.extend(sdl::problems(root));
    if !problems.is_empty() {
        bail!("{}", problems.join("\n"));
    }
    Ok(())
}

/// Folders of the workspace's members, relative to the root.
fn member_folders(root: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = vec![
        PathBuf::from("gateway"),
        PathBuf::from("xtask"),
        PathBuf::from("bench/static-subgraph"),
    ];
    for parent in ["crates", "subgraphs"] {
        for entry in std::fs::read_dir(root.join(parent))? {
            let name = entry?.file_name();
            folders.push(Path::new(parent).join(name));
        }
    }
    folders.retain(|folder| root.join(folder).join("Cargo.toml").is_file());
    folders.sort();
    Ok(folders)
}

/// All files with an extension below a folder, sorted; `target` and hidden folders left out.
fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else {
        return found;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if path.is_dir() {
            if !name.starts_with('.') && name != "target" && name != "node_modules" {
                found.extend(files_below(&path, extension));
            }
        } else if path.extension().is_some_and(|actual| actual == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_follows_its_rules() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();

        if let Err(error) = check(root) {
            panic!("{error:#}");
        }
    }
}
