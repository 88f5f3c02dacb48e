//! `cargo xtask bench`: what the platform does per second, next to what its router does at best, in one run on this
//! machine. Prints figures; asserts none.
//!
//! The load is closed-loop: each client sends its next request when it has the answer. Reads go three ways: through the
//! gateway, straight at the router (with a token that the gateway minted), and at a second router in front of a subgraph
//! that answers from memory (`bench/static-subgraph`). Both routers run without de-duplication of calls in flight, because
//! equal queries at the same moment would otherwise be counted as many and executed as one.
//!
//! `cargo xtask bench live` measures live events instead: [`live`].

#![expect(
    clippy::disallowed_methods,
    reason = "a command line tool spawns tasks of its own"
)]

mod delays;
mod live;
mod load;
mod measures;
mod operations;
mod report;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use dev_tools::interrupt::Interrupts;
use dev_tools::platform::settings::Endpoint;
use dev_tools::platform::{Platform, RouterStart, Running};
use dev_tools::process::{Launch, Ready};
use dev_tools::progress::{say, step};
use dev_tools::services::postgres::Durability;
use dev_tools::supervisor::Supervisor;
use dev_tools::workspace::{Profile, Workspace, run_quiet};
use dev_tools::{composer, http, instance, progress, up};
use nix::sys::signal::Signal;
use tokio::process::Command;

use load::Target;
use operations::{Operations, SHOP};
use report::{Cell, Table};

/// Measure the platform on instances of its own, in release.
#[derive(Parser)]
#[command(
    name = "cargo xtask bench",
    bin_name = "cargo xtask bench",
    args_conflicts_with_subcommands = true
)]
struct Options {
    #[command(subcommand)]
    part: Option<Part>,
    /// Seconds per figure.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    #[command(flatten)]
    binaries: up::Binaries,
    /// Numbers of clients.
    #[arg(long, value_delimiter = ',', default_values_t = [1_usize, 8, 32])]
    clients: Vec<usize>,
    /// The instance's folder; emptied before the run.
    #[arg(long, default_value = ".dev-bench")]
    data_dir: PathBuf,
}

#[derive(Subcommand)]
enum Part {
    /// Live events: thousands of sockets, in groups and idle, and clients that come back all at once.
    Live(live::Options),
}

const PORT_OFFSET: u16 = 10_000;

#[tokio::main]
async fn main() -> ExitCode {
    progress::conclude(run(&Options::parse()).await)
}

async fn run(options: &Options) -> Result<()> {
    match &options.part {
        Some(Part::Live(options)) => {
            on_a_platform(options.binaries(), &options.data_dir, async |platform| {
                live::measure(platform, options).await
            })
            .await
        }
        None => {
            on_a_platform(&options.binaries, &options.data_dir, async |platform| {
                let config = platform.workspace.read("router.yaml")?;
                let config = config.replace("deduplicate_query: true", "deduplicate_query: false");
                platform.router_config = platform.instance.folder.join("router.yaml");
                fs::write(&platform.router_config, config)?;
                measure(platform, options).await
            })
            .await
        }
    }
}

/// Does the work with a platform that has nothing started and an empty folder; stops everything in the end.
async fn on_a_platform(
    wanted: &up::Binaries,
    data_dir: &Path,
    work: impl AsyncFnOnce(&mut Platform<'_>) -> Result<()>,
) -> Result<()> {
    let workspace = Workspace::find().await?;
    let interrupts = Interrupts::listen()?;
    let binaries = up::Binaries {
        profile: Some(wanted.profile.unwrap_or(Profile::Release)),
        no_build: wanted.no_build,
    };
    let prepared = interrupts
        .unless(async {
            let router = up::prepare(&workspace, &binaries, &["static-subgraph"]).await?;
            // Takes the lock before anything is removed.
            drop(up::open(&workspace, data_dir, PORT_OFFSET).await?);
            instance::wipe(&workspace.root.join(data_dir))?;
            let instance = up::open(&workspace, data_dir, PORT_OFFSET).await?;
            Ok((router, instance))
        })
        .await?;
    let Some((router, instance)) = prepared else {
        return Ok(());
    };
    let supervisor = Arc::new(Supervisor::new(&instance.folder));
    let mut platform = Platform {
        workspace: &workspace,
        instance,
        supervisor: Arc::clone(&supervisor),
        profile: binaries.profile(),
        durability: Durability::Full,
        router: Some(router),
        router_config: PathBuf::from("router.yaml"),
    };
    let outcome = interrupts.unless(Box::pin(work(&mut platform))).await;
    interrupts.stop(&supervisor).await?;
    outcome.map(drop)
}

async fn measure(platform: &mut Platform<'_>, options: &Options) -> Result<()> {
    let services = platform.start_services().await?;
    let running = platform.start(services).await?;
    let static_router = start_yardstick(platform, &running).await?;
    let bench = Bench {
        platform,
        options,
        endpoint: format!("{}/graphql", running.layout.url("gateway")),
        operations: Operations::learn(&format!("{}/graphql", running.layout.url("gateway")), SHOP)
            .await?,
        static_router,
        running,
    };
    say(&report::heading(options.seconds));
    bench.reads().await?;
    bench.orders().await?;
    bench.live_events().await?;
    bench.statements().await?;
    say(&measures::memory(&bench.platform.supervisor.statuses()));
    Ok(())
}

/// Starts the subgraph that answers from memory and a router in front of it. Answers that router's GraphQL address.
async fn start_yardstick(platform: &mut Platform<'_>, running: &Running) -> Result<String> {
    let binary = platform
        .workspace
        .binary("static-subgraph", platform.profile);
    let root = platform.workspace.root.clone();
    let folder = platform.instance.folder.join("static");
    fs::create_dir_all(&folder)?;
    let sdl = run_quiet(Command::new(&binary).arg("schema")).await?;
    fs::write(folder.join("catalog.graphql"), sdl)?;
    fs::copy(
        root.join("bench/static-subgraph/supergraph.yaml"),
        folder.join("supergraph.yaml"),
    )?;
    composer::compose(
        platform.workspace,
        &folder.join("supergraph.yaml"),
        &folder,
        false,
    )
    .await?;

    let mut layout = running.layout.clone();
    for (name, usual) in [
        ("catalog", 8090),
        ("router", 4011),
        ("router-health", 8098),
        ("router-metrics", 9191),
    ] {
        let endpoint = Endpoint::local(platform.instance.port(usual)?);
        layout.endpoints.insert(name.to_owned(), endpoint);
    }
    let subgraph = Launch {
        name: "static-subgraph".to_owned(),
        program: binary,
        arguments: vec![layout.endpoint("catalog").listen],
        environment: std::collections::BTreeMap::new(),
        folder: root.clone(),
        user: None,
        url: Some(layout.url("catalog")),
        ready: Ready::Http(format!("{}/readyz", layout.url("catalog"))),
        stop: Signal::SIGTERM,
    };
    let router = RouterStart {
        name: "static-router",
        binary: platform.router.as_deref().context("no router")?,
        folder: &root,
        config: &platform.router_config,
        supergraph: &folder.join("supergraph.graphql"),
    }
    .launch(&layout, &platform.instance.secrets);
    step("yardstick: static subgraph and a router", async {
        platform.supervisor.start(subgraph).await?;
        platform.supervisor.start(router).await
    })
    .await?;
    Ok(format!("{}/graphql", layout.url("router")))
}

struct Bench<'a> {
    platform: &'a Platform<'a>,
    options: &'a Options,
    running: Running,
    operations: Operations,
    endpoint: String,
    static_router: String,
}

