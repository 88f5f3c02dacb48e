//! The cargo half: builds every test binary once, runs several at a time, and lists the slowest tests.
//!
//! libtest tells a test's time only behind an unstable flag; `RUSTC_BOOTSTRAP` opens it for the test binaries alone.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result};
use futures_util::stream::{self, StreamExt as _};
use serde_json::Value;
use tokio::process::Command;

use super::Report;
use crate::progress::{say, step};
use crate::workspace::{Workspace, run_loud};

/// Test binaries that run at the same time. Most of their tests wait for something.
const AT_ONCE: usize = 3;
/// Threads of one of them.
const THREADS: &str = "2";
/// How many slow tests are listed.
const SLOWEST: usize = 20;

/// One test executable.
struct Binary {
    /// `gateway it`, `orders lib`.
    name: String,
    executable: PathBuf,
    /// Where cargo would run it: the folder of its package.
    folder: PathBuf,
    is_integration: bool,
}

/// What one test binary said.
struct Outcome {
    passed: bool,
    counts: Counts,
    times: Vec<(f64, String)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counts {
    passed: u64,
    failed: u64,
    ignored: u64,
}

/// Builds everything that is tested, executables of the platform included.
pub async fn build(workspace: &Workspace) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args(BUILD);
    run_loud(&mut cargo).await
}

const BUILD: [&str; 4] = ["build", "--workspace", "--all-targets", "--locked"];

/// Runs the tests whose name contains the filter.
pub async fn run(
    workspace: &Workspace,
    variables: &[(&'static str, String)],
    filter: Option<&str>,
) -> Result<Report> {
    let mut binaries = step("test binaries", binaries(workspace)).await?;
    // Integration tests take longest.
    binaries.sort_by_key(|binary| !binary.is_integration);
    let runs = binaries
        .iter()
        .map(|binary| run_one(binary, workspace, variables, filter));
    let outcomes: Vec<Result<Outcome>> =
        stream::iter(runs).buffer_unordered(AT_ONCE).collect().await;
    let (mut passed, mut total, mut times) = (true, Counts::default(), Vec::new());
    for outcome in outcomes {
        let outcome = outcome?;
        passed &= outcome.passed;
        total.passed += outcome.counts.passed;
        total.failed += outcome.counts.failed;
        total.ignored += outcome.counts.ignored;
        times.extend(outcome.times);
    }
    list_slowest(times);
    Ok(Report {
        runner: "cargo test",
        passed,
        closing: vec![format!(
            "{} passed, {} failed, {} ignored, in {} binaries",
            total.passed,
            total.failed,
            total.ignored,
            binaries.len()
        )],
    })
}

/// Asks cargo what it built.
async fn binaries(workspace: &Workspace) -> Result<Vec<Binary>> {
    let mut cargo = workspace.cargo();
    let output = Box::pin(
        cargo
            .args(BUILD)
            .args(["--quiet", "--message-format", "json-render-diagnostics"])
            .stderr(Stdio::inherit())
            .output(),
    )
    .await?;
    let messages = String::from_utf8_lossy(&output.stdout);
    Ok(messages.lines().filter_map(test_binary).collect())
}

/// A test executable, if a line of cargo's messages tells of one.
fn test_binary(line: &str) -> Option<Binary> {
    let message: Value = serde_json::from_str(line).ok()?;
    if message["profile"]["test"] != true {
        return None;
    }
    let kind = message["target"]["kind"][0].as_str()?;
    let folder = Path::new(message["manifest_path"].as_str()?).parent()?;
    let package = folder.file_name()?.to_string_lossy();
    let target = match kind {
        "test" => message["target"]["name"].as_str()?,
        other => other,
    };
    Some(Binary {
        name: format!("{package} {target}"),
        executable: PathBuf::from(message["executable"].as_str()?),
        folder: folder.to_owned(),
        is_integration: kind == "test",
    })
}

async fn run_one(
    binary: &Binary,
    workspace: &Workspace,
    variables: &[(&'static str, String)],
    filter: Option<&str>,
) -> Result<Outcome> {
    let mut command = Command::new(&binary.executable);
    command
        .args([
            "--test-threads",
            THREADS,
            "-Z",
            "unstable-options",
            "--report-time",
        ])
        .args(filter)
        .current_dir(&binary.folder)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("INSTA_WORKSPACE_ROOT", &workspace.root)
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = Box::pin(command.output())
        .await
        .with_context(|| format!("{} could not be started", binary.executable.display()))?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    let closing = stdout.lines().find(|line| line.starts_with("test result:"));
    let passed = output.status.success();
    let counts = closing.map(counts).unwrap_or_default();
    if !passed {
        say(&format!(
            "\n{}\n{stdout}{}",
            binary.name,
            String::from_utf8_lossy(&output.stderr)
        ));
    }
    if !passed || counts != Counts::default() {
        let closing = closing.unwrap_or("ended without a result");
        say(&format!("     {:<24} {closing}", binary.name));
    }
    Ok(Outcome {
        passed,
        counts,
        times: stdout
            .lines()
            .filter_map(test_time)
            .map(|(seconds, test)| (seconds, format!("{} {test}", binary.name)))
            .collect(),
    })
}

/// `test result: ok. 3 passed; 0 failed; 1 ignored; …`
fn counts(line: &str) -> Counts {
    let count = |word: &str| {
        line.split([';', '.'])
            .find_map(|part| part.trim().strip_suffix(word)?.trim().parse().ok())
            .unwrap_or_default()
    };
    Counts {
        passed: count("passed"),
        failed: count("failed"),
        ignored: count("ignored"),
    }
}

/// `test a::b ... ok <0.123s>`
fn test_time(line: &str) -> Option<(f64, &str)> {
    let (test, outcome) = line.strip_prefix("test ")?.split_once(" ... ")?;
    let (_, time) = outcome.split_once('<')?;
    Some((time.strip_suffix("s>")?.parse().ok()?, test))
}

fn list_slowest(mut times: Vec<(f64, String)>) {
    times.sort_by(|(left, _), (right, _)| right.total_cmp(left));
    say("     slowest tests, in seconds:");
    for (seconds, test) in times.iter().take(SLOWEST) {
        say(&format!("     {seconds:>7.2} {test}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_closing_line_of_a_binary() {
        let line = "test result: FAILED. 4 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s";

        assert_eq!(
            counts(line),
            Counts {
                passed: 4,
                failed: 2,
                ignored: 1
            }
        );
    }

    #[test]
    fn reads_the_time_of_a_test() {
        assert_eq!(
            test_time("test orders::refuses ... ok <1.250s>"),
            Some((1.25, "orders::refuses"))
        );
        assert_eq!(test_time("running 3 tests"), None);
    }

    #[test]
    fn recognises_a_test_executable() {
        let line = r#"{"reason":"compiler-artifact","manifest_path":"/w/subgraphs/orders/Cargo.toml","target":{"kind":["test"],"name":"it"},"profile":{"test":true},"executable":"/t/it-1"}"#;

        let binary = test_binary(line).unwrap();

        assert_eq!(binary.name, "orders it");
        assert!(binary.is_integration);
        assert!(test_binary(&line.replace("true", "false")).is_none());
    }
}
