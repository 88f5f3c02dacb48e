//! Where things are: the working copy, its members, files by extension.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The subgraphs.
pub const SUBGRAPHS: [&str; 3] = ["catalog", "customers", "orders"];

/// The working copy's root: the folder above the current one that holds `supergraph.yaml`.
pub fn root() -> Result<PathBuf> {
    let start = std::env::current_dir().context("the current folder does not exist")?;
    start
        .ancestors()
        .find(|folder| folder.join("supergraph.yaml").is_file())
        .map(Path::to_owned)
        .context("run this inside the working copy")
}

/// Folders of the workspace's members, relative to the root.
pub fn member_folders(root: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = vec![PathBuf::from("gateway"), PathBuf::from("xtask")];
    for parent in ["bench", "crates", "subgraphs", "tools"] {
        for entry in std::fs::read_dir(root.join(parent))? {
            let name = entry?.file_name();
            // A workspace of its own.
            if name != "compose" {
                folders.push(Path::new(parent).join(name));
            }
        }
    }
    folders.retain(|folder| root.join(folder).join("Cargo.toml").is_file());
    folders.sort();
    Ok(folders)
}

/// All files with an extension below a folder, sorted; `target` and hidden folders left out.
pub fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
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
