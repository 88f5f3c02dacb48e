//! `cargo xtask test [filter]`: cargo's tests on private services, then the tests of `web/packages/live-client` and the
//! journeys of `e2e/` against the whole platform.
//!
//! Both runners write for themselves; the closing lines say what each counted. The instance starts empty every time.

pub mod cargo_tests;
mod report;

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::interrupt::Interrupts;
use crate::platform::{Platform, Running, SECOND_GATEWAY, control};
use crate::progress::{loud_step, say, step};
use crate::services::postgres::Durability;
use crate::supervisor::Supervisor;
use crate::workspace::{Profile, Workspace};
use crate::{instance, javascript, new, packages, router_binary, schema, up};
use report::Report;

#[derive(Args)]
pub struct Options {
    /// Run only tests whose name contains this.
    filter: Option<String>,
    /// Run only one of the two parts.
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// Also soak and drill, everything at full length, and `cargo xtask new` in a copy that is compiled.
    #[arg(long)]
    full: bool,
    /// The instance's folder.
    #[arg(long, default_value = ".dev-test")]
    data_dir: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// `cargo test`.
    Cargo,
    /// The journeys, and the tests of the packages in `web/`.
    E2e,
}

/// Keeps the ports of test instances away from those of `up`.
pub const PORT_OFFSET: u16 = 20_000;

pub async fn run(options: &Options) -> Result<()> {
    let workspace = Workspace::find().await?;
    let interrupts = Interrupts::listen()?;
    let prepared = interrupts.unless(prepare(&workspace, options)).await?;
    let Some((router, instance)) = prepared else {
        return Ok(());
    };
    let supervisor = Arc::new(Supervisor::new(&instance.folder));
    let mut platform = Platform {
        workspace: &workspace,
        instance,
        supervisor: Arc::clone(&supervisor),
        profile: Profile::Dev,
        durability: Durability::ProcessCrash,
        router: Some(router),
        router_config: PathBuf::from("router.yaml"),
    };
    let outcome = interrupts
        .unless(Box::pin(run_parts(&mut platform, options)))
        .await;
    interrupts.stop(&supervisor).await?;
    match outcome? {
        Some(reports) => report::conclude(&reports),
        None => bail!("interrupted"),
    }
}

async fn prepare(
    workspace: &Workspace,
    options: &Options,
) -> Result<(PathBuf, instance::Instance)> {
    step(
        "packages: PostgreSQL, Redis, RabbitMQ",
        packages::ensure_services(),
    )
    .await?;
    if options.only != Some(Part::Cargo) {
        step("packages: Chromium", packages::ensure_browser()).await?;
    }
    let router = router_binary::acquire().await?;
    loud_step("cargo build --all-targets", cargo_tests::build(workspace)).await?;
    schema::ensure_supergraph(workspace, Profile::Dev).await?;
    let folder = workspace.root.join(&options.data_dir);
    // Takes the lock before anything is removed: another run's data stays.
    drop(up::open(workspace, &options.data_dir, PORT_OFFSET).await?);
    instance::wipe(&folder)?;
    let instance = up::open(workspace, &options.data_dir, PORT_OFFSET).await?;
    Ok((router, instance))
}

async fn run_parts(platform: &mut Platform<'_>, options: &Options) -> Result<Vec<Report>> {
    let services = platform.start_services().await?;
    let mut reports = Vec::new();
    if options.only != Some(Part::E2e) {
        let variables = services.test_variables(&platform.instance.secrets);
        let tests = cargo_tests::run(platform.workspace, &variables, options.filter.as_deref());
        reports.push(loud_step("cargo test", tests).await?);
        if options.full && options.filter.is_none() {
            reports.push(skeletons(platform, &variables).await);
        }
    }
    if options.only != Some(Part::Cargo) && has_journeys(platform.workspace) {
        javascript::install(platform.workspace).await?;
        // Its tests are not in files that a filter would choose from.
        if options.filter.is_none() {
            let mut npm = javascript::npm(platform.workspace, &["test"]);
            let report = loud_step("npm test (live-client)", npm_test("live-client", &mut npm));
            reports.push(report.await?);
        }
        let mut running = platform.start(services).await?;
        platform.start_second_gateway(&mut running).await?;
        let operator = platform.operator(&running);
        let address = control::serve(Arc::clone(&platform.supervisor), operator).await?;
        let report = loud_step(
            "npm test (e2e)",
            journeys(platform, &running, &address, options),
        );
        reports.push(report.await?);
    }
    Ok(reports)
}

