//! The whole platform of one instance: services, databases, subgraphs, router, gateway.

pub mod control;
pub mod operator;
pub mod settings;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use futures_util::future::try_join_all;
use nix::sys::signal::Signal;
use tokio::process::Command;

use crate::instance::{Instance, Secrets};
use crate::process::{Launch, Ready};
use crate::progress::step;
use crate::services::postgres::Durability;
use crate::services::{self, ServiceAddresses};
use crate::supervisor::Supervisor;
use crate::workspace::{Profile, SUBGRAPHS, Workspace, run_quiet};
use operator::Operator;
use settings::{Endpoint, Environment, Layout, Role, preparation};

/// Usual ports (architecture: "Ports"); the next free one is taken when a port is in use.
pub const PORTS: [(&str, u16); 10] = [
    ("catalog", 8080),
    ("orders", 8081),
    ("customers", 8084),
    ("catalog-work", 8180),
    ("orders-work", 8181),
    ("customers-work", 8184),
    ("router", 4001),
    ("router-health", 8088),
    ("router-metrics", 9091),
    ("gateway", 4000),
];

/// The process of [`Platform::start_second_gateway`].
pub const SECOND_GATEWAY: &str = "gateway-2";
const SECOND_GATEWAY_PORT: u16 = 4002;

/// A platform that is being started or runs.
pub struct Platform<'a> {
    pub workspace: &'a Workspace,
    pub instance: Instance,
    pub supervisor: Arc<Supervisor>,
    pub profile: Profile,
    /// The router's executable, as soon as there is one.
    pub router: Option<PathBuf>,
    /// Of its databases.
    pub durability: Durability,
    /// The router's configuration; `router.yaml` unless something is measured.
    pub router_config: PathBuf,
}

/// What a measurement changes of a platform.
#[derive(Default)]
pub struct Tuning {
    /// Demo shops of its own.
    pub seeds_folder: Option<PathBuf>,
    /// Variables beyond the usual ones, each for the service that its name begins with.
    pub settings: Environment,
}

/// Where to reach what runs.
pub struct Running {
    pub layout: Layout,
    pub services: ServiceAddresses,
}