impl Bench<'_> {
    /// Product list and product detail, three ways.
    async fn reads(&self) -> Result<()> {
        for (name, body) in [
            ("product list, 20 x 3 variants", Operations::lists()),
            ("product detail", self.operations.details()),
        ] {
            let mut table = Table::new(name, &self.options.clients);
            for &clients in &self.options.clients {
                for row in ["gateway", "router", "static router"] {
                    let target = self.target(row).await?;
                    let cell = self.load(&target, &body, clients).await?;
                    table.add(row, cell);
                }
            }
            table.ratio("gateway / router", "gateway", "router");
            table.ratio("router / static router", "router", "static router");
            table.ratio("gateway / static router", "gateway", "static router");
            say(&table.print());
        }
        Ok(())
    }

    async fn orders(&self) -> Result<()> {
        let target = self.target("gateway").await?;
        self.operations
            .stock_up(&target)
            .await
            .context("stock for the orders")?;
        let mut table = Table::new(
            "placeOrder, cash on delivery, one line",
            &self.options.clients,
        );
        for &clients in &self.options.clients {
            let cell = self
                .load(&target, &self.operations.orders(), clients)
                .await?;
            table.add("gateway", cell);
        }
        say(&table.print());
        Ok(())
    }

    async fn live_events(&self) -> Result<()> {
        let target = self.target("gateway").await?;
        let calm = delays::measure(&self.endpoint, SHOP, &self.operations, &target, 1).await?;
        say(&calm.print("commit to socket, 20 orders/s"));
        let busy = delays::measure(&self.endpoint, SHOP, &self.operations, &target, 8).await?;
        say(&busy.print("commit to socket, 8 clients ordering as fast as they can"));
        Ok(())
    }

    async fn statements(&self) -> Result<()> {
        let target = self.target("gateway").await?;
        let mut lines = vec!["SQL statements per operation (role serve)".to_owned()];
        for (name, body) in [
            ("product list", Operations::lists()),
            ("product detail", self.operations.details()),
            ("placeOrder", self.operations.orders()),
        ] {
            let counts = measures::statements(&self.running.layout, &target, &body).await?;
            lines.push(format!("  {name:<16} {counts}"));
        }
        say(&(lines.join("\n") + "\n"));
        Ok(())
    }

    async fn load(&self, target: &Target, body: &load::Body<'_>, clients: usize) -> Result<Cell> {
        let warm_up = Duration::from_secs(1);
        load::run(target, body, clients, warm_up).await?;
        load::run(
            target,
            body,
            clients,
            Duration::from_secs(self.options.seconds),
        )
        .await
    }

    /// Address and headers of a row. The token of the direct ways lives a minute, so it is made anew each time.
    async fn target(&self, row: &str) -> Result<Target> {
        let headers = if row == "gateway" {
            vec![("x-tenant".to_owned(), SHOP.to_owned())]
        } else {
            vec![
                ("x-shop-identity".to_owned(), self.token().await?),
                (
                    "x-shop-router-secret".to_owned(),
                    self.platform.instance.secrets.get("router").to_owned(),
                ),
            ]
        };
        let url = match row {
            "gateway" => self.endpoint.clone(),
            "router" => format!("{}/graphql", self.running.layout.url("router")),
            _ => self.static_router.clone(),
        };
        Ok(Target {
            client: http::Client::new(),
            url,
            headers,
        })
    }

    async fn token(&self) -> Result<String> {
        let platform = self.platform;
        let mut command = Command::new(platform.workspace.binary("gateway", platform.profile));
        command
            .args(["mint-token", "--tenant", SHOP])
            .current_dir(Path::new(&platform.workspace.root))
            .envs(self.running.layout.gateway(&platform.instance.secrets));
        let printed = run_quiet(&mut command).await?;
        printed
            .split_whitespace()
            .last()
            .map(str::to_owned)
            .context("the gateway printed no token")
    }
}
