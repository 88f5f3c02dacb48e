//! One child process: how it is started, when it is ready, how it ends, and how a leftover of a killed run is recognised.
//!
//! Every child leads a process group of its own, so that a Ctrl-C in the terminal reaches only us and we decide the order
//! of stopping. A record (`processes/<name>.json`: pid and start time) lets the next run find what a killed run left.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::http;
use crate::workspace::run_quiet;

/// How to start one process.
#[derive(Clone)]
pub struct Launch {
    pub name: String,
    pub program: PathBuf,
    pub arguments: Vec<String>,
    /// The whole environment besides what `inherited` names.
    pub environment: BTreeMap<String, String>,
    pub folder: PathBuf,
    /// Run as this user (only possible for root).
    pub user: Option<Account>,
    /// Where it speaks HTTP, if it does.
    pub url: Option<String>,
    pub ready: Ready,
    pub stop: Signal,
}

/// A system account.
#[derive(Clone, Copy, Debug)]
pub struct Account {
    pub uid: u32,
    pub gid: u32,
}

/// How readiness is seen.
#[derive(Clone)]
pub enum Ready {
    /// A GET answers 200.
    Http(String),
    /// The port accepts a connection.
    Port(u16),
    /// Something is written, and the answer starts with something.
    Talk {
        port: u16,
        say: &'static [u8],
        expect: &'static [u8],
    },
    /// A command succeeds.
    Command(PathBuf, Vec<String>),
}

/// Variables that a child takes over from us. The rest stays behind: standard OpenTelemetry variables stop the router,
/// and a service refuses settings that it does not know.
const INHERITED: [&str; 8] = [
    "PATH",
    "HOME",
    "USER",
    "LANG",
    "TZ",
    "TMPDIR",
    "RUST_BACKTRACE",
    "RUST_LOG",
];

/// A running child.
pub struct Running {
    child: Child,
    group: Pid,
    record: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Record {
    pid: i32,
    /// Clock ticks since boot: with the pid it names a process for good.
    started: u64,
    /// The signal that asks it to end.
    stop: i32,
}

/// Starts a process with its output in `<logs>/<name>.log`.
pub fn spawn(launch: &Launch, logs: &Path, records: &Path) -> Result<Running> {
    fs::create_dir_all(logs)?;
    fs::create_dir_all(records)?;
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .open(log_path(logs, &launch.name))?;
    let mut command = Command::new(&launch.program);
    command
        .args(&launch.arguments)
        .current_dir(&launch.folder)
        .env_clear()
        .envs(
            INHERITED
                .iter()
                .filter_map(|name| Some((name, std::env::var_os(name)?))),
        )
        .envs(&launch.environment)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .process_group(0)
        .kill_on_drop(true);
    if let Some(account) = launch.user {
        command.uid(account.uid).gid(account.gid);
    }
    let child = command.spawn().with_context(|| {
        format!(
            "cannot start {} ({})",
            launch.name,
            launch.program.display()
        )
    })?;
    let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
    let pid = pid.with_context(|| format!("{} ended at once", launch.name))?;
    let record = records.join(format!("{}.json", launch.name));
    if let Some(started) = start_time(pid) {
        let mut file = fs::File::create(&record)?;
        file.write_all(&serde_json::to_vec(&Record {
            pid,
            started,
            stop: launch.stop as i32,
        })?)?;
    }
    Ok(Running {
        child,
        group: Pid::from_raw(pid),
        record,
    })
}

/// Where a process's output goes.
pub fn log_path(logs: &Path, name: &str) -> PathBuf {
    logs.join(format!("{name}.log"))
}

impl Running {
    pub fn pid(&self) -> i32 {
        self.group.as_raw()
    }

    /// How it ended, if it did.
    pub fn ended(&mut self) -> Option<String> {
        match self.child.try_wait() {
            Ok(Some(status)) => Some(status.to_string()),
            Ok(None) => None,
            Err(error) => Some(error.to_string()),
        }
    }

    /// Asks it to end, and ends it by force after the grace.
    pub async fn stop(mut self, signal: Signal, grace: Duration) {
        // The process may have ended by itself in this moment: then there is nothing to signal.
        kill(self.group, signal).ok();
        if timeout(grace, self.child.wait()).await.is_err() {
            kill(self.group, Signal::SIGKILL).ok();
        }
        self.finish().await;
    }

    /// Ends it without a chance to clean up, as a crash would.
    pub async fn kill(mut self) {
        killpg(self.group, Signal::SIGKILL).ok();
        self.finish().await;
    }