impl Platform<'_> {
    /// Starts PostgreSQL, Redis and RabbitMQ.
    pub async fn start_services(&mut self) -> Result<ServiceAddresses> {
        services::start(&mut self.instance, &self.supervisor, self.durability).await
    }

    /// Prepares the databases and starts every process, each when what it needs is ready.
    pub async fn start(&mut self, services: ServiceAddresses) -> Result<Running> {
        self.start_tuned(services, Tuning::default()).await
    }

    /// The same, with some things changed.
    pub async fn start_tuned(
        &mut self,
        services: ServiceAddresses,
        tuning: Tuning,
    ) -> Result<Running> {
        let running = self.start_without_router(services, tuning).await?;
        self.start_router(&running).await?;
        Ok(running)
    }

    /// Everything but the router. Until that is started the gateway answers `SERVICE_UNAVAILABLE`.
    pub async fn start_without_router(
        &mut self,
        services: ServiceAddresses,
        tuning: Tuning,
    ) -> Result<Running> {
        let mut layout = self.layout(&services)?;
        layout.tuning = tuning.settings;
        if let Some(folder) = tuning.seeds_folder {
            layout.seeds_folder = text(&folder);
        }
        step("keys of the services", self.make_keys(&layout)).await?;
        step(
            "databases: roles, migrations, demo shops",
            self.prepare_databases(&layout),
        )
        .await?;
        step(
            "subgraphs: catalog, orders, customers, and their workers",
            self.start_subgraphs(&layout),
        )
        .await?;
        let mut gateway = self.gateway_launch("gateway", &layout);
        gateway.ready = Ready::Http(format!("{}/healthz", layout.url("gateway")));
        step("gateway", self.supervisor.start(gateway)).await?;
        operator::note(&self.instance.folder, &layout, self.profile)?;
        Ok(Running { layout, services })
    }

    /// Starts the router, and waits until the gateway sees it.
    pub async fn start_router(&self, running: &Running) -> Result<()> {
        let launch = self.router_launch(&running.layout)?;
        let ready = Ready::Http(format!("{}/readyz", running.layout.url("gateway")));
        step("Apollo Router", async {
            self.supervisor.start(launch).await?;
            self.supervisor.wait_for("gateway", ready).await
        })
        .await
    }

    /// Starts another gateway beside the first: clients may go on at either.
    pub async fn start_second_gateway(&mut self, running: &mut Running) -> Result<()> {
        let endpoint = Endpoint::local(self.instance.port(SECOND_GATEWAY_PORT)?);
        running
            .layout
            .endpoints
            .insert(SECOND_GATEWAY.to_owned(), endpoint);
        let launch = self.gateway_launch(SECOND_GATEWAY, &running.layout);
        step("second gateway", self.supervisor.start(launch)).await
    }

    /// Who gives commands to the subgraphs of this platform.
    pub fn operator(&self, running: &Running) -> Operator {
        Operator::new(
            self.workspace,
            self.profile,
            &running.layout,
            &self.instance.secrets,
        )
    }

    fn layout(&mut self, services: &ServiceAddresses) -> Result<Layout> {
        let mut endpoints = BTreeMap::new();
        for (name, usual) in PORTS {
            endpoints.insert(name.to_owned(), Endpoint::local(self.instance.port(usual)?));
        }
        let root = &self.workspace.root;
        Ok(Layout {
            postgres: services.postgres.clone(),
            redis: services.redis.clone(),
            rabbitmq: services.rabbitmq.clone(),
            endpoints,
            keys_folder: text(&self.instance.folder.join("keys")),
            seeds_folder: text(&root.join("seeds")),
            api_schema: text(&root.join("schemas/api.graphql")),
            router_scripts: text(&root.join("router")),
            otlp_endpoint: std::env::var("SHOP_OTLP_ENDPOINT")
                .ok()
                .filter(|value| !value.is_empty()),
            tuning: Environment::new(),
        })
    }

    async fn make_keys(&self, layout: &Layout) -> Result<()> {
        let folder = Path::new(&layout.keys_folder);
        if folder.join("trusted.json").is_file() {
            return Ok(());
        }
        fs::create_dir_all(folder)?;
        let mut command = Command::new(self.workspace.binary("gateway", self.profile));
        command.arg("generate-keys").arg(folder);
        run_quiet(&mut command).await.map(drop)
    }

    /// Each database goes through its roles in order; the three do so side by side.
    async fn prepare_databases(&self, layout: &Layout) -> Result<()> {
        let chains = SUBGRAPHS.iter().map(|name| async move {
            for &role in preparation(name) {
                self.run_once(name, role, layout).await?;
            }
            anyhow::Ok(())
        });
        try_join_all(chains).await.map(drop)
    }

    async fn run_once(&self, name: &str, role: Role, layout: &Layout) -> Result<()> {
        let mut command = Command::new(self.workspace.binary(name, self.profile));
        command
            .arg(role.argument())
            .current_dir(&self.workspace.root)
            .envs(layout.subgraph(name, role, &self.instance.secrets));
        if role == Role::Seed {
            command.arg(&layout.seeds_folder);
        }
        run_quiet(&mut command)
            .await
            .map(drop)
            .with_context(|| format!("{name} {}", role.argument()))
    }

    async fn start_subgraphs(&self, layout: &Layout) -> Result<()> {
        let launches = SUBGRAPHS
            .iter()
            .flat_map(|name| {
                [
                    self.subgraph_launch(name, Role::Serve, layout),
                    self.subgraph_launch(name, Role::Work, layout),
                ]
            })
            .collect();
        self.supervisor.start_all(launches).await
    }

    fn subgraph_launch(&self, subgraph: &str, role: Role, layout: &Layout) -> Launch {
        let name = match role {
            Role::Work => format!("{subgraph}-work"),
            _ => subgraph.to_owned(),
        };
        Launch {
            program: self.workspace.binary(subgraph, self.profile),
            arguments: vec![role.argument().to_owned()],
            environment: layout.subgraph(subgraph, role, &self.instance.secrets),
            folder: self.workspace.root.clone(),
            user: None,
            url: Some(layout.url(&name)),
            ready: Ready::Http(format!("{}/readyz", layout.url(&name))),
            stop: Signal::SIGTERM,
            name,
        }
    }

    fn router_launch(&self, layout: &Layout) -> Result<Launch> {
        let start = RouterStart {
            name: "router",
            binary: self.router.as_deref().context("there is no router yet")?,
            folder: &self.workspace.root,
            config: &self.router_config,
            supergraph: Path::new("schemas/supergraph.graphql"),
        };
        Ok(start.launch(layout, &self.instance.secrets))
    }

    fn gateway_launch(&self, name: &str, layout: &Layout) -> Launch {
        Launch {
            name: name.to_owned(),
            program: self.workspace.binary("gateway", self.profile),
            arguments: vec!["serve".to_owned()],
            environment: layout.gateway_called(name, &self.instance.secrets),
            folder: self.workspace.root.clone(),
            user: None,
            url: Some(layout.url(name)),
            ready: Ready::Http(format!("{}/readyz", layout.url(name))),
            stop: Signal::SIGTERM,
        }
    }
}

/// A router on a composed schema; measurements start a second one.
pub struct RouterStart<'a> {
    pub name: &'a str,
    pub binary: &'a Path,
    pub folder: &'a Path,
    pub config: &'a Path,
    pub supergraph: &'a Path,
}

impl RouterStart<'_> {
    pub fn launch(&self, layout: &Layout, secrets: &Secrets) -> Launch {
        Launch {
            name: self.name.to_owned(),
            program: self.binary.to_owned(),
            arguments: vec![
                "--config".to_owned(),
                text(self.config),
                "--supergraph".to_owned(),
                text(self.supergraph),
            ],
            environment: layout.router(secrets),
            folder: self.folder.to_owned(),
            user: None,
            url: Some(layout.url("router")),
            ready: Ready::Http(format!("{}/health?ready", layout.url("router-health"))),
            stop: Signal::SIGTERM,
        }
    }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