/// What `cargo xtask new` writes compiles and passes its tests.
async fn skeletons(platform: &Platform<'_>, variables: &[(&'static str, String)]) -> Report {
    let folder = &platform.instance.folder;
    let check = new::full::check(platform.workspace, folder, variables);
    let outcome = loud_step("cargo xtask new", check).await;
    Report {
        runner: "cargo xtask new",
        passed: outcome.is_ok(),
        closing: vec![match outcome {
            Ok(()) => "every kind compiles and passes its tests".to_owned(),
            Err(error) => format!("{error:#}"),
        }],
    }
}

fn has_journeys(workspace: &Workspace) -> bool {
    workspace.root.join("e2e/package.json").is_file()
}

async fn journeys(
    platform: &Platform<'_>,
    running: &Running,
    control: &str,
    options: &Options,
) -> Result<Report> {
    let secrets = &platform.instance.secrets;
    let mut npm = javascript::npm(platform.workspace, &["test", "--workspace", "e2e"]);
    let endpoint = |gateway| format!("{}/graphql", running.layout.url(gateway));
    npm.env("SHOP_ENDPOINT", endpoint("gateway"))
        .env("SHOP_SECOND_ENDPOINT", endpoint(SECOND_GATEWAY))
        .env("SHOP_CONTROL", control)
        .env("SHOP_KEYS_DIR", &running.layout.keys_folder);
    for database in ["catalog", "orders", "customers"] {
        npm.env(
            format!("SHOP_POSTGRES_URL_{}", database.to_uppercase()),
            running.layout.admin_url(secrets, database),
        );
    }
    if options.full {
        npm.env("SHOP_TEST_FULL", "1");
    }
    if let Some(filter) = &options.filter {
        npm.env("SHOP_TEST_FILTER", filter);
    }
    if let Some(browser) = packages::browser() {
        npm.env("CHROMIUM_BIN", browser);
    }
    npm_test("e2e", &mut npm).await
}

async fn npm_test(runner: &'static str, npm: &mut Command) -> Result<Report> {
    let (passed, closing) = run_and_listen(npm, |line| {
        let plain = without_colours(line);
        let plain = plain.trim().trim_start_matches(['#', 'ℹ', ' ']);
        let counts = [
            "tests ",
            "pass ",
            "fail ",
            "skipped ",
            "Tests ",
            "Test Files ",
        ];
        counts
            .iter()
            .any(|word| plain.starts_with(word) && plain.contains(|c: char| c.is_ascii_digit()))
            .then(|| plain.to_owned())
    })
    .await?;
    Ok(Report {
        runner,
        passed,
        closing,
    })
}

/// Runs a command, passes its output on and keeps the lines that `pick` takes. Answers whether it succeeded.
async fn run_and_listen(
    command: &mut Command,
    pick: impl Fn(&str) -> Option<String>,
) -> Result<(bool, Vec<String>)> {
    let mut child = command
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("a test runner could not be started")?;
    let stdout = child.stdout.take().context("no output to read")?;
    let mut lines = BufReader::new(stdout).lines();
    let mut picked = Vec::new();
    while let Some(line) = lines.next_line().await? {
        picked.extend(pick(&line));
        say(&line);
    }
    Ok((child.wait().await?.success(), picked))
}

fn without_colours(line: &str) -> String {
    let mut plain = String::new();
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            // Skips `[…m`.
            characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(character);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_coloured_lines() {
        assert_eq!(without_colours("\u{1b}[32mpass 3\u{1b}[0m"), "pass 3");
    }
}