    /// Ends what is left of the group and forgets the record.
    async fn finish(&mut self) {
        killpg(self.group, Signal::SIGKILL).ok();
        drop(timeout(Duration::from_secs(5), self.child.wait()).await);
        drop(fs::remove_file(&self.record));
    }
}

/// Whether a process is ready now.
pub async fn is_ready(ready: &Ready, client: &http::Client) -> bool {
    let probe = async {
        match ready {
            Ready::Http(url) => client
                .get(url)
                .await
                .is_ok_and(|answer| answer.status.is_success()),
            Ready::Port(port) => TcpStream::connect(("127.0.0.1", *port)).await.is_ok(),
            Ready::Talk { port, say, expect } => talk(*port, say, expect).await.unwrap_or(false),
            Ready::Command(program, arguments) => {
                let mut command = Command::new(program);
                command.args(arguments);
                run_quiet(&mut command).await.is_ok()
            }
        }
    };
    timeout(Duration::from_secs(2), Box::pin(probe))
        .await
        .unwrap_or(false)
}

async fn talk(port: u16, say: &[u8], expect: &[u8]) -> Result<bool> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(say).await?;
    let mut answer = vec![0; expect.len()];
    stream.read_exact(&mut answer).await?;
    Ok(answer == expect)
}

/// Ends what a killed run left behind, by its records. Answers the names.
pub async fn end_leftovers(records: &Path) -> Result<Vec<String>> {
    let mut ended = Vec::new();
    let Ok(entries) = fs::read_dir(records) else {
        return Ok(ended);
    };
    for entry in entries {
        let path = entry?.path();
        let record = fs::read(&path)
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Record>(&bytes).ok());
        if let Some(record) = record
            && start_time(record.pid) == Some(record.started)
        {
            end(&record).await?;
            let name = path.file_stem().unwrap_or_default();
            ended.push(name.to_string_lossy().into_owned());
        }
        fs::remove_file(&path)?;
    }
    ended.sort();
    Ok(ended)
}

async fn end(record: &Record) -> Result<()> {
    let pid = Pid::from_raw(record.pid);
    let stop = Signal::try_from(record.stop).unwrap_or(Signal::SIGTERM);
    kill(pid, stop).ok();
    let deadline = Instant::now() + Duration::from_secs(10);
    while start_time(record.pid) == Some(record.started) {
        if Instant::now() > deadline {
            killpg(pid, Signal::SIGKILL).ok();
        }
        if Instant::now() > deadline + Duration::from_secs(5) {
            bail!("process {} of an earlier run does not end", record.pid);
        }
        sleep(Duration::from_millis(100)).await;
    }
    killpg(pid, Signal::SIGKILL).ok();
    Ok(())
}

/// When a process started, in clock ticks since boot; none for one that has ended (a zombie has).
fn start_time(pid: i32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The command's name is in parentheses and may hold anything; the fields after it are plain.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace();
    if fields.next()? == "Z" {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

/// Processor time that a process has taken since its start, over all its threads.
pub fn cpu_time(pid: i32) -> Duration {
    /// Ticks of `/proc`, the same on every Linux.
    const TICK: Duration = Duration::from_millis(10);
    let ticks = fs::read_to_string(format!("/proc/{pid}/stat"))
        .ok()
        .and_then(|stat| {
            let (_, fields) = stat.rsplit_once(')')?;
            let mut fields = fields.split_whitespace().skip(11);
            let user: u32 = fields.next()?.parse().ok()?;
            let system: u32 = fields.next()?.parse().ok()?;
            Some(user + system)
        });
    TICK * ticks.unwrap_or(0)
}

/// Resident memory of a process, in bytes; with its descendants, each with its share of what they have in common.
pub fn resident_bytes(pid: i32) -> u64 {
    if children(pid).is_empty() {
        return kibibytes(&format!("/proc/{pid}/status"), "VmRSS:") * 1024;
    }
    proportional_bytes(pid)
}

fn proportional_bytes(pid: i32) -> u64 {
    let own = kibibytes(&format!("/proc/{pid}/smaps_rollup"), "Pss:") * 1024;
    own + children(pid)
        .into_iter()
        .map(proportional_bytes)
        .sum::<u64>()
}

fn kibibytes(file: &str, key: &str) -> u64 {
    fs::read_to_string(file)
        .ok()
        .and_then(|text| {
            let line = text.lines().find_map(|line| line.strip_prefix(key))?;
            line.split_whitespace().next()?.parse().ok()
        })
        .unwrap_or(0)
}

fn children(pid: i32) -> Vec<i32> {
    fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect()
}
