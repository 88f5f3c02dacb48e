//! `cargo xtask up`: the whole platform on this machine, from nothing to a printed endpoint; Ctrl-C stops all of it.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use clap::Args;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::instance::Instance;
use crate::interrupt::Interrupts;
use crate::platform::{Platform, Running, Tuning};
use crate::progress::{loud_step, say, step, warn};
use crate::services::postgres::Durability;
use crate::supervisor::Supervisor;
use crate::workspace::{Profile, Workspace};
use crate::{cargo_deny, packages, router_binary, schema};

#[derive(Args)]
pub struct Options {
    /// Where data, logs and keys are kept.
    #[arg(long, default_value = ".dev")]
    data_dir: PathBuf,
    #[command(flatten)]
    binaries: Binaries,
    /// Start only PostgreSQL, Redis and RabbitMQ, and print the variables that single tests need.
    #[arg(long)]
    services_only: bool,
}

/// How the services' binaries come about.
#[derive(Args)]
pub struct Binaries {
    /// How they are built; `up` takes dev, `bench` release.
    #[arg(long, value_enum)]
    pub profile: Option<Profile>,
    /// Take them as an earlier build has left them.
    #[arg(long)]
    pub no_build: bool,
}

impl Binaries {
    pub fn profile(&self) -> Profile {
        self.profile.unwrap_or(Profile::Dev)
    }
}

/// How often a process that dies is started again within one run.
const RESTARTS: u32 = 5;

pub async fn run(options: &Options) -> Result<()> {
    let started = Instant::now();
    let workspace = Workspace::find().await?;
    say("Starting the platform.");
    let interrupts = Interrupts::listen()?;
    let Some((router, instance)) = interrupts
        .unless(async {
            ensure_services().await?;
            let router = if options.services_only {
                None
            } else {
                router_binary::find().await?
            };
            Ok((router, open(&workspace, &options.data_dir, 0).await?))
        })
        .await?
    else {
        return Ok(());
    };
    let supervisor = Arc::new(Supervisor::new(&instance.folder));
    let mut platform = Platform {
        workspace: &workspace,
        instance,
        supervisor: Arc::clone(&supervisor),
        profile: options.binaries.profile(),
        durability: Durability::Full,
        router,
        router_config: PathBuf::from("router.yaml"),
    };
    let outcome = interrupts
        .unless(Box::pin(async {
            if options.services_only {
                let services = platform.start_services().await?;
                let variables = services.test_variables(&platform.instance.secrets);
                say(&format!("\n{}", exports(&variables)));
            } else {
                start_platform(&mut platform, &options.binaries, started).await?;
            }
            watch_over(&supervisor).await
        }))
        .await;
    say("\nStopping.");
    interrupts.stop(&supervisor).await?;
    outcome.map(drop)
}

/// Builds and starts everything. A router that has to be compiled is compiled beside the rest and joins when it is built.
async fn start_platform(
    platform: &mut Platform<'_>,
    binaries: &Binaries,
    started: Instant,
) -> Result<()> {
    let mut compiling = JoinSet::new();
    if platform.router.is_none() {
        let log = platform.instance.folder.join("router-build.log");
        say(router_binary::COMPILED_NOW);
        say(&format!(
            "     The platform is built first and starts without it. The compiler writes to {}",
            log.display()
        ));
        compiling.spawn(router_binary::compile_beside(log));
    }
    build(platform.workspace, binaries, &[]).await?;
    let services = platform.start_services().await?;
    let running = platform
        .start_without_router(services, Tuning::default())
        .await?;
    if platform.router.is_none() {
        let endpoint = endpoint(&running);
        warn(&format!(
            "everything but the router runs (after {:.0} s): {endpoint} answers SERVICE_UNAVAILABLE until Apollo Router is compiled",
            started.elapsed().as_secs_f32()
        ));
        let supervisor = Arc::clone(&platform.supervisor);
        platform.router = Some(wait_for_router(&mut compiling, &supervisor, started).await?);
    }
    platform.start_router(&running).await?;
    welcome(&running, started);
    Ok(())
}

/// Looks after the processes until the router is compiled, and says every minute that it is not yet.
async fn wait_for_router(
    compiling: &mut JoinSet<Result<PathBuf>>,
    supervisor: &Supervisor,
    started: Instant,
) -> Result<PathBuf> {
    let mut watching = pin!(watch_over(supervisor));
    loop {
        tokio::select! {
            compiled = compiling.join_next() => {
                return compiled.context("the compilation was not started")??;
            }
            ended = &mut watching => ended?,
            () = sleep(Duration::from_mins(1)) => say(&format!(
                "     Apollo Router is being compiled, {} of usually 16 to 18 minutes.",
                started.elapsed().as_secs() / 60
            )),
        }
    }
}

