//! The measured gateway: what it says about itself, and what the system says about its process.

use std::ops::Sub;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use dev_tools::http;
use dev_tools::process::{cpu_time, resident_bytes};
use dev_tools::supervisor::Supervisor;
use tokio::time::sleep;

use crate::measures::metric;

/// How long a crowd may take to be subscribed, or to be gone.
const SETTLING: Duration = Duration::from_mins(1);
/// A subscription's tail is set up a moment after it is counted.
const MOMENT: Duration = Duration::from_secs(2);

pub struct Gateway {
    pid: i32,
    url: String,
    client: http::Client,
}

/// What was used up to a moment, or between two.
#[derive(Clone, Copy)]
pub struct Used {
    /// Processor time, in seconds.
    pub cpu: f64,
    pub router_calls: f64,
}

impl Sub for Used {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            cpu: self.cpu - before.cpu,
            router_calls: self.router_calls - before.router_calls,
        }
    }
}

impl Gateway {
    pub fn find(supervisor: &Supervisor, url: String) -> Result<Self> {
        let statuses = supervisor.statuses();
        let status = statuses.iter().find(|status| status.name == "gateway");
        let pid = status
            .and_then(|status| status.pid)
            .context("the gateway does not run")?;
        Ok(Self {
            pid,
            url,
            client: http::Client::new(),
        })
    }

    pub fn memory(&self) -> u64 {
        resident_bytes(self.pid)
    }

    pub async fn used(&self) -> Result<Used> {
        let calls = "subscription_router_calls_total";
        Ok(Used {
            cpu: cpu_time(self.pid).as_secs_f64(),
            router_calls: metric(&self.client, &self.url, calls, "lane=\"live\"").await?,
        })
    }

    pub async fn groups(&self) -> Result<f64> {
        metric(&self.client, &self.url, "subscription_groups", "").await
    }

    /// Waits until so many subscriptions are open, and a moment more.
    pub async fn settle(&self, subscriptions: usize) -> Result<()> {
        let wanted = f64::from(u32::try_from(subscriptions)?);
        let started = Instant::now();
        loop {
            let open = metric(&self.client, &self.url, "subscriptions", "").await?;
            if (open - wanted).abs() < 0.5 {
                break;
            }
            if started.elapsed() > SETTLING {
                bail!("{open} subscriptions are open, {wanted} should be");
            }
            sleep(Duration::from_millis(200)).await;
        }
        sleep(MOMENT).await;
        Ok(())
    }
}
