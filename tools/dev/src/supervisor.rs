//! The processes of one instance, by name: start, stop, kill, restart. Used by `up`, and by tests through `control`.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use futures_util::future::join_all;
use tokio::time::sleep;

use crate::http;
use crate::platform::SECOND_GATEWAY;
use crate::process::{self, Launch, Ready, Running};
use crate::workspace::tail;

/// How long a process may take to get ready. RabbitMQ on a busy machine is the slow one.
const READY_WITHIN: Duration = Duration::from_secs(90);
/// How long a process may take to end after it was asked to.
const STOP_WITHIN: Duration = Duration::from_secs(25);

pub struct Supervisor {
    logs: PathBuf,
    records: PathBuf,
    client: http::Client,
    managed: Mutex<Vec<Managed>>,
}

struct Managed {
    launch: Launch,
    running: Option<Running>,
}

/// One line of `GET /processes`.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    pub name: String,
    pub running: bool,
    pub pid: Option<i32>,
    pub url: Option<String>,
    /// Memory that it has now, with its children's.
    pub resident_bytes: Option<u64>,
}

impl Supervisor {
    pub fn new(folder: &Path) -> Self {
        Self {
            logs: folder.join("logs"),
            records: folder.join("processes"),
            client: http::Client::new(),
            managed: Mutex::new(Vec::new()),
        }
    }

    /// Starts a process and waits until it is ready.
    pub async fn start(&self, launch: Launch) -> Result<()> {
        let name = launch.name.clone();
        let running = process::spawn(&launch, &self.logs, &self.records)?;
        self.lock().push(Managed {
            launch,
            running: Some(running),
        });
        self.wait_ready(&name).await
    }

    /// Starts several at once and waits for all.
    pub async fn start_all(&self, launches: Vec<Launch>) -> Result<()> {
        for outcome in join_all(launches.into_iter().map(|launch| self.start(launch))).await {
            outcome?;
        }
        Ok(())
    }

    /// Starts a process of this name again, after `stop`, `kill` or its own end.
    pub async fn start_again(&self, name: &str) -> Result<()> {
        {
            let mut managed = self.lock();
            let entry = find(&mut managed, name)?;
            if entry
                .running
                .as_mut()
                .is_some_and(|running| running.ended().is_none())
            {
                return Ok(());
            }
            entry.running = Some(process::spawn(&entry.launch, &self.logs, &self.records)?);
        }
        self.wait_ready(name).await
    }

    /// Asks a process to end and waits for it.
    pub async fn stop(&self, name: &str) -> Result<()> {
        if let (Some(running), signal) = self.take(name)? {
            running.stop(signal, STOP_WITHIN).await;
        }
        Ok(())
    }

    /// Ends a process as a crash would.
    pub async fn kill(&self, name: &str) -> Result<()> {
        if let (Some(running), _) = self.take(name)? {
            running.kill().await;
        }
        Ok(())
    }

    /// Stops everything: what takes work first, what others need last.
    pub async fn stop_all(&self) {
        let entries: Vec<Managed> = std::mem::take(&mut *self.lock());
        let mut stages: [Vec<Managed>; 4] = Default::default();
        for entry in entries {
            let stage = match entry.launch.name.as_str() {
                "postgres" | "redis" | "rabbitmq" => 2,
                "epmd" => 3,
                "gateway" | SECOND_GATEWAY | "router" => 0,
                _ => 1,
            };
            if let Some(stage) = stages.get_mut(stage) {
                stage.push(entry);
            }
        }
        for stage in stages {
            join_all(stage.into_iter().filter_map(|entry| {
                let running = entry.running?;
                Some(running.stop(entry.launch.stop, STOP_WITHIN))
            }))
            .await;
        }
    }

    pub fn statuses(&self) -> Vec<Status> {
        self.lock()
            .iter_mut()
            .map(|entry| {
                let alive = entry
                    .running
                    .as_mut()
                    .is_some_and(|running| running.ended().is_none());
                let pid = entry.running.as_ref().filter(|_| alive).map(Running::pid);
                Status {
                    name: entry.launch.name.clone(),
                    running: alive,
                    pid,
                    url: entry.launch.url.clone(),
                    resident_bytes: pid.map(process::resident_bytes),
                }
            })
            .collect()
    }

    /// Processes that ended although nobody asked them to, each with how. They are forgotten as running.
    pub fn take_ended(&self) -> Vec<(String, String)> {
        self.lock()
            .iter_mut()
            .filter_map(|entry| {
                let how = entry.running.as_mut()?.ended()?;
                entry.running = None;
                Some((entry.launch.name.clone(), how))
            })
            .collect()
    }

    /// The end of a process's log.
    pub fn log_tail(&self, name: &str) -> String {
        let path = process::log_path(&self.logs, name);
        let text = std::fs::read(&path).unwrap_or_default();
        format!(
            "{}\n(from {})",
            tail(&String::from_utf8_lossy(&text), 12),
            path.display()
        )
    }

    /// Waits until a process is more than it was at its start; a later start of it waits for the same.
    pub async fn wait_for(&self, name: &str, ready: Ready) -> Result<()> {
        find(&mut self.lock(), name)?.launch.ready = ready;
        self.wait_ready(name).await
    }

    async fn wait_ready(&self, name: &str) -> Result<()> {
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            let ready = {
                let mut managed = self.lock();
                let entry = find(&mut managed, name)?;
                let running = entry.running.as_mut().context("stopped while it started")?;
                if let Some(how) = running.ended() {
                    drop(managed);
                    bail!("{name} ended ({how}):\n{}", self.log_tail(name));
                }
                entry.launch.ready.clone()
            };
            if process::is_ready(&ready, &self.client).await {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!(
                    "{name} is not ready after {} s:\n{}",
                    READY_WITHIN.as_secs(),
                    self.log_tail(name)
                );
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    fn take(&self, name: &str) -> Result<(Option<Running>, nix::sys::signal::Signal)> {
        let mut managed = self.lock();
        let entry = find(&mut managed, name)?;
        Ok((entry.running.take(), entry.launch.stop))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Managed>> {
        self.managed
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn find<'a>(managed: &'a mut [Managed], name: &str) -> Result<&'a mut Managed> {
    managed
        .iter_mut()
        .find(|entry| entry.launch.name == name)
        .with_context(|| format!("no process is called {name}"))
}
