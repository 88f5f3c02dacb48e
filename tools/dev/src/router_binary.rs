//! Gets Apollo Router 2.17.0, the cheapest way that works: `ROUTER_BIN`, PATH, the user's cache, the official release,
//! and at last `cargo install` (16 to 18 minutes on two cores, once).

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};
use tokio::process::Command;
use tokio::time::timeout;

use crate::packages;
use crate::progress::{loud_step, say, step};
use crate::workspace::{cache_folder, run_loud, run_quiet};

/// The version that the composer and `router.yaml` are made for.
pub const VERSION: &str = "2.17.0";

/// A router binary of the right version, made available if need be; the user watches a compilation.
pub async fn acquire() -> Result<PathBuf> {
    if let Some(path) = find().await? {
        return Ok(path);
    }
    say(COMPILED_NOW);
    loud_step("Apollo Router: cargo install", compile(Output::Terminal)).await
}

/// The same beside other work: at a lower priority, and what the compiler writes goes into a file.
pub async fn compile_beside(log: PathBuf) -> Result<PathBuf> {
    compile(Output::File(log)).await
}

/// What a user is told before a compilation.
pub const COMPILED_NOW: &str = "     Apollo Router is compiled now. This takes 16 to 18 minutes on two cores, once; later starts use the result.";

/// A router that does not have to be compiled: named by `ROUTER_BIN`, on PATH, in the cache, or downloaded.
pub async fn find() -> Result<Option<PathBuf>> {
    if let Some(named) = std::env::var_os("ROUTER_BIN").filter(|value| !value.is_empty()) {
        let path = PathBuf::from(named);
        if !is_right(&path).await {
            bail!(
                "ROUTER_BIN={} is not Apollo Router {VERSION}",
                path.display()
            );
        }
        return Ok(Some(path));
    }
    if let Some(path) = at_hand().await? {
        return Ok(Some(path));
    }
    let cached = cached_path()?;
    let downloaded = step("Apollo Router: looking for the official release", async {
        Ok(download(&cached).await.is_ok())
    })
    .await?;
    if downloaded && is_right(&cached).await {
        return Ok(Some(cached));
    }
    step(
        "Apollo Router: packages to compile it",
        packages::ensure_router_build(),
    )
    .await?;
    Ok(None)
}

/// A router that needs no download: on PATH or in the cache.
pub async fn at_hand() -> Result<Option<PathBuf>> {
    if let Some(path) = packages::on_path("router")
        && is_right(&path).await
    {
        return Ok(Some(path));
    }
    let cached = cached_path()?;
    Ok(is_right(&cached).await.then_some(cached))
}

fn cached_path() -> Result<PathBuf> {
    Ok(cache_folder()?.join(format!("router-{VERSION}")))
}

async fn is_right(path: &Path) -> bool {
    if !path.is_file() {
        return false;
    }
    let mut command = Command::new(path);
    command
        .arg("--version")
        .env("APOLLO_TELEMETRY_DISABLED", "1")
        .kill_on_drop(true);
    let output = timeout(Duration::from_secs(10), command.output()).await;
    matches!(output, Ok(Ok(output)) if String::from_utf8_lossy(&output.stdout).split_whitespace().any(|word| word == VERSION))
}

/// The release of this machine's kind, verified against the release's own list of checksums.
async fn download(cached: &Path) -> Result<()> {
    let target = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "x86_64-unknown-linux-gnu",
        ("linux", "aarch64") => "aarch64-unknown-linux-gnu",
        ("macos", "x86_64") => "x86_64-apple-darwin",
        ("macos", "aarch64") => "aarch64-apple-darwin",
        (system, machine) => bail!("no release for {system} on {machine}"),
    };
    let base = format!("https://github.com/apollographql/router/releases/download/v{VERSION}");
    let archive_name = format!("router-v{VERSION}-{target}.tar.gz");
    let folder = cached.with_extension("download");
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder)?;
    let outcome = async {
        let sums = folder.join("sha256sums.txt");
        fetch(&format!("{base}/sha256sums.txt"), &sums, 8).await?;
        let archive = folder.join(&archive_name);
        fetch(&format!("{base}/{archive_name}"), &archive, 300).await?;
        verify(&archive, &archive_name, &fs::read_to_string(&sums)?)?;
        let mut tar = Command::new("tar");
        tar.arg("-xzf").arg(&archive).arg("-C").arg(&folder);
        run_quiet(&mut tar).await?;
        install(&folder.join("dist/router"), cached)
    }
    .await;
    drop(fs::remove_dir_all(&folder));
    outcome
}

async fn fetch(url: &str, file: &Path, seconds: u32) -> Result<()> {
    let mut curl = Command::new("curl");
    curl.args(["--fail", "--silent", "--show-error", "--location"])
        .args(["--proto", "=https", "--connect-timeout", "5"])
        .args(["--max-time", &seconds.to_string(), "--output"])
        .arg(file)
        .arg(url);
    run_quiet(&mut curl).await.map(drop)
}

fn verify(archive: &Path, name: &str, sums: &str) -> Result<()> {
    let expected = sums
        .lines()
        .filter_map(|line| line.split_once(char::is_whitespace))
        .find(|(_, file)| file.trim().trim_start_matches('*') == name)
        .map(|(sum, _)| sum.to_lowercase())
        .with_context(|| format!("the release lists no checksum for {name}"))?;
    let actual = hex::encode(Sha256::digest(fs::read(archive)?));
    if actual != expected {
        bail!("{name} does not match its checksum");
    }
    Ok(())
}

/// Where the compiler's own lines go.
enum Output {
    Terminal,
    /// A build in the background: it also yields to everything else.
    File(PathBuf),
}

async fn compile(output: Output) -> Result<PathBuf> {
    let cached = cached_path()?;
    let folder = cached.with_extension("build");
    let mut cargo = Command::new("nice");
    let priority = match &output {
        Output::Terminal => "0",
        Output::File(_) => "15",
    };
    cargo
        .args([
            "-n",
            priority,
            "cargo",
            "install",
            "apollo-router",
            "--version",
            VERSION,
            "--locked",
            "--root",
        ])
        .arg(&folder)
        // Kept until it has succeeded: an interrupted build goes on where it stopped.
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env("CARGO_PROFILE_RELEASE_STRIP", "symbols")
        .env_remove("RUSTFLAGS");
    if let Output::File(log) = &output {
        let file =
            fs::File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        cargo.stdout(file.try_clone()?).stderr(file);
    }
    let outcome = run_loud(&mut cargo).await;
    if let Output::File(log) = &output {
        outcome.with_context(|| format!("see {}", log.display()))?;
    } else {
        outcome?;
    }
    install(&folder.join("bin/router"), &cached)?;
    drop(fs::remove_dir_all(&folder));
    if !is_right(&cached).await {
        bail!("{} is not Apollo Router {VERSION}", cached.display());
    }
    Ok(cached)
}

/// Puts a finished binary into the cache in one step, so that a parallel run never sees half of it.
fn install(binary: &Path, cached: &Path) -> Result<()> {
    let draft = cached.with_extension("new");
    fs::copy(binary, &draft).with_context(|| format!("cannot copy {}", binary.display()))?;
    fs::set_permissions(&draft, fs::Permissions::from_mode(0o755))?;
    fs::rename(&draft, cached)?;
    Ok(())
}
