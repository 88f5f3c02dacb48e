//! What the tables say: the executables print it as JSON, in role `facts`; descriptions of crates are in their
//! manifests.

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::process::Command;

use crate::workspace::{Profile, SUBGRAPHS, Workspace, run_quiet};

pub struct Facts {
    /// Of each service.
    pub settings: Vec<(&'static str, Vec<Setting>)>,
    pub shared: Shared,
    pub packages: Vec<Package>,
}

/// A setting of one service.
#[derive(Clone, PartialEq, Deserialize)]
pub struct Setting {
    pub key: String,
    pub description: String,
    pub default: Option<String>,
    pub required_by: Vec<String>,
}

#[derive(Deserialize)]
struct Settings {
    settings: Vec<Setting>,
}

/// What all services share.
#[derive(Default, Deserialize)]
pub struct Shared {
    pub events: Vec<PublishedEvent>,
    pub queues: Vec<Queue>,
    pub roles: Vec<Role>,
    pub permissions: Vec<Permission>,
}

#[derive(Deserialize)]
pub struct EventType {
    pub name: String,
    pub stream: Stream,
}

#[derive(Deserialize)]
pub struct Stream {
    pub name: String,
    pub service: String,
    pub exchange: String,
}

#[derive(Deserialize)]
pub struct PublishedEvent {
    #[serde(flatten)]
    pub event_type: EventType,
    pub fields: Vec<String>,
    pub when: String,
}

#[derive(Deserialize)]
pub struct Queue {
    pub name: String,
    pub service: String,
    pub event_types: Vec<EventType>,
    pub effect: String,
}

#[derive(Deserialize)]
pub struct Role {
    pub name: String,
    pub permissions: Vec<String>,
}

#[derive(Deserialize)]
pub struct Permission {
    pub name: String,
    pub description: String,
}

/// A package of the workspace.
#[derive(Deserialize)]
pub struct Package {
    pub name: String,
    pub description: Option<String>,
    pub manifest_path: String,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

impl Facts {
    /// Asks the executables, which are built, and cargo.
    pub async fn collect(workspace: &Workspace, profile: Profile) -> Result<Self> {
        let mut settings = Vec::new();
        for service in SUBGRAPHS.into_iter().chain(["gateway"]) {
            let told: Settings = ask(workspace, profile, service).await?;
            settings.push((service, told.settings));
        }
        let mut cargo = workspace.cargo();
        cargo.args(["metadata", "--format-version", "1", "--no-deps", "--locked"]);
        let metadata: Metadata = serde_json::from_str(&run_quiet(&mut cargo).await?)?;
        Ok(Self {
            settings,
            shared: ask(workspace, profile, "gateway").await?,
            packages: metadata.packages,
        })
    }
}

async fn ask<T: DeserializeOwned>(
    workspace: &Workspace,
    profile: Profile,
    service: &str,
) -> Result<T> {
    let mut command = Command::new(workspace.binary(service, profile));
    let printed = run_quiet(command.arg("facts").env("NO_COLOR", "1")).await?;
    serde_json::from_str(&printed).with_context(|| format!("facts of {service}"))
}
