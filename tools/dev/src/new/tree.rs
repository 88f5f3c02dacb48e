//! The files of the working copy with the changes that a command is about to make: nothing is written until all of them
//! are known to fit.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use super::imports;

/// A working copy and its pending changes.
#[derive(Clone)]
pub struct Tree {
    root: PathBuf,
    changed: BTreeMap<String, Change>,
}

/// A file that is written or changed.
#[derive(Clone)]
pub struct Change {
    /// Its text so far; `None` if it is new.
    pub before: Option<String>,
    /// Its text afterwards.
    pub after: String,
}

impl Tree {
    /// The working copy at this folder.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            changed: BTreeMap::new(),
        }
    }

    /// The text of a file, with its pending change.
    pub fn read(&self, path: &str) -> Result<String> {
        match self.changed.get(path) {
            Some(change) => Ok(change.after.clone()),
            None => fs::read_to_string(self.root.join(path))
                .with_context(|| format!("cannot read {path}")),
        }
    }

    /// Whether there is, or will be, such a file or folder.
    pub fn exists(&self, path: &str) -> bool {
        self.changed.contains_key(path) || self.root.join(path).exists()
    }

    /// Names of the files in a folder, sorted; none if there is no folder.
    pub fn list(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.root.join(folder));
        let on_disk = entries.into_iter().flatten().flatten();
        let mut names: Vec<String> = on_disk
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        let inside = format!("{folder}/");
        let pending = self
            .changed
            .keys()
            .filter_map(|path| path.strip_prefix(&inside));
        names.extend(
            pending
                .filter(|name| !name.contains('/'))
                .map(str::to_owned),
        );
        names.sort();
        names.dedup();
        names
    }

    /// Adds a file. It must not exist.
    pub fn create(&mut self, path: &str, text: String) -> Result<()> {
        if self.exists(path) {
            bail!("{path} exists already");
        }
        let change = Change {
            before: None,
            after: text,
        };
        self.changed.insert(path.to_owned(), change);
        Ok(())
    }

    /// Changes a file. The error of `change` says which anchor is missing.
    pub fn edit(&mut self, path: &str, change: impl FnOnce(&str) -> Result<String>) -> Result<()> {
        let current = self.read(path)?;
        let after = change(&current).with_context(|| format!("cannot change {path}"))?;
        let change = self.changed.entry(path.to_owned()).or_insert(Change {
            before: Some(current),
            after: String::new(),
        });
        change.after = after;
        Ok(())
    }

    /// Adds a fragment with its imports to a file, or makes it a file.
    pub fn merge(&mut self, path: &str, fragment: String) -> Result<()> {
        if self.exists(path) {
            return self.edit(path, |text| imports::merge(text, &fragment));
        }
        self.create(path, fragment)
    }

    /// The pending changes by path.
    pub fn changes(&self) -> impl Iterator<Item = (&str, &Change)> {
        self.changed
            .iter()
            .map(|(path, change)| (path.as_str(), change))
    }

    /// Formats the changed files, each on its own. What is not Rust any more is found before anything is written.
    pub async fn format(&mut self) -> Result<()> {
        for (path, change) in &mut self.changed {
            if Path::new(path).extension().is_some_and(|end| end == "rs") {
                change.after = formatted(&self.root, &change.after)
                    .await
                    .with_context(|| format!("cannot format {path}"))?;
            }
        }
        Ok(())
    }

    /// Writes the changes.
    pub fn write(&self) -> Result<()> {
        for (path, change) in &self.changed {
            let full = self.root.join(path);
            if let Some(folder) = full.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&full, &change.after).with_context(|| format!("cannot write {path}"))?;
        }
        Ok(())
    }
}

/// The text as rustfmt has it.
async fn formatted(root: &Path, text: &str) -> Result<String> {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024"])
        .current_dir(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("rustfmt cannot be started")?;
    let mut stdin = rustfmt.stdin.take().context("rustfmt has no input")?;
    stdin.write_all(text.as_bytes()).await?;
    drop(stdin);
    let output = rustfmt.wait_with_output().await?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}