/// `cargo xtask setup`.
pub async fn setup() -> Result<()> {
    ensure_services().await?;
    let deny = cargo_deny::acquire().await?;
    say(&format!("  ok cargo-deny: {}", deny.display()));
    let router = router_binary::acquire().await?;
    say(&format!("  ok Apollo Router: {}", router.display()));
    Ok(())
}

/// Everything before the first process: packages, router, binaries, composed schema. Answers the router's binary.
pub async fn prepare(
    workspace: &Workspace,
    binaries: &Binaries,
    extra: &[&str],
) -> Result<PathBuf> {
    ensure_services().await?;
    let router = router_binary::acquire().await?;
    build(workspace, binaries, extra).await?;
    Ok(router)
}

async fn ensure_services() -> Result<()> {
    if packages::services_are_there() {
        return Ok(());
    }
    step(
        "packages: PostgreSQL, Redis, RabbitMQ",
        packages::ensure_services(),
    )
    .await
}

/// The binaries of the platform and of `extra` packages, and the composed schema.
async fn build(workspace: &Workspace, binaries: &Binaries, extra: &[&str]) -> Result<()> {
    let profile = binaries.profile();
    if !binaries.no_build {
        loud_step("cargo build", workspace.build(profile, extra)).await?;
    }
    schema::ensure_supergraph(workspace, profile).await
}

/// Takes an instance and tells what had to be tidied up.
pub async fn open(workspace: &Workspace, folder: &Path, offset: u16) -> Result<Instance> {
    let instance = Instance::open(&workspace.root.join(folder), offset).await?;
    if !instance.leftovers.is_empty() {
        let names = instance.leftovers.join(", ");
        warn(&format!(
            "an earlier run was killed; ended what it had left: {names}"
        ));
    }
    Ok(instance)
}

/// Starts a process again when it dies, a few times.
async fn watch_over(supervisor: &Supervisor) -> Result<()> {
    let mut restarts = 0;
    loop {
        sleep(Duration::from_millis(500)).await;
        for (name, how) in supervisor.take_ended() {
            warn(&format!(
                "{name} ended ({how}):\n{}",
                supervisor.log_tail(&name)
            ));
            if restarts == RESTARTS {
                warn(&format!(
                    "{name} stays down; `cargo xtask up` again once the cause is gone"
                ));
                continue;
            }
            restarts += 1;
            match supervisor.start_again(&name).await {
                Ok(()) => warn(&format!("{name} was started again")),
                Err(error) => warn(&format!("{error:#}")),
            }
        }
    }
}

fn exports(variables: &[(&'static str, String)]) -> String {
    variables
        .iter()
        .map(|(name, value)| format!("export {name}='{value}'"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn endpoint(running: &Running) -> String {
    format!("{}/graphql", running.layout.url("gateway"))
}

fn welcome(running: &Running, started: Instant) {
    let gateway = running.layout.endpoint("gateway").reach;
    let port = gateway.rsplit(':').next().unwrap_or("4000");
    let endpoint = endpoint(running);
    let management = &running.services.rabbitmq_management;
    say(&format!(
        r#"
The platform runs (after {:.0} s). Ctrl-C stops it.

  GraphQL    {endpoint}   (HTTP, WebSocket, SSE; choose a shop with the header X-Tenant)
  GraphiQL   http://kava.localhost:{port}/graphiql and http://knyhy.localhost:{port}/graphiql
  Live board http://kava.localhost:{port}/live and http://knyhy.localhost:{port}/live (sign-in is filled in)
  RabbitMQ   http://{management} (user and password: .dev/rabbitmq/rabbitmq.conf)

  Shops      kava (coffee, UAH) and knyhy (books, UAH)
  Sign-ins   owner@kava.example, manager@kava.example, olena@kava.example, petro@kava.example, maria@example.com
             owner@knyhy.example, manager@knyhy.example, olena@knyhy.example, petro@knyhy.example, maria@example.com
             password of all: Demo-2026-pass

Try:
  curl -s {endpoint} -H 'X-Tenant: kava' -H 'Content-Type: application/json' -d '{{"query":"{{ products(first: 3) {{ nodes {{ name variants {{ id sku available price {{ amount currencyCode }} }} }} }} }}"}}'
  curl -s {endpoint} -H 'X-Tenant: kava' -H 'Content-Type: application/json' -d '{{"query":"mutation {{ signIn(input: {{ email: \"owner@kava.example\", password: \"Demo-2026-pass\" }}) {{ accessToken userErrors {{ code }} }} }}"}}'
  curl -sN -H 'X-Tenant: kava' -H 'Accept: text/event-stream' -H "Authorization: Bearer $TOKEN" -G {endpoint} --data-urlencode 'query=subscription {{ orderEvents {{ type order {{ number total {{ amount }} }} }} }}'

Live events in this terminal's neighbour: cargo xtask watch orders
"#,
        started.elapsed().as_secs_f32()
    ));
}
