//! `cargo xtask check`: everything that can be said about the code without running the platform. All checks run, also
//! after one has failed, and the failed ones are named at the end.

use std::future::Future;

use anyhow::{Result, bail};

use crate::progress::{loud_step, say, step};
use crate::test::cargo_tests;
use crate::workspace::{Workspace, run_loud, run_quiet};
use crate::{cargo_deny, generate, javascript, router_binary, router_config};

pub async fn run() -> Result<()> {
    let workspace = Workspace::find().await?;
    let mut failed = Vec::new();
    note(&mut failed, "format", format(&workspace)).await;
    note(&mut failed, "our rules", tidy(&workspace)).await;
    note(
        &mut failed,
        "router.yaml needs no licence",
        router(&workspace),
    )
    .await;
    note(
        &mut failed,
        "TypeScript, and the live board is built",
        javascript::check(&workspace),
    )
    .await;
    note(
        &mut failed,
        "licences and sources of dependencies",
        cargo_deny::check(&workspace),
    )
    .await;
    note(&mut failed, "clippy", clippy(&workspace)).await;
    note(&mut failed, "documentation", documentation(&workspace)).await;
    note(&mut failed, "generated files", generated(&workspace)).await;
    if !failed.is_empty() {
        bail!("{} failed", failed.join(", "));
    }
    say("Everything checked is fine.");
    Ok(())
}

async fn note(
    failed: &mut Vec<&'static str>,
    name: &'static str,
    check: impl Future<Output = Result<()>>,
) {
    if let Err(error) = step(name, check).await {
        // The outermost context repeats the name.
        let causes: Vec<String> = error.chain().skip(1).map(ToString::to_string).collect();
        say(&causes.join(": "));
        failed.push(name);
    }
}

async fn format(workspace: &Workspace) -> Result<()> {
    let mut ours = workspace.cargo();
    run_quiet(ours.args(["fmt", "--all", "--check"])).await?;
    let mut composer = workspace.cargo();
    composer.args([
        "fmt",
        "--check",
        "--manifest-path",
        "tools/compose/Cargo.toml",
    ]);
    run_quiet(&mut composer).await.map(drop)
}

async fn tidy(workspace: &Workspace) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args(["run", "--quiet", "--locked", "--package", "tidy"]);
    run_quiet(&mut cargo).await.map(drop)
}

async fn clippy(workspace: &Workspace) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--quiet",
        "--",
        "-D",
        "warnings",
    ]);
    run_loud(&mut cargo).await
}

/// Links between documented items hold.
async fn documentation(workspace: &Workspace) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo
        .args([
            "doc",
            "--workspace",
            "--no-deps",
            "--document-private-items",
        ])
        .args(["--locked", "--quiet"])
        .env("RUSTDOCFLAGS", "--deny warnings");
    run_loud(&mut cargo).await
}

async fn router(workspace: &Workspace) -> Result<()> {
    router_config::check(&workspace.read("router.yaml")?)?;
    // The router's own opinion, when there is a router already; getting one is not this command's business.
    if let Some(binary) = router_binary::at_hand().await? {
        let mut validate = tokio::process::Command::new(binary);
        validate
            .args(["config", "validate", "router.yaml"])
            .current_dir(&workspace.root)
            .env("APOLLO_TELEMETRY_DISABLED", "1");
        run_quiet(&mut validate).await?;
    }
    Ok(())
}

async fn generated(workspace: &Workspace) -> Result<()> {
    // As the tests build it, so that a check and a test run share the work.
    loud_step("cargo build --all-targets", cargo_tests::build(workspace)).await?;
    generate::all(workspace, true).await
}
