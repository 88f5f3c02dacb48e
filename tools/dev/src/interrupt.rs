//! Ctrl-C, SIGTERM and SIGHUP as something to wait for. Listening starts once, so no signal falls between two waits.

use std::future::Future;

use anyhow::{Result, bail};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::progress::step;
use crate::supervisor::Supervisor;

/// Counts the signals that asked us to end.
#[derive(Clone)]
pub struct Interrupts {
    count: watch::Receiver<u32>,
}

impl Interrupts {
    pub fn listen() -> Result<Self> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut hang_up = signal(SignalKind::hangup())?;
        let (sender, count) = watch::channel(0);
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                    _ = hang_up.recv() => {}
                }
                sender.send_modify(|count| *count += 1);
            }
        });
        Ok(Self { count })
    }

    /// Runs until it is done, or a signal asks us to end: then none.
    pub async fn unless<T>(&self, work: impl Future<Output = Result<T>>) -> Result<Option<T>> {
        tokio::select! {
            outcome = work => outcome.map(Some),
            () = self.more_than(0) => Ok(None),
        }
    }

    /// Stops every process. One more signal does not wait for it.
    pub async fn stop(&self, supervisor: &Supervisor) -> Result<()> {
        let before = *self.count.borrow();
        step("everything stopped", async {
            tokio::select! {
                () = supervisor.stop_all() => Ok(()),
                () = self.more_than(before) => bail!("interrupted; the next start ends what is left"),
            }
        })
        .await
    }

    async fn more_than(&self, seen: u32) {
        let mut count = self.count.clone();
        if count.wait_for(|count| *count > seen).await.is_err() {
            // The listener lives as long as the program.
            std::future::pending::<()>().await;
        }
    }
}
