//! Commands that an operator gives to a subgraph (`tenant suspend`, `inbox list`), with the settings of an instance.
//!
//! An instance notes where everything is (`layout.json`, without secrets) when it starts, so that another `cargo xtask`
//! can run commands against it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};
use tokio::process::Command;

use super::settings::{Environment, Layout, Role};
use crate::instance::Secrets;
use crate::workspace::{Profile, SUBGRAPHS, Workspace};

const FILE: &str = "layout.json";

/// Where the processes of an instance are, and how they were built.
#[derive(Serialize, Deserialize)]
struct Noted {
    profile: Profile,
    layout: Layout,
}

/// Keeps the layout of an instance in its folder.
pub fn note(folder: &Path, layout: &Layout, profile: Profile) -> Result<()> {
    let noted = Noted {
        profile,
        layout: layout.clone(),
    };
    fs::write(folder.join(FILE), serde_json::to_vec_pretty(&noted)?)
        .context("the layout of the instance could not be kept")
}

/// Runs commands of the subgraphs' executables as the long-running roles would: with the same settings, without the
/// passwords of owner and superuser.
pub struct Operator {
    folder: PathBuf,
    programs: BTreeMap<&'static str, (PathBuf, Environment)>,
}

impl Operator {
    pub fn new(
        workspace: &Workspace,
        profile: Profile,
        layout: &Layout,
        secrets: &Secrets,
    ) -> Self {
        let programs = SUBGRAPHS.map(|name| {
            let settings = layout.subgraph(name, Role::Serve, secrets);
            (name, (workspace.binary(name, profile), settings))
        });
        Self {
            folder: workspace.root.clone(),
            programs: programs.into(),
        }
    }

    /// The operator of the instance in `folder`, as it was started last.
    pub fn of_instance(workspace: &Workspace, folder: &Path) -> Result<Self> {
        let text = fs::read(folder.join(FILE)).with_context(|| {
            format!(
                "no platform was started in {}; `cargo xtask up` does it",
                folder.display()
            )
        })?;
        let noted: Noted = serde_json::from_slice(&text)
            .with_context(|| format!("{FILE} in {} is damaged", folder.display()))?;
        let secrets = Secrets::load(folder)?;
        Ok(Self::new(workspace, noted.profile, &noted.layout, &secrets))
    }

    /// A command that is ready to be started, with our own input and output.
    pub fn command(&self, subgraph: &str, arguments: &[String]) -> Result<Command> {
        let Some((program, environment)) = self.programs.get(subgraph) else {
            bail!("no subgraph is called {subgraph}: {}", SUBGRAPHS.join(", "));
        };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(&self.folder)
            .envs(environment)
            .kill_on_drop(true);
        Ok(command)
    }

    /// Runs a command to its end.
    pub async fn run(&self, subgraph: &str, arguments: &[String]) -> Result<Output> {
        let mut command = self.command(subgraph, arguments)?;
        command.stdin(Stdio::null());
        Box::pin(command.output())
            .await
            .with_context(|| format!("{subgraph} could not be started"))
    }
}
