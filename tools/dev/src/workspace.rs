//! Where things are: the working copy, cargo's target folder, the user's cache.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use tokio::process::Command;

/// The three subgraphs, in the order in which they are provisioned and seeded.
pub const SUBGRAPHS: [&str; 3] = ["customers", "catalog", "orders"];

/// How binaries are built.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Serialize, serde::Deserialize)]
pub enum Profile {
    /// Quick to build.
    Dev,
    /// Quick to run.
    Release,
}

impl Profile {
    fn folder(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release => "release",
        }
    }
}

/// The working copy that the command was started in.
pub struct Workspace {
    pub root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Finds the working copy above the current folder and asks cargo for its target folder.
    pub async fn find() -> Result<Self> {
        let root = root()?;
        let output = Command::new("cargo")
            .args([
                "metadata",
                "--format-version",
                "1",
                "--no-deps",
                "--offline",
            ])
            .current_dir(&root)
            .stderr(Stdio::null())
            .output()
            .await
            .context("cargo is not on PATH")?;
        let target = serde_json::from_slice::<Value>(&output.stdout)
            .ok()
            .and_then(|metadata| metadata["target_directory"].as_str().map(PathBuf::from))
            .unwrap_or_else(|| root.join("target"));
        Ok(Self { root, target })
    }

    /// cargo's target folder.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// A built binary.
    pub fn binary(&self, name: &str, profile: Profile) -> PathBuf {
        self.target.join(profile.folder()).join(name)
    }

    /// Builds the binaries of the platform, and those of `extra` packages.
    pub async fn build(&self, profile: Profile, extra: &[&str]) -> Result<()> {
        let mut command = self.cargo();
        command.args(["build", "--bins", "--locked"]);
        for package in SUBGRAPHS.iter().chain(&["gateway"]).chain(extra) {
            command.args(["--package", package]);
        }
        if profile == Profile::Release {
            command.arg("--release");
        }
        run_loud(&mut command).await
    }

    /// cargo in the working copy, killed with us. What `cargo run` told us about our own package is taken out of
    /// its environment: build scripts of dependencies watch those variables, so that a cargo under `cargo xtask`
    /// and one at the prompt would rebuild each other's results for ever.
    pub fn cargo(&self) -> Command {
        let mut command = Command::new("cargo");
        command.current_dir(&self.root).kill_on_drop(true);
        for (name, _) in std::env::vars_os() {
            let told_by_cargo = [
                "CARGO_PKG_",
                "CARGO_MANIFEST_",
                "CARGO_BIN_",
                "CARGO_CRATE_",
            ]
            .iter()
            .any(|prefix| name.to_string_lossy().starts_with(prefix));
            if told_by_cargo || name == "OUT_DIR" || name == "CARGO_PRIMARY_PACKAGE" {
                command.env_remove(name);
            }
        }
        command
    }

    /// Reads a file of the working copy.
    pub fn read(&self, path: &str) -> Result<String> {
        let full = self.root.join(path);
        std::fs::read_to_string(&full).with_context(|| format!("cannot read {path}"))
    }

    /// Writes those generated files that are not current; with `check` it only names them, as an error.
    pub fn update(
        &self,
        files: impl IntoIterator<Item = (impl AsRef<str>, String)>,
        check: bool,
    ) -> Result<()> {
        let mut stale = Vec::new();
        for (name, text) in files {
            let (name, path) = (name.as_ref(), self.root.join(name.as_ref()));
            if std::fs::read_to_string(&path).is_ok_and(|current| current == text) {
                continue;
            }
            if check {
                stale.push(name.to_owned());
            } else {
                let draft = path.with_added_extension("new");
                std::fs::write(&draft, text)?;
                std::fs::rename(&draft, &path)?;
            }
        }
        if !stale.is_empty() {
            bail!(
                "not current: {}. Run `cargo xtask generate` and commit the result",
                stale.join(", ")
            );
        }
        Ok(())
    }
}

/// The working copy's root: the folder above us that holds `supergraph.yaml`.
pub fn root() -> Result<PathBuf> {
    let start = std::env::current_dir().context("the current folder is gone")?;
    start
        .ancestors()
        .find(|folder| {
            folder.join("supergraph.yaml").is_file() && folder.join("Cargo.toml").is_file()
        })
        .map(Path::to_owned)
        .context("run this inside the working copy")
}

/// Where downloads and builds that outlive a working copy are kept.
pub fn cache_folder() -> Result<PathBuf> {
    let base = match std::env::var_os("XDG_CACHE_HOME").filter(|value| !value.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None => home()?.join(".cache"),
    };
    let folder = base.join("shop-platform");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder)
}

fn home() -> Result<PathBuf> {
    std::env::var_os("HOME")
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
        .context("HOME is not set")
}

/// Runs a command whose output the user reads.
pub async fn run_loud(command: &mut Command) -> Result<()> {
    let name = describe(command);
    let status = command
        .kill_on_drop(true)
        .status()
        .await
        .with_context(|| format!("cannot start {name}"))?;
    if !status.success() {
        bail!("`{name}` failed ({status})");
    }
    Ok(())
}

/// Runs a command quietly; its output is shown only when it fails. Answers what it wrote to stdout.
pub async fn run_quiet(command: &mut Command) -> Result<String> {
    let name = describe(command);
    command.stdin(Stdio::null()).kill_on_drop(true);
    let output = Box::pin(command.output())
        .await
        .with_context(|| format!("cannot start {name}"))?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        bail!(
            "`{name}` failed ({}):\n{}",
            output.status,
            tail(&format!("{stdout}{stderr}"), 30)
        );
    }
    Ok(stdout)
}

/// The last lines of a text.
pub fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.trim_end().lines().collect();
    let from = all.len().saturating_sub(lines);
    all.get(from..).unwrap_or_default().join("\n")
}

fn describe(command: &Command) -> String {
    let command = command.as_std();
    let program = Path::new(command.get_program());
    let mut words = vec![
        program
            .file_name()
            .unwrap_or(program.as_os_str())
            .to_string_lossy()
            .into_owned(),
    ];
    words.extend(
        command
            .get_args()
            .take(4)
            .map(|argument| argument.to_string_lossy().into_owned()),
    );
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_last_lines() {
        assert_eq!(tail("a\nb\nc\n", 2), "b\nc");
    }
}
